import LegworkCore

/// A companion tool under another name, for agents that were taught by another system.
struct CompanionAlias: Tool {
    let descriptor: ToolDescriptor
    private let target: any Tool
    /// Called in the place of the target when no task is named.
    private let whenNoTask: (any Tool)?

    init(_ name: String, of target: any Tool, whenNoTask: (any Tool)? = nil) {
        var descriptor = target.descriptor
        descriptor.name = name
        descriptor.description = "The same as \(target.descriptor.name). " + descriptor.description
        if whenNoTask != nil, case .object(var schema) = descriptor.inputSchema {
            schema["required"] = nil
            descriptor.inputSchema = .object(schema)
            descriptor.description = "Without task_id lists all tasks. " + descriptor.description
        }
        self.descriptor = descriptor
        self.target = target
        self.whenNoTask = whenNoTask
    }

    func prepare(_ arguments: JSONValue) throws { try chosen(arguments).prepare(arguments) }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await chosen(arguments).call(arguments, context)
    }

    private func chosen(_ arguments: JSONValue) -> any Tool {
        if let whenNoTask, arguments["task_id"] == nil { return whenNoTask }
        return target
    }
}
