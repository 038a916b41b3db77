/// A request that a client of MCP fulfils for a tool: `elicitation/create`, `sampling/createMessage` or `roots/list`.
///
/// It is kept with the question that it belongs to. The answer is the request's result, as the protocol has it.
public struct ClientRequest: Sendable, Hashable {
    /// What is wanted of the client.
    public let ability: ClientAbility
    /// The request's parameters.
    public let params: JSONObject

    /// Asks the user, in a form or at a URL: `{"message", "requestedSchema"}`. The result is `{"action": "accept", "content"}`, or the action
    /// `decline` or `cancel`.
    public static func elicitation(_ params: JSONObject) -> ClientRequest { ClientRequest(.elicitation, params) }

    /// Has the client's model write a message: `{"messages", "maxTokens", …}`. The result is `{"role", "content", "model", …}`.
    public static func sampling(_ params: JSONObject) -> ClientRequest { ClientRequest(.sampling, params) }

    /// Wants to know the client's roots: `{"roots": [{"uri", "name"?}]}`.
    public static let roots = ClientRequest(.roots, JSONObject())

    init(_ ability: ClientAbility, _ params: JSONObject) {
        self.ability = ability
        self.params = params
    }

    /// The request in words, where its tool gives none.
    var words: String {
        switch ability {
        case .elicitation: params["message"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "What is the answer?"
        case .sampling: "What does the client's model say to this?"
        case .roots: "Which are the client's roots?"
        case .tasks: "What is the answer?"
        }
    }

    /// The request as it goes over the wire: `{"method", "params"}`.
    public var json: JSONValue { ["method": .string(ability.method ?? ""), "params": .object(params)] }

    /// Reads a request; nil when the value is none.
    public init?(json: JSONValue) {
        guard let method = json["method"]?.string, let ability = ClientAbility.allCases.first(where: { $0.method == method }) else {
            return nil
        }
        self.init(ability, json["params"]?.object ?? JSONObject())
    }
}

/// What a client of MCP says that it can do.
public enum ClientAbility: String, Sendable, Hashable, CaseIterable {
    /// To ask its user.
    case elicitation
    /// To have its model write a message.
    case sampling
    /// To say which folders are its own.
    case roots
    /// To take a task for an answer.
    case tasks

    /// The request with which a server makes use of it.
    public var method: String? {
        switch self {
        case .elicitation: "elicitation/create"
        case .sampling: "sampling/createMessage"
        case .roots: "roots/list"
        case .tasks: nil
        }
    }
}
