import LegworkCore
import LegworkRedis
import LegworkTestKit
import TestPrograms
import Testing

/// A Redis, a result store on it, and a look at what is really there.
struct RedisStage: Sendable {
    let server: RedisServer
    let results: RedisResultStore
    /// Another connection, to look with.
    let eye: RedisConnection
    let clock = MockClock()

    init(_ change: (inout RedisConfiguration) -> Void = { _ in }) async throws {
        server = try await RedisServer.start()
        results = try RedisResultStore(server.configuration(change), clock: clock)
        eye = try RedisConnection(server.configuration(change))
    }

    func close() async {
        await results.close()
        await eye.close()
        server.kill()
    }

    /// Has Redis do something.
    @discardableResult
    func redis(_ words: String...) async throws -> RedisReply { try await eye.send(RedisCommand(words), isRepeatable: true) }

    /// The text at a key; nil when there is none.
    func text(_ key: String) async throws -> String? { try await redis("GET", key).text }

    /// A hash's fields and values.
    func hash(_ key: String) async throws -> [String: String] {
        guard case .list(let list) = try await redis("HGETALL", key) else { return [:] }
        let texts = list.map { $0.text ?? "?" }
        return Dictionary(uniqueKeysWithValues: stride(from: 0, to: texts.count, by: 2).map { (texts[$0], texts[$0 + 1]) })
    }

    /// How many milliseconds a key has left.
    func lifetime(_ key: String) async throws -> Int64 {
        guard case .integer(let milliseconds) = try await redis("PTTL", key) else { return -3 }
        return milliseconds
    }

    /// How many keys begin with a text.
    func count(_ prefix: String) async throws -> Int {
        guard case .list(let list) = try await redis("KEYS", prefix + "*") else { return -1 }
        return list.count
    }
}

/// Records as tests want them.
enum Sample {
    static let start = Timestamp(milliseconds: 1_800_000_000_000)

    /// A task that runs.
    static func running(
        _ id: TaskID = .random(),
        owner: Owner = "ann",
        origin: Caller.Origin? = nil,
        at time: Timestamp = start
    ) -> TaskRecord {
        TaskRecord(
            id: id,
            tool: "search",
            title: "Search",
            caller: Caller(owner: owner, origin: origin),
            arguments: [:],
            lifecycle: .promoted,
            createdAt: time,
            startedAt: time
        )
    }

    /// A task that has ended with a text.
    static func completed(_ id: TaskID = .random(), owner: Owner = "ann", text: String, at time: Timestamp = start) throws -> TaskRecord {
        try running(id, owner: owner, at: time).ended(.completed, result: .text(text), at: time)
    }
}

extension TaskRecord {
    /// The record after its end.
    func ended(
        _ event: TaskLifecycle.Event,
        result: ToolResult? = nil,
        failure: String? = nil,
        at time: Timestamp
    ) throws -> TaskRecord {
        var record = self
        (record.result, record.failure) = (result, failure)
        _ = try record.apply(event, at: time)
        return record
    }
}

/// The code of the error that a body throws; nil when it throws none.
func code(of body: () async throws -> Void) async -> RedisError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? RedisError)?.code
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs tests only where there is a Redis to be started.
    static var needsRedis: Self { .enabled(if: RedisServer.isInstalled, "there is no redis-server; run scripts/setup --tests") }
}
