import LegworkCore
import LegworkHTTP

/// The JSON body of a request, checked against a schema before anybody looks into it.
struct RequestBody: Sendable {
    /// What bodies have to fit.
    let schema: Schema
    /// Whether there has to be one; else none is `{}`.
    let isRequired: Bool
    private let kinds: [Kind]

    private struct Kind: Sendable {
        let checker: JSONSchemaChecker
        let isMeant: @Sendable (JSONValue) -> Bool
    }

    /// Makes a body of one kind.
    ///
    /// - Parameter keywords: what the action itself checks, in better words than a schema's; it is only described.
    init(_ schema: Schema, saying keywords: JSONObject = [:]) {
        self.schema = schema.saying(keywords)
        let checker = Self.checker(schema)
        isRequired = !Self.checker(self.schema).check([:]).isEmpty
        kinds = [Kind(checker: checker) { _ in true }]
    }

    /// Makes a body of two kinds that clients tell apart by what they write in it.
    init(_ usual: Schema, or other: Schema, when isMeant: @escaping @Sendable (JSONValue) -> Bool) {
        schema = .either(usual, other)
        isRequired = true
        kinds = [Kind(checker: Self.checker(other), isMeant: isMeant), Kind(checker: Self.checker(usual)) { _ in true }]
    }

    private static func checker(_ schema: Schema) -> JSONSchemaChecker {
        do {
            return try JSONSchemaChecker(schema.document)
        } catch {
            preconditionFailure("a body of the API is described by what is no schema: \(error)")
        }
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
        guard let kind = kinds.first(where: { $0.isMeant(body) }) else { return body }
        let violations = kind.checker.check(body, root: "body")
        guard violations.isEmpty else {
            var fault = APIFault.invalid(violations.map(\.description).joined(separator: "; "))
            fault.violations = violations
            throw fault
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
