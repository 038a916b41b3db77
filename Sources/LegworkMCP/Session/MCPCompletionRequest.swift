import LegworkCore

/// An argument of a prompt or of a template for resources that a person has begun to type.
public struct MCPCompletionRequest: Sendable, Hashable {
    /// What the argument belongs to.
    public enum Reference: Sendable, Hashable {
        /// A prompt, by its name.
        case prompt(String)
        /// A template for resources, by its `uriTemplate`.
        case resource(String)
    }

    /// What the argument belongs to.
    public let reference: Reference
    /// The argument's name.
    public let argument: String
    /// What is typed so far.
    public let value: String

    init(_ params: JSONObject) throws(MCPError) {
        switch params["ref"]?["type"]?.string {
        case "ref/prompt":
            guard let name = params["ref"]?["name"]?.string else { throw MCPError(.invalidParams, "params.ref.name must be a string") }
            reference = .prompt(name)
        case "ref/resource":
            guard let uri = params["ref"]?["uri"]?.string else { throw MCPError(.invalidParams, "params.ref.uri must be a string") }
            reference = .resource(uri)
        case nil, .some: throw MCPError(.invalidParams, "params.ref.type must be 'ref/prompt' or 'ref/resource'")
        }
        guard let name = params["argument"]?["name"]?.string, let value = params["argument"]?["value"]?.string else {
            throw MCPError(.invalidParams, "params.argument must have the strings 'name' and 'value'")
        }
        argument = name
        self.value = value
    }
}

/// The values that an argument can have, of which a client gets some (2025-11-25 and 2026-07-28, server/utilities/completion).
public struct MCPCompletion: Sendable, Hashable {
    /// The most values that are told at once.
    public static let limit = 100

    /// The values, at most ``limit``.
    public let values: [String]
    /// How many there are in all, where that is known.
    public let total: Int?
    /// Whether there are more.
    public let hasMore: Bool

    /// Takes the first of some values.
    ///
    /// - Parameters:
    ///   - values: all that are known.
    ///   - isComplete: whether there are no others.
    public init(_ values: [String], isComplete: Bool = true) {
        self.values = Array(values.prefix(Self.limit))
        total = isComplete ? values.count : nil
        hasMore = !isComplete || values.count > Self.limit
    }

    /// Those of some values that go on as what is typed does, whatever its case.
    public static func matching(_ typed: String, in values: [String]) -> MCPCompletion {
        let typed = typed.lowercased()
        return MCPCompletion(typed.isEmpty ? values : values.filter { $0.lowercased().hasPrefix(typed) })
    }

    var json: JSONValue {
        var object: JSONObject = ["values": .array(values.map(JSONValue.string))]
        object["total"] = total.map { JSONValue($0) }
        object["hasMore"] = .bool(hasMore)
        return .object(object)
    }
}
