/// Any tool, unchanged, with two more arguments for whoever calls it.
///
/// `run_in_background` (boolean) makes a call a task at once. `task_id`, for tools that can be resumed, asks after an earlier call: one that
/// has ended gives its state and result, one that runs is waited for like a call, and one that stands still goes on, with the arguments
/// given in the place of those it had. The tool sees neither: the manager takes both out before the schema is checked.
public struct BackgroundCapable: Tool {
    /// The argument that makes a call a task at once.
    public static let backgroundKey = "run_in_background"
    /// The argument that names an earlier call.
    public static let taskKey = "task_id"

    /// The tool's own descriptor, with the arguments added to its schema.
    public let descriptor: ToolDescriptor
    /// Whether ``taskKey`` is taken.
    public let takesTaskID: Bool
    let tool: any Tool

    /// Wraps a tool.
    ///
    /// - Parameters:
    ///   - tool: a registry refuses one that has an argument of one of the two names already.
    ///   - takesTaskID: whether earlier calls can be asked after; nil means where the tool can be resumed.
    public init(_ tool: any Tool, takesTaskID: Bool? = nil) {
        self.tool = tool
        var descriptor = tool.descriptor
        self.takesTaskID = takesTaskID ?? descriptor.canResume
        // A tool that says nothing of its arguments takes any.
        if var schema = descriptor.inputSchema == true ? JSONObject() : descriptor.inputSchema.object {
            if schema["type"] == nil { schema["type"] = "object" }
            var properties = schema["properties"]?.object ?? JSONObject()
            properties[Self.backgroundKey] = Self.backgroundSchema
            if self.takesTaskID {
                properties[Self.taskKey] = Self.taskSchema(required: schema["required"]?.array ?? [])
                // What a new call requires, an earlier one has; model vendors take no alternatives at the top of a schema.
                schema["required"] = nil
            }
            schema["properties"] = .object(properties)
            descriptor.inputSchema = .object(schema)
        }
        self.descriptor = descriptor
    }

    private static let backgroundSchema: JSONValue = [
        "type": "boolean",
        "description": "True starts the call in the background and answers at once with a task_id, with which to ask after it.",
    ]

    private static func taskSchema(required: [JSONValue]) -> JSONValue {
        let names = required.compactMap(\.string).map { "'\($0)'" }.joined(separator: ", ")
        return [
            "type": "string",
            "description": .string(
                """
                The task_id of an earlier call of this tool: gives the result of one that has ended, waits for one that runs, and lets one that \
                stopped go on. Other arguments may then be left out; those given replace the earlier ones.
                """ + (names.isEmpty ? "" : " Without task_id, a call requires \(names).")
            ),
        ]
    }

    /// Lets the tool look at its own arguments.
    public func prepare(_ arguments: JSONValue) throws { try tool.prepare(without(arguments)) }

    /// As the tool says it.
    public func title(for arguments: JSONValue) -> String { tool.title(for: without(arguments)) }

    /// Calls the tool with its own arguments.
    public func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await tool.call(without(arguments), context)
    }

    private func without(_ arguments: JSONValue) -> JSONValue {
        guard case .object(var object) = arguments else { return arguments }
        object[Self.backgroundKey] = nil
        if takesTaskID { object[Self.taskKey] = nil }
        return .object(object)
    }

    // MARK: - For the registry and the manager

    /// What a caller wrote among the arguments that is not for the tool.
    package struct Wish: Sendable, Hashable {
        /// Whether the call is to be a task at once.
        package var inBackground = false
        /// The earlier call that is meant, as it was written.
        package var task: String?
    }

    /// Refuses a tool that has an argument of one of the names itself.
    func checkNames() throws(ToolError) {
        let own = tool.descriptor.inputSchema["properties"]
        for key in takesTaskID ? [Self.backgroundKey, Self.taskKey] : [Self.backgroundKey] where own?[key] != nil {
            throw ToolError(
                .invalidDescriptor,
                "'\(descriptor.name)' has an argument '\(key)' of its own, so it cannot be made background-capable; rename the argument"
                    + (key == Self.taskKey ? ", or wrap it with 'takesTaskID: false'" : "")
            )
        }
    }

    /// Takes what is not for the tool out of the arguments.
    func separate(_ arguments: JSONValue) throws(ToolError) -> (arguments: JSONValue, wish: Wish) {
        var wish = Wish()
        guard arguments.object != nil else {
            throw ToolError(.invalidArguments, "the arguments of '\(descriptor.name)' must be an object, not \(arguments.typeName)")
        }
        if let value = arguments[Self.backgroundKey] {
            guard let isWanted = value.bool else { throw misfit(Self.backgroundKey, "boolean", value) }
            wish.inBackground = isWanted
        }
        if takesTaskID, let value = arguments[Self.taskKey] {
            guard let task = value.string else { throw misfit(Self.taskKey, "string", value) }
            wish.task = task
        }
        return (without(arguments), wish)
    }

    private func misfit(_ key: String, _ type: String, _ value: JSONValue) -> ToolError {
        ToolError(
            .invalidArguments,
            "the arguments of '\(descriptor.name)' do not fit: arguments.\(key): must be a \(type), is \(value.typeNameWithArticle)"
        )
    }
}
