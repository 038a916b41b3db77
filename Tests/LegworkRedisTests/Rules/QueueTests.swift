import LegworkCore
import Testing

@testable import LegworkRedis

@Suite("What waits for Redis")
struct QueueTests {
    private let command = RedisCommand("PING")

    private func order(_ count: Int = 1, due: Duration = .seconds(60), from now: ContinuousClock.Instant = .now) -> RedisOrder {
        RedisOrder(Array(repeating: command, count: count), isRepeatable: true, deadline: now.advanced(by: due))
    }

    @Test("is bounded in number and bytes, and says so")
    func bounds() {
        var backlog = RedisBacklog(limit: 3, bytes: 1000)
        #expect(backlog.add(order(2)) == nil)
        #expect(backlog.add(order(2))?.code == .queueFull)
        #expect(backlog.add(order()) == nil)
        let refusal = backlog.add(order())
        #expect(refusal?.code == .queueFull)
        #expect(refusal?.message.contains("queueLimit") == true)

        var narrow = RedisBacklog(limit: 1000, bytes: 3 * command.encoded.count)
        #expect(narrow.add(order(2)) == nil)
        #expect(narrow.add(order(2))?.code == .queueFull)
        #expect(narrow.add(order(4))?.code == .tooLarge)
        #expect(narrow.bytes == 2 * command.encoded.count)
    }

    @Test("is taken in order, as much as one round trip may have, and what is put back comes first")
    func batches() {
        var backlog = RedisBacklog(limit: 10_000, bytes: 1 << 30)
        let orders = (0..<5).map { _ in order(200) }
        for order in orders { #expect(backlog.add(order) == nil) }
        let first = backlog.takeBatch()
        #expect(first.elementsEqual(orders[..<2], by: ===))
        #expect(backlog.commands == 600)
        backlog.putBack(Array(first[1...]))
        #expect(backlog.takeBatch().elementsEqual(orders[1..<3], by: ===))
        #expect(backlog.takeBatch().elementsEqual(orders[3...], by: ===))
        #expect(backlog.isEmpty)
        #expect(backlog.takeBatch().isEmpty)
        #expect((backlog.commands, backlog.bytes) == (0, 0))
    }

    @Test("lets no more in at each try to reach a Redis that is away")
    func away() {
        var backlog = RedisBacklog(limit: 2, bytes: 1 << 20)
        for _ in 0..<2 { #expect(backlog.add(order()) == nil) }
        let first = backlog.takeBatch()
        for _ in 0..<2 { #expect(backlog.add(order()) == nil) }
        backlog.putBack(first)
        for _ in 0..<3 {
            let batch = backlog.takeBatch()
            #expect(batch.count == 4)
            #expect(backlog.add(order())?.code == .queueFull)
            backlog.putBack(batch)
        }
        #expect(backlog.takeBatch().count == 4)
        backlog.reached()
        #expect(backlog.add(order()) == nil)
    }

    @Test("leaves out what nobody waits for, and gives up what waited too long")
    func leaving() {
        var backlog = RedisBacklog(limit: 10_000, bytes: 1 << 30)
        let now = ContinuousClock.now
        let orders = (1...4).map { order(due: .seconds($0), from: now) }
        for order in orders { #expect(backlog.add(order) == nil) }
        orders[2].finish(.failure(RedisError(.cancelled, "over")))
        #expect(backlog.nextDeadline == now.advanced(by: .seconds(1)))
        #expect(backlog.takeOverdue(at: now.advanced(by: .seconds(2))).elementsEqual(orders[..<2], by: ===))
        #expect(backlog.takeBatch().elementsEqual(orders[3...], by: ===))
        #expect(backlog.commands == 0)
    }

    @Test("is tried again at once, and then ever later, up to a limit")
    func backoff() {
        var backoff = Backoff(first: .milliseconds(50), limit: .milliseconds(300))
        #expect((0..<6).map { _ in backoff.failed().milliseconds } == [0, 50, 100, 200, 300, 300])
        for _ in 0..<100 { _ = backoff.failed() }
        #expect(backoff.failed() == .milliseconds(300))
        backoff.succeeded()
        #expect(backoff.failed() == .zero)
    }

    @Test("is sent with every byte in its place")
    func encoding() {
        #expect(
            String(decoding: RedisCommand("SET", "k", "a\r\nü\0").encoded, as: UTF8.self)
                == "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$6\r\na\r\nü\0\r\n"
        )
    }
}
