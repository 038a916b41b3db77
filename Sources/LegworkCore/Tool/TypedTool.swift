/// A tool whose arguments are a Swift type; the JSON Schema is derived from it.
public struct TypedTool<Arguments: Decodable & Sendable>: Tool {
    /// Name, schema and policies.
    public let descriptor: ToolDescriptor
    private let body: @Sendable (Arguments, ToolContext) async throws -> ToolResult

    /// Makes a tool of a closure that takes a Swift type.
    ///
    /// - Parameters:
    ///   - descriptor: its `inputSchema` is replaced by the derived one.
    ///   - arguments: the type; see ``JSONSchema/describing(_:)`` for what can be derived.
    ///   - body: the work.
    /// - Throws: ``ToolError/Code/invalidDescriptor`` when no schema can be derived from the type.
    public init(
        _ descriptor: ToolDescriptor,
        arguments: Arguments.Type = Arguments.self,
        _ body: @escaping @Sendable (Arguments, ToolContext) async throws -> ToolResult
    ) throws(ToolError) {
        var descriptor = descriptor
        do {
            descriptor.inputSchema = try JSONSchema.describing(arguments).value
        } catch {
            throw ToolError(.invalidDescriptor, "no schema can be derived for '\(descriptor.name)': \(error)")
        }
        self.descriptor = descriptor
        self.body = body
    }

    /// Decodes the arguments, so that what the schema cannot say is refused before anything starts.
    public func prepare(_ arguments: JSONValue) throws {
        _ = try decode(arguments)
    }

    /// Decodes the arguments and calls the closure.
    public func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await body(decode(arguments), context)
    }

    private func decode(_ arguments: JSONValue) throws -> Arguments {
        try JSONValueDecoder().decode(Arguments.self, from: arguments)
    }
}
