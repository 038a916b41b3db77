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

    /// Runs a body, and sends heartbeats meanwhile.
    static func beating<Value: Sendable>(
        _ reporter: MCPProgressReporter?,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let reporter else { return try await body() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                while (try? await reporter.clock.sleep(until: reporter.nextBeat)) != nil { reporter.send { $0.beat(at: $1) } }
                return nil
            }
            group.addTask { try await body() }
            defer {
                group.cancelAll()
                reporter.end()
            }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    private var nextBeat: Duration { began + state.withLock { $0.progress.nextBeat } }

    /// Nothing may follow the answer.
    private func end() {
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
