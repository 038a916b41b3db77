/// Something that can be called by name with JSON arguments.
///
/// A tool knows nothing of windows, tasks and stores. It is called once per attempt; when its Swift task is cancelled it should stop soon
/// and throw `CancellationError`. What it throws otherwise becomes the text of an error result, and ends its own task and nothing else.
public protocol Tool: Sendable {
    /// Name, schema and policies. Must not change while the tool is registered.
    var descriptor: ToolDescriptor { get }

    /// Looks at arguments that fit the schema, before anything starts or is recorded.
    ///
    /// - Throws: what the caller is to be told; the call is then refused.
    func prepare(_ arguments: JSONValue) throws

    /// One line that says what a call with these arguments is about; shown in lists.
    func title(for arguments: JSONValue) -> String

    /// Does the work.
    ///
    /// - Parameters:
    ///   - arguments: fit the schema and passed ``prepare(_:)-(JSONValue)``.
    ///   - context: who calls, and where to report to.
    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult
}

extension Tool {
    /// Accepts everything that fits the schema.
    public func prepare(_ arguments: JSONValue) throws {}

    /// The tool's name.
    public func title(for arguments: JSONValue) -> String { descriptor.name }
}

/// A tool made of a descriptor and a closure.
public struct ClosureTool: Tool {
    /// Name, schema and policies.
    public let descriptor: ToolDescriptor
    private let body: @Sendable (JSONValue, ToolContext) async throws -> ToolResult

    /// Makes a tool of a closure.
    public init(_ descriptor: ToolDescriptor, _ body: @escaping @Sendable (JSONValue, ToolContext) async throws -> ToolResult) {
        self.descriptor = descriptor
        self.body = body
    }

    /// Calls the closure.
    public func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await body(arguments, context)
    }
}
