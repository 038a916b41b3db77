import Legwork
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import LegworkSQLite
import Synchronization

/// How many tasks in a second are submitted, done and told of in a channel, with every commit synced to the disk; and whether a dead channel
/// holds up the others.
enum DeliveryBench {
    private static let caller = Caller(owner: "bench")

    static func run(isQuick: Bool, report: Report) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let count = isQuick ? 640 : 6400
        for concurrency in [1, 16] {
            let counter = DeliveryCounter(expecting: count)
            let entry = ChannelEntry("near", kind: "bench", CountingChannel(counter), concurrency: concurrency)
            let rate = try await rate(of: count, to: [entry], counter, "\(folder.path)/near-\(concurrency).db")
            report.add("tasks told of in a channel that answers at once, \(concurrency) at a time, SQLite", rate, "/s")
        }
        // What of that is the disk's.
        let counter = DeliveryCounter(expecting: count)
        let entry = ChannelEntry("near", kind: "bench", CountingChannel(counter), concurrency: 16)
        let inMemory = try await rate(of: count, to: [entry], counter, MemoryTaskStore(maximumFinished: nil))
        report.add("tasks told of in a channel that answers at once, 16 at a time, memory", inMemory, "/s")

        let loop = try EventLoop(name: "deliveries")
        let server = HTTPServer(loop: loop, handler: HTTPClosureHandler { _, writer in await writer.send(status: 204) })
        let port = try server.listen(port: 0)
        let client = try HTTPClient(loop: loop)
        for concurrency in [1, 16] {
            let counter = DeliveryCounter(expecting: count)
            let channel = PostingChannel(url: "http://127.0.0.1:\(port)/hook", client: client, counter: counter)
            let entry = ChannelEntry("hook", kind: "bench", channel, concurrency: concurrency)
            let rate = try await rate(of: count, to: [entry], counter, "\(folder.path)/hook-\(concurrency).db")
            report.add("tasks told of to a webhook over loopback, \(concurrency) at a time, SQLite", rate, "/s")
        }
        await server.shutdown()

        // In turn, and the medians: one round is at the mercy of what else the machine does.
        var rounds: [(alive: Double, dead: Double)] = []
        for round in 0..<(isQuick ? 1 : 3) {
            rounds.append((try await ten(count, tenthIsDead: false, folder, round), try await ten(count, tenthIsDead: true, folder, round)))
        }
        report.add(
            "tasks told of in nine channels beside a dead one, SQLite",
            Measure.percentile(0.5, of: rounds.map(\.dead)),
            "/s",
            peer: "the same beside a tenth that works",
            Measure.percentile(0.5, of: rounds.map(\.alive))
        )
    }

    /// The rate of nine channels among ten.
    private static func ten(_ count: Int, tenthIsDead: Bool, _ folder: TemporaryFolder, _ round: Int) async throws -> Double {
        let counter = DeliveryCounter(expecting: count / 10 * 9)
        let entries = (0..<10).map { index in
            let isCounted = index < 9
            let channel = CountingChannel(isCounted ? counter : nil, isDead: tenthIsDead && !isCounted)
            return ChannelEntry("channel-\(index)", kind: "bench", channel)
        }
        return try await rate(of: count, to: entries, counter, "\(folder.path)/ten-\(tenthIsDead)-\(round).db") * 0.9
    }

    private static func rate(of count: Int, to entries: [ChannelEntry], _ counter: DeliveryCounter, _ path: String) async throws -> Double {
        let store = try await SQLiteTaskStore.open(path: path)
        let rate = try await rate(of: count, to: entries, counter, store)
        await store.close()
        return rate
    }

    /// Tasks per second from the first submit until all that is counted has arrived; they go to the channels in turn.
    private static func rate(
        of count: Int,
        to entries: [ChannelEntry],
        _ counter: DeliveryCounter,
        _ store: any TaskStore
    ) async throws -> Double {
        let tool = ClosureTool(ToolDescriptor(name: "noop", description: "Does nothing.")) { _, _ in .text("14 passed") }
        var configuration = TaskManagerConfiguration()
        configuration.workers = 16
        configuration.retention.maximumFinished = nil
        configuration.channels = entries
        let manager = TaskManager(store: store, tools: try ToolRegistry([tool]), configuration: configuration)
        let running = Task { try await manager.run() }
        let submitters = 32
        let seconds = try await Measure.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for submitter in 0..<submitters {
                    group.addTask {
                        for number in stride(from: submitter, to: count, by: submitters) {
                            var options = SubmitOptions()
                            options.redirects = [RedirectWish(to: entries[number % entries.count].name)]
                            _ = try await manager.submit("noop", ["n": JSONValue(number)], as: caller, options: options)
                        }
                    }
                }
                try await group.waitForAll()
            }
            await counter.allArrived()
        }
        running.cancel()
        try await running.value
        return Double(count) / seconds
    }
}

/// Counts what arrives, and says when it is all there.
private final class DeliveryCounter: Sendable {
    private struct State {
        var missing: Int
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state: Lock<State>

    init(expecting count: Int) { state = Lock(State(missing: count)) }

    func arrived() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.missing -= 1
            guard state.missing == 0 else { return nil }
            return state.waiting
        }
        waiting?.resume()
    }

    func allArrived() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.missing > 0 { state.waiting = continuation }
                return state.missing <= 0
            }
            if isDone { continuation.resume() }
        }
    }
}

/// Takes everything at once, or nothing ever.
private struct CountingChannel: Channel {
    private let counter: DeliveryCounter?
    private let isDead: Bool

    init(_ counter: DeliveryCounter?, isDead: Bool = false) {
        self.counter = counter
        self.isDead = isDead
    }

    var form: ChannelForm { .messages(MessageStyle(limit: MessageLimit(1950), markup: .discord)) }

    func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        if isDead { throw ChannelError(.unavailable, "nobody is there") }
        counter?.arrived()
        return PieceReceipt()
    }
}

/// Posts everything as a document.
private struct PostingChannel: Channel {
    let url: String
    let client: HTTPClient
    let counter: DeliveryCounter

    var form: ChannelForm { .document }

    func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        let request = HTTPClientRequest(
            method: "POST",
            destination: .url(url),
            headers: ["Content-Type": "application/json", "Webhook-Id": piece.key],
            body: piece.content.json.jsonBytes()
        )
        do {
            let response = try await client.send(request)
            guard (200..<300).contains(response.status) else { throw ChannelError(.unavailable, "it answered \(response.status)") }
        } catch {
            throw ChannelError(.unavailable, "it cannot be reached: \(error)")
        }
        counter.arrived()
        return PieceReceipt()
    }
}
