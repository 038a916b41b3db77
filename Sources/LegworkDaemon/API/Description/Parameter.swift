import LegworkCore

/// A parameter of a query: its name, what it may say, and what that means.
struct Parameter: Sendable {
    /// What a parameter may say.
    enum Kind: Sendable {
        /// A text of so many bytes.
        case text(ClosedRange<Int>)
        /// A whole number.
        case number(ClosedRange<Int>)
        /// Words of a list, with commas between them.
        case words([String])
        /// At most so many texts, with commas between them.
        case list(Int)
        /// `1`, `true`, `0` or `false`.
        case flag
        /// A time as in `2027-01-31T12:00:00.000Z`.
        case time
    }

    /// The greatest number that every JSON and JavaScript reader takes for what it is.
    static let greatestNumber = 1 << 53 - 1

    /// Zero bytes are refused in every query.
    private static let anyPattern = #"^[^\u0000]*$"#

    let name: String
    let kind: Kind
    let description: String
    /// What a text looks like, where whoever takes it looks closer.
    let pattern: String?

    init(_ name: String, _ kind: Kind, _ description: String, pattern: String? = nil) {
        self.name = name
        self.kind = kind
        self.description = description
        self.pattern = pattern
    }

    /// How many entries there may be at most.
    static func limit(_ range: ClosedRange<Int>, usually count: Int) -> Parameter {
        Parameter("limit", .number(range), "The most entries; \(count) when left out.")
    }

    /// Reads a value, or says what it must be.
    func value(of text: String) throws(APIFault) -> RequestQuery.Value {
        switch kind {
        case .text(let length):
            guard length.contains(text.utf8.count) else {
                throw .invalid("the parameter '\(name)' must have \(length.lowerBound) to \(length.upperBound) bytes")
            }
            return .text(text)
        case .number(let range):
            guard let number = Int(text), range.contains(number) else {
                let upper = range.upperBound == Self.greatestNumber ? "or more" : "to \(range.upperBound)"
                throw .invalid("\(name) must be a whole number, \(range.lowerBound) \(upper), not '\(text.truncated(toBytes: 40))'")
            }
            return .number(number)
        case .words(let known):
            let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            for word in words where !known.contains(word) {
                throw .invalid("\(name) '\(word.truncated(toBytes: 40))' is not known; known are \(known.joined(separator: ", "))")
            }
            guard words.count <= known.count else { throw .invalid("\(name) names a word more than once") }
            return .words(words)
        case .list(let count):
            let words = text.split(separator: ",").map(String.init)
            guard words.count <= count else { throw .invalid("\(name) may name \(count), not \(words.count); leave it out to get all") }
            return .words(words)
        case .flag:
            switch text {
            case "1", "true": return .flag(true)
            case "0", "false": return .flag(false)
            default: throw .invalid("\(name) must be 1, true, 0 or false, not '\(text.truncated(toBytes: 40))'")
            }
        case .time:
            guard let time = Timestamp(iso8601: text) else {
                throw .invalid("\(name) must be a time as in 2027-01-31T12:00:00.000Z, not '\(text.truncated(toBytes: 40))'")
            }
            return .time(time)
        }
    }

    /// The parameter as OpenAPI writes it.
    var openAPI: JSONValue {
        var object: JSONObject = ["name": .string(name), "in": "query", "description": .string(description)]
        switch kind {
        case .text(let length):
            object["schema"] = Schema.text(length).saying(["pattern": .string(pattern ?? Self.anyPattern)]).json
        case .number(let range): object["schema"] = Schema.integer(range).json
        case .words(let known):
            object["schema"] = Schema.array(of: .words(known), 1...known.count).json
            object["explode"] = false
        case .list(let count):
            object["schema"] = Schema.array(of: .text(1...100).saying(["pattern": .string(Self.anyPattern)]), 1...count).json
            object["explode"] = false
        case .flag: object["schema"] = Schema.words(["1", "true", "0", "false"]).json
        case .time:
            // No place on earth is further from Greenwich.
            object["schema"] = Schema.time.saying(["pattern": "(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])$"]).json
        }
        return .object(object)
    }
}
