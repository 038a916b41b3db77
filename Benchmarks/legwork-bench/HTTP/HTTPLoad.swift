import Glibc
import LegworkEventLoop

/// A generator of load: so many connections that each send the next request when they have the answer to the last.
///
/// It is one thread over `poll`, and does as little as it can, for it shares the machine with the server that it measures. (wrk knows no Unix
/// sockets, and would not be there everywhere.)
struct HTTPLoad {
    struct Outcome {
        /// Requests per second.
        var rate = 0.0
        /// Seconds from sending a request to having its answer.
        var p50 = 0.0, p99 = 0.0
        /// Seconds of the server's processor time for each.
        var cpu = 0.0

        /// The medians of several rounds.
        init(medians rounds: [Outcome]) {
            rate = Measure.percentile(0.5, of: rounds.map(\.rate))
            p50 = Measure.percentile(0.5, of: rounds.map(\.p50))
            p99 = Measure.percentile(0.5, of: rounds.map(\.p99))
            cpu = Measure.percentile(0.5, of: rounds.map(\.cpu))
        }

        init() {}
    }

    let endpoint: HTTPEndpoint
    let request: [UInt8]
    let server: ServerProcess

    func run(connections count: Int, seconds: Double) throws -> Outcome {
        let connections = try (0..<count).map { _ in try HTTPLoadConnection(endpoint) }
        var wanted = connections.map { pollfd(fd: $0.descriptor.number, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        var times: [Double] = []
        times.reserveCapacity(Int(seconds * 100_000))
        for connection in connections { try connection.send(request) }
        // The first tenth only warms up.
        let warmEnd = monotonicNanoseconds() + UInt64(seconds * 1e8)
        var (begin, cpuBefore) = (UInt64(0), 0.0)
        var now = monotonicNanoseconds()
        while begin == 0 || now < begin + UInt64(seconds * 1e9) {
            guard poll(&wanted, nfds_t(count), 10_000) > 0 else { throw BenchError("the server says nothing") }
            for index in wanted.indices where wanted[index].revents != 0 {
                guard try connections[index].receive(&buffer) else { continue }
                let connection = connections[index]
                guard (200...299).contains(connection.answer.status) else {
                    throw BenchError("the server answers with status \(connection.answer.status)")
                }
                now = monotonicNanoseconds()
                if begin > 0 { times.append(Double(now - connection.sentAt) / 1e9) }
                try connection.send(request)
            }
            if begin == 0, now >= warmEnd { (begin, cpuBefore) = (now, server.cpuSeconds) }
        }
        var outcome = Outcome()
        outcome.rate = Double(times.count) / (Double(now - begin) / 1e9)
        outcome.cpu = (server.cpuSeconds - cpuBefore) / Double(max(1, times.count))
        times.sort()
        outcome.p50 = Measure.percentile(0.5, of: times)
        outcome.p99 = Measure.percentile(0.99, of: times)
        return outcome
    }
}
