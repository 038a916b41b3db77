public import LegworkCore

/// A tool that a test holds by the hand: it says when it has begun, and goes on when it is let.
public final class ScriptedTool: Tool {
    /// Name, schema and policies.
    public let descriptor: ToolDescriptor
    /// Fires when the tool has been called.
    public let began = TestSignal()
    /// Lets the tool return.
    public let mayEnd = TestSignal()
    /// Fires when the tool has noticed that it was cancelled.
    public let noticedCancel = TestSignal()
    private let obeys: Bool
    private let result: ToolResult

    /// Makes a tool.
    ///
    /// - Parameters:
    ///   - descriptor: as the tool is to be known.
    ///   - obeysCancel: whether it stops when it is cancelled, or goes on until it is let.
    ///   - result: what it returns.
    public init(
        _ descriptor: ToolDescriptor = ToolDescriptor(name: "scripted", description: "Waits until a test lets it go on."),
        obeysCancel: Bool = true,
        result: ToolResult = .text("done")
    ) {
        self.descriptor = descriptor
        obeys = obeysCancel
        self.result = result
    }

    /// Says that it began, waits, and returns.
    public func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        began.fire()
        do {
            try await mayEnd.waitUnlessCancelled()
        } catch {
            noticedCancel.fire()
            if obeys { throw error }
            await mayEnd.wait()
        }
        return result
    }
}
