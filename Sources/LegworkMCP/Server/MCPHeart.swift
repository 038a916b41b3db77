import LegworkCore
import Synchronization

/// Sends the heartbeats of all requests that are worked on. One sleeping task for all of them, and none when there are none.
final class MCPHeart: Sendable {
    private struct State {
        var reporters: [ObjectIdentifier: MCPProgressReporter] = [:]
        var isBeating = false
    }

    private let clock: any TaskClock
    private let state = Lock(State())

    init(clock: any TaskClock) { self.clock = clock }

    func add(_ reporter: MCPProgressReporter) {
        let mustStart = state.withLock { state in
            state.reporters[ObjectIdentifier(reporter)] = reporter
            defer { state.isBeating = true }
            return !state.isBeating
        }
        if mustStart { Task { await beat() } }
    }

    func remove(_ reporter: MCPProgressReporter) {
        state.withLock { $0.reporters[ObjectIdentifier(reporter)] = nil }
    }

    private func beat() async {
        // A request that comes later beats later than those that are here, so the sleep never has to be cut short.
        while let next = nextBeat() {
            guard (try? await clock.sleep(until: next)) != nil else { break }
            for reporter in state.withLock({ Array($0.reporters.values) }) where reporter.nextBeat <= clock.uptime { reporter.beat() }
        }
    }

    private func nextBeat() -> Duration? {
        state.withLock { state in
            let next = state.reporters.values.map(\.nextBeat).min()
            state.isBeating = next != nil
            return next
        }
    }
}
