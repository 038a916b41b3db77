import LegworkCore
import LegworkHTTP

/// The query of a request, checked against the parameters that its operation knows.
struct RequestQuery: Sendable {
    /// The value of one parameter.
    enum Value: Sendable {
        case text(String), number(Int), words([String]), flag(Bool), time(Timestamp)
    }

    private var values: [String: Value] = [:]

    /// Reads a query.
    ///
    /// - Throws: ``APIFault`` for what is no UTF-8, for parameters that are not known or come twice, and for values that make no sense.
    init(_ request: HTTPRequest, _ parameters: [Parameter]) throws(APIFault) {
        guard request.target.contains("?") else { return }
        guard let pairs = request.checkedQuery else {
            throw .invalid("the query is not percent-encoded UTF-8; write other bytes as %XX, and no zero bytes")
        }
        for (name, text) in pairs {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                let known = parameters.isEmpty ? "there are none here" : "known are \(parameters.map(\.name).joined(separator: ", "))"
                throw .invalid("the parameter '\(name.truncated(toBytes: 60))' is not known; \(known)")
            }
            let value = try parameter.value(of: text)
            guard values.updateValue(value, forKey: name) == nil else { throw .invalid("give the parameter '\(name)' once") }
        }
    }

    func text(_ name: String) -> String? {
        guard case .text(let text) = values[name] else { return nil }
        return text
    }

    func number(_ name: String) -> Int? {
        guard case .number(let number) = values[name] else { return nil }
        return number
    }

    func words(_ name: String) -> [String] {
        guard case .words(let words) = values[name] else { return [] }
        return words
    }

    func time(_ name: String) -> Timestamp? {
        guard case .time(let time) = values[name] else { return nil }
        return time
    }

    /// Whether a flag is set.
    func isSet(_ name: String) -> Bool {
        guard case .flag(let isSet) = values[name] else { return false }
        return isSet
    }
}
