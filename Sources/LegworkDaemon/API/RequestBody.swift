import LegworkCore
import LegworkHTTP

/// The JSON body of a request, checked against a schema before anybody looks into it.
struct RequestBody: Sendable {
    private let checker: JSONSchemaChecker

    /// - Parameter schema: what bodies have to fit.
    init(_ schema: JSONValue) throws {
        checker = try JSONSchemaChecker(JSONSchema(schema))
    }

    /// Reads a body.
    ///
    /// - Throws: ``APIFault`` naming the place or path of what is wrong.
    func read(_ request: HTTPRequest) throws(APIFault) -> JSONValue {
        let body: JSONValue
        do {
            body = request.body.isEmpty ? [:] : try JSONValue(parsing: request.body)
        } catch {
            throw APIFault(status: 400, code: "invalid_json", message: "the body is not JSON: \(error)")
        }
        let violations = checker.check(body, root: "body")
        guard violations.isEmpty else {
            throw APIFault(status: 400, code: "invalid_argument", message: violations.map(\.description).joined(separator: "; "))
        }
        return body
    }
}

extension JSONValue {
    /// The duration that a member gives in milliseconds.
    func duration(_ key: String) -> Duration? {
        self[key]?.double.map { .microseconds(Int64(($0 * 1000).rounded())) }
    }
}
