import LegworkCore
import Synchronization

/// The OpenAPI document of the daemon, which every reply that a test gets is held to.
struct Contract: Sendable {
    private static let served: Lock<Contract?> = Lock(nil)

    private let document: JSONValue

    init(_ document: JSONValue) { self.document = document }

    /// The document that the daemon at a socket serves; it is the same for all daemons of the tests.
    static func served(at socket: String) throws -> Contract {
        if let contract = served.withLock({ $0 }) { return contract }
        let connection = try Connection(unix: socket)
        connection.send("GET", "/v1/openapi.json")
        let contract = Contract(try connection.reply().json)
        served.withLock { $0 = contract }
        return contract
    }

    /// The names of all operations.
    var operations: Set<String> { Set(all.compactMap { $0.operation["operationId"]?.string }) }

    /// Every operation with its method and path.
    var all: [(method: String, path: String, operation: JSONValue)] {
        (document["paths"]?.object?.members ?? []).flatMap { path in
            (path.value.object?.members ?? []).map { ($0.key.uppercased(), path.key, $0.value) }
        }
    }

    /// Holds a reply to what the document says of it.
    ///
    /// - Returns: the name of the operation; nil when the document has none of that method and path.
    /// - Throws: ``Failure`` when the reply is not as described.
    @discardableResult
    func check(_ method: String, _ target: String, _ reply: Reply) throws -> String? {
        guard let operation = operation(method == "HEAD" ? "GET" : method, target) else { return nil }
        let name = operation["operationId"]?.string ?? "?"
        func fail(_ what: String) -> Failure { Failure("\(name) (\(method) \(target)) is not as described: \(what)\n\(reply)") }
        guard let response = operation["responses"]?["\(reply.status)"] else { throw fail("there is no such status") }
        if reply.status >= 400 {
            let codes = response["x-codes"]?.array ?? []
            guard method == "HEAD" || codes.contains(.string(reply.errorCode ?? "")) else { throw fail("there is no such code") }
        }
        guard let contents = response["content"]?.object?.members, !contents.isEmpty else {
            guard reply.body.isEmpty else { throw fail("there should be no body") }
            return name
        }
        guard let content = contents.first(where: { reply.head.lowercased().contains("content-type: \($0.key)") }) else {
            throw fail("it should be \(contents.map(\.key).joined(separator: " or "))")
        }
        guard method != "HEAD", content.key.hasSuffix("json"), let schema = content.value["schema"] else { return name }
        let violations = try checker(schema).check(reply.json, root: "answer")
        guard violations.isEmpty else { throw fail(violations.map(\.description).joined(separator: "; ")) }
        return name
    }

    private func operation(_ method: String, _ target: String) -> JSONValue? {
        let segments = target.prefix { $0 != "?" }.split(separator: "/")
        let fitting = all.filter { candidate in
            let pattern = candidate.path.split(separator: "/")
            return candidate.method == method && pattern.count == segments.count
                && zip(pattern, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
        // Words come before parameters.
        return fitting.min { $0.path.split(separator: "{").count < $1.path.split(separator: "{").count }?.operation
    }

    /// A checker that also refuses members which are not described: later versions may add some, this one has none.
    func checker(_ schema: JSONValue) throws -> JSONSchemaChecker {
        guard case .object(var root) = Self.closed(schema) else { throw Failure("no schema: \(schema.json())") }
        root["components"] = Self.closed(["schemas": document["components"]?["schemas"] ?? [:]])
        return try JSONSchemaChecker(JSONSchema(.object(root)), stepLimit: 10_000_000)
    }

    private static func closed(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map(closed))
        case .object(let object):
            var result = JSONObject()
            for member in object.members { result[member.key] = closed(member.value) }
            if object["type"] == "object", object["properties"] != nil, object["additionalProperties"] == nil {
                result["additionalProperties"] = false
            }
            return .object(result)
        case .null, .bool, .integer, .number, .string: return value
        }
    }
}
