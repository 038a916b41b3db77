import LegworkAgents
import LegworkCore
import LegworkTestKit

/// Tools of a test, which keep what they were called with.
final class FakeTools: AgentToolCaller {
    typealias Body = @Sendable (JSONValue) async throws -> ToolResult

    private let bodies: [String: Body]
    private let descriptors: [ToolDescriptor]
    private let state = ObservedState<[String]>([])
    private let earlier: [String: ToolResult]

    /// - Parameter tools: name, whether it only reads, and what it does.
    init(_ tools: [(name: String, readsOnly: Bool, body: Body)] = [], earlier: [String: ToolResult] = [:]) {
        bodies = Dictionary(tools.map { ($0.name, $0.body) }, uniquingKeysWith: { $1 })
        descriptors = tools.map { tool in
            ToolDescriptor(
                name: tool.name,
                description: "A tool.",
                annotations: ["readOnlyHint": .bool(tool.readsOnly)],
                sensitiveArguments: ["password"]
            )
        }
        self.earlier = earlier
    }

    /// `id name arguments` of all calls that began, in the order in which they did.
    var calls: [String] { state.value }

    /// Returns when so many calls have begun.
    func began(_ count: Int) async { await state.wait { $0.count >= count } }

    func tools(for caller: Caller) -> [ToolDescriptor] { descriptors }

    func call(_ name: String, _ arguments: JSONValue, id: String, _ context: ToolContext) async throws -> ToolResult {
        state.change { $0.append("\(id) \(name) \(arguments)") }
        guard let body = bodies[name] else { throw ToolError(.unknownTool, "no such tool") }
        return try await body(arguments)
    }

    func earlierResult(of id: String, _ arguments: JSONValue, _ context: ToolContext) async -> ToolResult? { earlier[id] }
}

/// A host that answers questions and keeps all checkpoints.
final class AskingHost: ToolContextHost {
    private let recording: RecordingToolHost
    private let answer: JSONValue?
    private let state = ObservedState<(questions: [String], checkpoints: [JSONValue])>(([], []))
    private let onSave: @Sendable (JSONValue) -> Void

    init(checkpoint: JSONValue? = nil, answer: JSONValue? = nil, onSave: @escaping @Sendable (JSONValue) -> Void = { _ in }) {
        recording = RecordingToolHost(attempt: checkpoint == nil ? 1 : 2, checkpoint: checkpoint)
        self.answer = answer
        self.onSave = onSave
    }

    var context: ToolContext { ToolContext(host: self) }
    var questions: [String] { state.value.questions }
    var checkpoints: [JSONValue] { state.value.checkpoints }
    var events: [RecordingToolHost.Event] { recording.events }

    /// Returns when the tool has made an entry of which the condition holds.
    func event(where condition: @escaping @Sendable (RecordingToolHost.Event) -> Bool) async { await recording.event(where: condition) }

    var caller: Caller { recording.caller }
    var taskID: TaskID { recording.taskID }
    var attempt: Int { recording.attempt }
    var checkpoint: JSONValue? { recording.checkpoint }
    var isCancelled: Bool { recording.isCancelled }
    func report(_ report: ToolReport) { recording.report(report) }
    func emit(text: String?, data: JSONValue?) { recording.emit(text: text, data: data) }
    func openOutput() throws -> any ToolOutput { try recording.openOutput() }

    func save(checkpoint: JSONValue) async throws {
        // As a store keeps it: what cannot be written and read again is no checkpoint.
        let kept = try JSONValue(parsing: checkpoint.jsonBytes())
        try await recording.save(checkpoint: kept)
        state.change { $0.checkpoints.append(kept) }
        onSave(kept)
    }

    func ask(_ questions: [ToolQuestion]) async throws -> [ToolReply] {
        state.change { $0.questions += questions.map(\.message) }
        return questions.map { ToolReply(key: $0.key ?? "input-1", answer: answer) }
    }
}
