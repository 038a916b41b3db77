import LegworkCore
import LegworkHTTP
import Synchronization

/// Counts requests by route, method and status.
final class RouteMetrics: HTTPRouterMetrics {
    private let meters = Lock<[Meter]>([])

    func meter(of pattern: String?) -> any HTTPRouteMeter {
        // What fits no route must not make a name of its own each time.
        let meter = Meter(pattern ?? "none")
        meters.withLock { $0.append(meter) }
        return meter
    }

    /// What was counted, route by route.
    var counts: [(route: String, counts: Meter.Counts)] {
        meters.withLock { $0 }.map { ($0.route, $0.counts) }.sorted { $0.0 < $1.0 }
    }

    /// The requests of one route.
    final class Meter: HTTPRouteMeter {
        struct Counts: Sendable {
            /// By method and status; the status is `aborted` when there was no answer.
            var answered: [String: [String: Int]] = [:]
            var durations = DurationHistogram()
            var inFlight = 0
        }

        private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]

        let route: String
        private let state = Lock(Counts())

        init(_ route: String) { self.route = route }

        var counts: Counts { state.withLock { $0 } }

        func began() { state.withLock { $0.inFlight += 1 } }

        func ended(_ method: String, status: Int?, after duration: Duration) {
            let method = Self.methods.contains(method) ? method : "other"
            let status = status.map(String.init) ?? "aborted"
            state.withLock { state in
                state.inFlight -= 1
                state.answered[method, default: [:]][status, default: 0] += 1
                state.durations.record(duration)
            }
        }
    }
}
