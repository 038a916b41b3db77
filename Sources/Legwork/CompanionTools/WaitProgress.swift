import LegworkCore
import Synchronization

/// Tells a waiting caller what happens, in seconds waited, which only ever grow.
final class WaitProgress: Sendable {
    private struct State {
        var lastValue = 0.0
        var lastReport: Duration
    }

    private let context: ToolContext
    private let began: Duration
    private let limit: Duration
    private let state: Lock<State>

    init(_ context: ToolContext, began: Duration, limit: Duration) {
        self.context = context
        self.began = began
        self.limit = limit
        state = Lock(State(lastReport: began))
        // Said at once, so that whoever listens knows from the start that this tool counts.
        context.progress(0, of: limit.seconds, "waiting")
    }

    /// When the caller will have heard nothing for too long.
    var nextBeat: Duration { state.withLock { $0.lastReport } + AwaitTaskTool.heartbeat }

    func report(_ message: String, at now: Duration) {
        // Reported under the lock, so that two reports cannot overtake each other on their way.
        state.withLock { state in
            // Two changes within a millisecond still have to count upwards.
            let value = max(Double((now - began).milliseconds) / 1000, state.lastValue + 0.001)
            state.lastValue = value
            state.lastReport = now
            context.progress(value, of: max(limit.seconds, value), message)
        }
    }

    /// Says that nothing has changed, if that has not been told of otherwise.
    func beat(at now: Duration) {
        guard now >= nextBeat else { return }
        report("still waiting after \(TaskReport.text(of: now - began))", at: now)
    }
}
