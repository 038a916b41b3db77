public import LegworkCore

/// Runs a tool in a test, and keeps all that it reports.
public final class RecordingToolHost: ToolContextHost {
    /// An entry for the timeline.
    public struct Event: Sendable, Hashable {
        /// For people.
        public var text: String?
        /// For programs.
        public var data: JSONValue?
    }

    private struct State {
        var checkpoint: JSONValue?
        var isCancelled = false
        var reports: [ToolReport] = []
        var events: [Event] = []
    }

    /// Who calls.
    public let caller: Caller
    /// The id of the task that the call is.
    public let taskID: TaskID
    /// Which attempt this is.
    public let attempt: Int
    /// Where raw output goes; nil makes `openOutput` throw.
    public let output: RecordingToolOutput?
    private let state: ObservedState<State>

    /// Makes a host for one call.
    public init(
        caller: Caller = Caller(owner: "test"),
        taskID: TaskID = .random(),
        attempt: Int = 1,
        checkpoint: JSONValue? = nil,
        output: RecordingToolOutput? = RecordingToolOutput()
    ) {
        self.caller = caller
        self.taskID = taskID
        self.attempt = attempt
        self.output = output
        state = ObservedState(State(checkpoint: checkpoint))
    }

    /// What the tool is given.
    public var context: ToolContext { ToolContext(host: self) }

    /// The state that was saved last.
    public var checkpoint: JSONValue? { state.value.checkpoint }
    /// Whether `cancel()` was called. Cancelling the Swift task that runs the tool is the test's affair.
    public var isCancelled: Bool { state.value.isCancelled }
    /// All reports in order.
    public var reports: [ToolReport] { state.value.reports }
    /// The messages of all reports in order.
    public var messages: [String] { reports.compactMap(\.message) }
    /// All entries for the timeline in order.
    public var events: [Event] { state.value.events }

    /// Says that the call is to stop.
    public func cancel() { state.change { $0.isCancelled = true } }

    /// Returns when the tool has made a report of which the condition holds.
    public func report(where condition: @escaping @Sendable (ToolReport) -> Bool) async {
        await state.wait { $0.reports.contains(where: condition) }
    }

    /// Returns when the tool has made an entry of which the condition holds.
    public func event(where condition: @escaping @Sendable (Event) -> Bool) async {
        await state.wait { $0.events.contains(where: condition) }
    }

    /// Keeps a report.
    public func report(_ report: ToolReport) { state.change { $0.reports.append(report) } }

    /// Keeps an entry.
    public func emit(text: String?, data: JSONValue?) { state.change { $0.events.append(Event(text: text, data: data)) } }

    /// Keeps a checkpoint.
    public func save(checkpoint: JSONValue) async throws { state.change { $0.checkpoint = checkpoint } }

    /// The output that the host was made with.
    public func openOutput() throws -> any ToolOutput {
        guard let output else { throw RecordingToolOutput.Failure(description: "there is no place for output") }
        return output
    }
}
