import LegworkCore

/// What a client wants to hear of with `subscriptions/listen`, as far as it can be heard of here (2026-07-28, basic/patterns/subscriptions).
///
/// The lists of tools and prompts never change while a server runs, and none declares that it tells of its resources coming and going: wishes
/// for these are left out of what is acknowledged.
public struct MCPSubscriptionFilter: Sendable, Hashable {
    /// The most tasks and resources of one request.
    static let limit = 1000

    /// Resources, by their URI, each once.
    public var resources: [String]
    /// Tasks, by their id, each once (ext-tasks); nil when the client did not ask for any.
    public var tasks: [String]?

    /// Names what is wished for.
    public init(resources: [String] = [], tasks: [String]? = nil) {
        self.resources = resources
        self.tasks = tasks
    }

    init(_ json: JSONValue?, takesTasks: Bool) throws(MCPError) {
        guard let wishes = json?.object else { throw MCPError(.invalidParams, "params.notifications must be an object") }
        for name in ["toolsListChanged", "promptsListChanged", "resourcesListChanged"] {
            guard wishes[name] == nil || wishes[name]?.bool != nil else {
                throw MCPError(.invalidParams, "params.notifications.\(name) must be true or false")
            }
        }
        resources = try Self.texts(wishes["resourceSubscriptions"], named: "resourceSubscriptions") ?? []
        tasks = try Self.texts(wishes["taskIds"], named: "taskIds")
        if tasks != nil, !takesTasks { throw .tasksNotDeclared("'taskIds' of 'subscriptions/listen'") }
        guard resources.count + (tasks?.count ?? 0) <= Self.limit else {
            throw MCPError(.invalidParams, "one subscription may name \(Self.limit) tasks and resources; open another for more")
        }
    }

    private static func texts(_ json: JSONValue?, named name: String) throws(MCPError) -> [String]? {
        guard let json else { return nil }
        var seen: Set<String> = []
        var texts: [String] = []
        guard let values = json.array else { throw MCPError(.invalidParams, "params.notifications.\(name) must be an array of strings") }
        for value in values {
            guard let text = value.string else {
                throw MCPError(.invalidParams, "params.notifications.\(name) must be an array of strings")
            }
            if seen.insert(text).inserted { texts.append(text) }
        }
        return texts
    }

    /// What the client is told that it will hear of.
    var json: JSONValue {
        var object = JSONObject()
        if !resources.isEmpty { object["resourceSubscriptions"] = .array(resources.map(JSONValue.string)) }
        if let tasks { object["taskIds"] = .array(tasks.map(JSONValue.string)) }
        return .object(object)
    }
}

extension MCPError {
    /// The answer to a request of the tasks extension whose sender does not declare it (ext-tasks).
    static func tasksNotDeclared(_ what: String) -> MCPError {
        MCPError(
            .missingCapability,
            "\(what) is for clients that declare the extension \(MCPName.tasks) with the request",
            data: ["requiredCapabilities": ["extensions": [MCPName.tasks: [:]]]],
            httpStatus: 400
        )
    }
}
