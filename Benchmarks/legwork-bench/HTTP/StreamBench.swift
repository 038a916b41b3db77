import FoundationEssentials
import Glibc
import LegworkCore
import LegworkEventLoop
import LegworkHTTP

/// Event streams: a thousand on which nothing happens, and a hundred that follow one busy task.
enum StreamBench {
    static func run(isQuick: Bool, report: Report) async throws {
        DescriptorLimit.raise()
        let folder = try TemporaryFolder()
        let daemon = try HTTPDaemon.start(in: folder)
        let peer = HTTPBench.plainC(folder)
        defer {
            daemon.stop()
            peer?.stop()
            folder.remove()
        }
        let door = HTTPEndpoint.unix(folder.path + "/daemon.sock")
        try idle(door, daemon, peer.map { (HTTPEndpoint.unix(folder.path + "/peer.sock"), $0) }, report)
        for (name, count, pause) in isQuick ? [("a paced", 200, 2000)] : [("a paced", 2000, 2000), ("an unhindered", 2000, 0)] {
            try follow(door, name, count, pause, report)
        }
    }

    private static func request(_ target: String) -> [UInt8] {
        Array("GET \(target) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".utf8)
    }

    // MARK: Idle streams

    private struct Idle {
        var opening, bytes, cpu: Double
    }

    private static func idle(_ door: HTTPEndpoint, _ daemon: ServerProcess, _ peer: (HTTPEndpoint, ServerProcess)?, _ report: Report) throws
    {
        let count = 1000
        // What is made once, for the first stream, is no part of any.
        for _ in 0..<10 { _ = try open(door, 1, "/v1/events") }
        let ours = try measureIdle(door, daemon, count, "/v1/events")
        let theirs = try peer.map { try measureIdle($0.0, $0.1, count, "/events") }
        let name = theirs.map { _ in "plain C, evhttp" }
        report.add("opening \(count) event streams", ours.opening * 1e3, "ms", peer: name, theirs.map { $0.opening * 1e3 })
        report.add("  memory of one that is idle", ours.bytes / Double(count), "bytes", peer: name, theirs.map { $0.bytes / Double(count) })
        report.add("  memory of all", ours.bytes / 1e6, "MB", peer: name, theirs.map { $0.bytes / 1e6 })
        report.add("  CPU of all, per second", ours.cpu * 1e3, "ms", peer: name, theirs.map { $0.cpu * 1e3 })
    }

    private static func measureIdle(_ door: HTTPEndpoint, _ server: ServerProcess, _ count: Int, _ target: String) throws -> Idle {
        let before = server.residentBytes
        let start = monotonicNanoseconds()
        let streams = try open(door, count, target)
        let opening = Double(monotonicNanoseconds() - start) / 1e9
        let bytes = server.residentBytes - before
        let cpuBefore = server.cpuSeconds
        usleep(2_000_000)
        let cpu = (server.cpuSeconds - cpuBefore) / 2
        withExtendedLifetime(streams) {}
        return Idle(opening: opening, bytes: bytes, cpu: cpu)
    }

    /// Opens streams; each has its head when this returns.
    private static func open(_ door: HTTPEndpoint, _ count: Int, _ target: String) throws -> [HTTPLoadConnection] {
        let request = request(target)
        let streams = try (0..<count).map { _ in
            let stream = try HTTPLoadConnection(door, keepsBody: true)
            try stream.send(request)
            return stream
        }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        for stream in streams {
            while !stream.answer.hasHead {
                try stream.waitForInput()
                let isComplete = try stream.receive(&buffer)
                guard stream.answer.status == 200, !isComplete else {
                    throw BenchError("\(target): status \(stream.answer.status) in place of a stream")
                }
            }
        }
        return streams
    }

    // MARK: A busy task

    /// Someone who follows a task: the entries that he has seen, and how long each took to reach him.
    private final class Subscriber {
        let connection: HTTPLoadConnection
        private var reader = HTTPEventReader()
        private(set) var numbers: [Int] = []
        /// What had been dropped before it was read, as marks in the timeline say: there, or before it could be written.
        private(set) var omitted = 0
        private(set) var times: [Double] = []

        init(_ connection: HTTPLoadConnection) { self.connection = connection }

        func receive(_ buffer: inout [UInt8]) throws {
            if try connection.receive(&buffer) { throw BenchError("a stream has ended") }
            let now = monotonicNanoseconds()
            for event in try reader.read(connection.answer.body) {
                guard event.data.hasPrefix("{"), let data = try JSONValue(parsing: event.data)["data"] else { continue }
                if event.event == "omitted" { omitted += data["count"]?.int ?? 0 }
                omitted += data["dropped"]?.int ?? 0
                guard let number = data["number"]?.int, let at = data["at"]?.int else { continue }
                numbers.append(number)
                times.append(Double(Int(now) - at) / 1e9)
            }
            connection.answer.body.removeAll(keepingCapacity: true)
        }
    }

    private static func follow(_ door: HTTPEndpoint, _ name: String, _ count: Int, _ pause: Int, _ report: Report) throws {
        func post(_ target: String, _ body: JSONValue) throws -> JSONValue {
            let bytes = body.jsonBytes()
            let head =
                "POST \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: \(bytes.count)\r\n\r\n"
            let (status, answer) = try door.ask(Array(head.utf8) + bytes)
            guard (200...299).contains(status) else { throw BenchError("\(target): \(status) \(String(decoding: answer, as: UTF8.self))") }
            return try JSONValue(parsing: answer)
        }
        let called = try post("/v1/call", ["tool": "busy", "background": true])
        guard let task = called["task"]?["id"]?.string else { throw BenchError("no task was made") }
        let subscribers = try open(door, 100, "/v1/tasks/\(task)/events").map { Subscriber($0) }
        var wanted = subscribers.map { pollfd(fd: $0.connection.descriptor.number, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)

        let start = monotonicNanoseconds()
        _ = try post("/v1/tasks/\(task)/messages", ["message": ["count": JSONValue(count), "pause_us": JSONValue(pause)]])
        while subscribers.contains(where: { $0.numbers.count + $0.omitted < count }) {
            guard poll(&wanted, nfds_t(wanted.count), 10_000) > 0 else { break }
            for index in wanted.indices where wanted[index].revents != 0 { try subscribers[index].receive(&buffer) }
        }
        let seconds = Double(monotonicNanoseconds() - start) / 1e9
        _ = try post("/v1/tasks/\(task)/messages", ["message": ["count": 0]])

        let delivered = subscribers.map(\.numbers.count).reduce(0, +)
        let omitted = subscribers.map(\.omitted).reduce(0, +)
        let isInOrder = subscribers.filter { zip($0.numbers, $0.numbers.dropFirst()).allSatisfy { $0 < $1 } }.count
        let times = subscribers.flatMap(\.times)
        report.add("\(name) task of \(count) events, 100 subscribers", Double(delivered) / seconds, "events/s")
        report.add("  from the task to the subscriber, p50", Measure.percentile(0.5, of: times) * 1e3, "ms")
        report.add("  from the task to the subscriber, p99", Measure.percentile(0.99, of: times) * 1e3, "ms")
        // A timeline keeps its first entries and its newest, and takes so many at once: readers are told how many are missing.
        report.add("  dropped, and said so", Double(omitted), "events")
        report.add("  lost", Double(count * 100 - delivered - omitted), "events")
        report.add("  subscribers who got them in order", Double(isInOrder), "of 100")
    }
}
