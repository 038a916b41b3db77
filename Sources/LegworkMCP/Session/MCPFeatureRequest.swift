import LegworkCore

/// What a client asks of resources, prompts and completions.
public enum MCPFeatureRequest: Sendable, Hashable {
    /// A page of the resources.
    case listResources(cursor: String?)
    /// A page of the templates for resources.
    case listResourceTemplates(cursor: String?)
    /// What a resource holds.
    case readResource(uri: String)
    /// To hear of a resource's changes (revisions with a handshake).
    case subscribe(uri: String)
    /// To hear no more of them.
    case unsubscribe(uri: String)
    /// To hear of changes for as long as the request is open (2026-07-28).
    case listen(MCPSubscriptionFilter)
    /// A page of the prompts.
    case listPrompts(cursor: String?)
    /// A prompt with its arguments filled in.
    case getPrompt(name: String, arguments: [String: String], MCPRetry)
    /// How an argument may go on.
    case complete(MCPCompletionRequest)

    /// Reads a request; nil when the method is another one, unknown in the revision, or of a capability that the server does not have.
    init?(_ request: MCPRequest, in revision: MCPRevision, takesTasks: Bool, hasPrompts: Bool) throws(MCPError) {
        let params = request.params
        switch request.method {
        case "resources/list": self = .listResources(cursor: try params.cursor)
        case "resources/templates/list": self = .listResourceTemplates(cursor: try params.cursor)
        case "resources/read": self = .readResource(uri: try params.text("uri"))
        case "resources/subscribe" where !revision.isModern: self = .subscribe(uri: try params.text("uri"))
        case "resources/unsubscribe" where !revision.isModern: self = .unsubscribe(uri: try params.text("uri"))
        case "subscriptions/listen" where revision.isModern:
            self = .listen(try MCPSubscriptionFilter(params["notifications"], takesTasks: takesTasks))
        case "prompts/list" where hasPrompts: self = .listPrompts(cursor: try params.cursor)
        case "prompts/get" where hasPrompts:
            let retry = revision.isModern ? try MCPRetry(params) : MCPRetry()
            self = .getPrompt(name: try params.text("name"), arguments: try params.texts("arguments"), retry)
        case "completion/complete" where revision >= .march2025: self = .complete(try MCPCompletionRequest(params))
        default: return nil
        }
    }
}

extension JSONObject {
    /// The cursor of a request for a page.
    var cursor: String? {
        get throws(MCPError) {
            switch self["cursor"] {
            case nil, .null: return nil
            case .string(let cursor): return cursor
            case .some: throw MCPError(.invalidParams, "params.cursor must be a string")
            }
        }
    }

    /// A parameter that must be there, and be a string.
    func text(_ name: String) throws(MCPError) -> String {
        guard let text = self[name]?.string else { throw MCPError(.invalidParams, "params.\(name) must be a string") }
        return text
    }

    /// A parameter that is an object of strings, when it is there.
    func texts(_ name: String) throws(MCPError) -> [String: String] {
        switch self[name] {
        case nil, .null: return [:]
        case .some(let value):
            guard let object = value.object else {
                throw MCPError(.invalidParams, "params.\(name) must be an object, not \(value.typeName)")
            }
            var texts: [String: String] = [:]
            for member in object.members {
                guard let text = member.value.string else {
                    throw MCPError(
                        .invalidParams,
                        "params.\(name).\(member.key.truncated(toBytes: 100)) must be a string, not \(member.value.typeName)"
                    )
                }
                texts[member.key] = text
            }
            return texts
        }
    }
}
