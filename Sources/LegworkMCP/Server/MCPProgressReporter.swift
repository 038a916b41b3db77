import LegworkCore
import Synchronization

/// Sends the progress of one request to its client, in order, until the request is answered.
final class MCPProgressReporter: Sendable {
    private struct State {
        var progress: MCPProgress
        var isOver = false
    }

    private let state: Lock<State>
    private let clock: any TaskClock
    private let began: Duration
    private let notify: @Sendable (MCPNotification) -> Void

    init(token: JSONValue, clock: any TaskClock, notify: @escaping @Sendable (MCPNotification) -> Void) {
        state = Lock(State(progress: MCPProgress(token: token)))
        self.clock = clock
        began = clock.uptime
        self.notify = notify
    }

    func report(_ report: ToolReport) { send { $0.report(report, at: $1) } }

    /// When the client will have heard nothing for too long, in the clock's time.
    var nextBeat: Duration { began + state.withLock { $0.progress.nextBeat } }

    /// Says that the request is still worked on, if the client has heard nothing for too long.
    func beat() { send { $0.beat(at: $1) } }

    /// Sends what was held back. Nothing may follow the answer.
    func end() {
        send { $0.flush(at: $1) }
        state.withLock { $0.isOver = true }
    }

    private func send(_ make: (inout MCPProgress, Duration) -> JSONValue?) {
        let elapsed = clock.uptime - began
        state.withLock { state in
            guard !state.isOver, let json = make(&state.progress, elapsed) else { return }
            // Under the lock, so that two values cannot overtake each other on their way.
            notify(MCPNotification(json: json))
        }
    }
}
