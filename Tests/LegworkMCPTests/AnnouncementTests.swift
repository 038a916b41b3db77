import LegworkCore
import Synchronization
import Testing

@testable import LegworkMCP

@Suite("What belongs to no request")
struct AnnouncementTests {
    /// Notes what it is given.
    private final class Listener: Sendable {
        private let notes = Lock<[Int]>([])
        var heard: [Int] { notes.withLock { $0 } }
        func hear(_ notification: MCPNotification) { notes.withLock { $0.append(notification.json["n"]?.int ?? -1) } }
    }

    private static func announce(_ numbers: some Sequence<Int>, on connection: MCPConnection) {
        for number in numbers { connection.announce(MCPNotification(json: ["n": JSONValue(number)])) }
    }

    private func connection() throws -> MCPConnection {
        let bench = try MCPBench()
        return bench.server.connect(as: bench.alice, over: .http)
    }

    @Test("goes to the listener at once, in order")
    func direct() throws {
        let (connection, listener) = (try connection(), Listener())
        let attachment = connection.attach { listener.hear($0) }
        Self.announce(1...3, on: connection)
        #expect(listener.heard == [1, 2, 3])
        attachment.cancel()
        Self.announce(4...4, on: connection)
        #expect(listener.heard == [1, 2, 3])
    }

    @Test("waits for the first listener, and of too much the newest is kept")
    func kept() throws {
        let (connection, listener) = (try connection(), Listener())
        Self.announce(1...MCPAnnouncements.limit + 2, on: connection)
        let attachment = connection.attach { listener.hear($0) }
        #expect(listener.heard == Array(3...MCPAnnouncements.limit + 2))
        withExtendedLifetime(attachment) {}
    }

    @Test("goes to the last of two listeners, also when the first one ends afterwards")
    func takenOver() throws {
        let (connection, first, second) = (try connection(), Listener(), Listener())
        let before = connection.attach { first.hear($0) }
        let after = connection.attach { second.hear($0) }
        before.cancel()
        Self.announce(1...2, on: connection)
        #expect(first.heard.isEmpty)
        #expect(second.heard == [1, 2])
        withExtendedLifetime(after) {}
    }

    @Test("is kept for the next listener when the last one is released")
    func released() throws {
        let (connection, first, second) = (try connection(), Listener(), Listener())
        do {
            let attachment = connection.attach { first.hear($0) }
            withExtendedLifetime(attachment) {}
        }
        Self.announce(1...1, on: connection)
        #expect(first.heard.isEmpty)
        let attachment = connection.attach { second.hear($0) }
        #expect(second.heard == [1])
        withExtendedLifetime(attachment) {}
    }

    @Test("ends with the connection")
    func closed() throws {
        let (connection, first, second) = (try connection(), Listener(), Listener())
        let before = connection.attach { first.hear($0) }
        connection.close()
        Self.announce(1...1, on: connection)
        let after = connection.attach { second.hear($0) }
        #expect(first.heard.isEmpty && second.heard.isEmpty)
        withExtendedLifetime((before, after)) {}
    }
}
