import LegworkCore

/// How a server introduces itself.
public struct MCPServerInfo: Sendable, Hashable {
    /// Its name, for programs.
    public var name: String
    /// Its name, for people.
    public var title: String?
    /// Its version.
    public var version: String
    /// What a model should know of the server as a whole.
    public var instructions: String?

    /// Describes a server.
    public init(name: String, title: String? = nil, version: String, instructions: String? = MCPServerInfo.standardInstructions) {
        self.name = name
        self.title = title
        self.version = version
        self.instructions = instructions
    }

    /// What every model should know: that slow calls become tasks, and which tools look after them.
    public static let standardInstructions = """
        A call that takes longer than a few seconds goes on in the background as a task, and its answer holds a task_id. Use await_task to \
        wait for its result, check_task to look without waiting, task_output to read what it has written, cancel_task to stop it, and \
        list_tasks to find earlier work again.
        """

    /// `{"name": …, "title": …, "version": …}`.
    var json: JSONValue {
        var object: JSONObject = ["name": .string(name)]
        object["title"] = title.map(JSONValue.string)
        object["version"] = .string(version)
        return .object(object)
    }
}
