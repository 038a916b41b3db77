import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

@Suite("Event streams that the server ends", .timeLimit(.minutes(5)))
struct EndingStreams {
    private static let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let end = "\r\n0\r\n\r\n"

    /// Pours events into a stream until that fails, and counts their bytes.
    private static func pour(_ stream: HTTPEventStream, _ sent: Counter) async throws {
        let data = String(repeating: "x", count: 1000)
        while true {
            try await stream.send([HTTPServerSentEvent(id: "1", data: data)])
            sent.add(data.utf8.count)
        }
    }

    /// Returns when whoever sends has stopped: two looks, many turns of the loop apart, see the same figure.
    private static func untilStuck(_ sent: Counter, _ loop: EventLoop) async {
        var (before, now) = (-1, 0)
        while now == 0 || before != now {
            before = now
            for _ in 0..<50 {
                await loop.settle {}
                await Task.yield()
            }
            now = sent.value
        }
    }

    @Test("a client that does not read makes the sender wait, and little is held for it")
    func backPressure() async throws {
        let sent = Counter()
        try await TestServer.run { _, writer in
            try await Self.pour(HTTPEventStream.open(writer), sent)
        } body: { test in
            let raw = try test.raw()
            await raw.pauseReading()
            raw.send(Self.request)
            await Self.untilStuck(sent, test.loop)
            // What the kernel holds for a Unix socket, and 64 KiB.
            #expect(sent.value < 1 << 20)
            let stuck = sent.value
            raw.resumeReading()
            _ = await raw.read { $0.count > 2 * stuck }
            #expect(sent.value > stuck)
            raw.close()
        }
    }

    @Test("one whose handler is cancelled ends at once though its client does not read, and is not waited for")
    func stuck() async throws {
        let (sent, ended) = (Counter(), Signal())
        let writers = Lock<HTTPResponseWriter?>(nil)
        try await TestServer.run { _, writer in
            writers.withLock { $0 = writer }
            do {
                try await Self.pour(HTTPEventStream.open(writer), sent)
            } catch is CancellationError {
                writer.endNow()
                ended.send()
            }
        } body: { test in
            let raw = try test.raw()
            await raw.pauseReading()
            raw.send(Self.request)
            await Self.untilStuck(sent, test.loop)
            try #require(writers.withLock { $0 }).cancelHandler()
            await ended.wait()
            // Nothing is in the way of a stop.
            await test.server.shutdown(deadline: .seconds(3600))
            raw.resumeReading()
            #expect(await !raw.readToEnd().hasSuffix(Self.end))
            raw.close()
        }
    }

    @Test("one whose client reads ends whole, and its connection with it")
    func whole() async throws {
        let waiting = Signal()
        let writers = Lock<HTTPResponseWriter?>(nil)
        try await TestServer.run { _, writer in
            writers.withLock { $0 = writer }
            let stream = await HTTPEventStream.open(writer)
            try await stream.retry(after: .milliseconds(1500))
            try await stream.send([HTTPServerSentEvent(id: "1", data: "one"), HTTPServerSentEvent(event: "b", id: "2", data: "two")])
            try await stream.mark(id: "7")
            let (never, _) = AsyncStream.makeStream(of: Void.self)
            waiting.send()
            for await _ in never {}
            writer.endNow()
        } body: { test in
            let raw = try test.raw()
            raw.send(Self.request)
            await waiting.wait()
            try #require(writers.withLock { $0 }).cancelHandler()
            let text = await raw.readToEnd()
            #expect(text.contains("retry: 1500\n\n"))
            #expect(text.contains("id: 1\ndata: one\n\nevent: b\nid: 2\ndata: two\n\n"))
            #expect(text.contains("id: 7\n\n"))
            #expect(text.hasSuffix(Self.end))
            raw.close()
        }
    }

    @Test("a handler that is cancelled before it has answered can still answer")
    func answering() async throws {
        let waiting = Signal()
        let writers = Lock<HTTPResponseWriter?>(nil)
        try await TestServer.run { _, writer in
            writers.withLock { $0 = writer }
            let (never, _) = AsyncStream.makeStream(of: Void.self)
            waiting.send()
            for await _ in never {}
            await writer.send(status: 503, body: utf8("later"))
            writer.endNow()
        } body: { test in
            async let answer = test.get("/")
            await waiting.wait()
            try #require(writers.withLock { $0 }).cancelHandler()
            let (status, text) = try await answer
            #expect(status == 503)
            #expect(text == "later")
        }
    }
}
