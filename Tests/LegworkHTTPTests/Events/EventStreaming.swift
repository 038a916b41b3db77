import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

@Suite("Event streams end to end", .timeLimit(.minutes(5)))
struct EventStreaming {
    @Test("events arrive as they were sent, one at a time", arguments: [true, false])
    func endToEnd(isUnix: Bool) async throws {
        let sent: [HTTPServerSentEvent] = [
            .init(event: "a", id: "1", data: "one\ntwo"), .init(id: "2", data: ""), .init(event: "x\ny", id: "3", data: "r\rs\r\nt"),
        ]
        let seen = Lock<[Signal]>(sent.map { _ in Signal() })
        let signals = seen.withLock { $0 }
        try await TestServer.run { _, writer in
            let stream = await HTTPEventStream.open(writer)
            for (event, signal) in zip(sent, signals) {
                try await stream.send(event: event.event, id: event.id, data: event.data)
                // The next is not sent before the client has this one.
                await signal.wait()
            }
            await stream.finish()
        } body: { test in
            let response = try await test.client.send(test.request("GET", "/", isUnix: isUnix))
            #expect(response.headers["Content-Type"] == "text/event-stream")
            var received: [HTTPServerSentEvent] = []
            for try await event in response.body.events() {
                received.append(event)
                signals[received.count - 1].send()
            }
            let expected: [HTTPServerSentEvent] = [
                sent[0], sent[1], .init(event: "x y", id: "3", data: "r\ns\nt"),
            ]
            #expect(received == expected)
        }
    }

    @Test("a silent stream is kept alive by comments")
    func keepAlive() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.keepAliveInterval = .milliseconds(10)
        let done = Signal()
        try await TestServer.run(configuration) { _, writer in
            _ = await HTTPEventStream.open(writer)
            await done.wait()
        } body: { test in
            let raw = try test.raw()
            raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let text = await raw.read { bytes in
                String(decoding: bytes, as: UTF8.self).split(separator: ": keep-alive\n\n").count > 3
            }
            #expect(text.contains("text/event-stream"))
            done.send()
            #expect(await raw.read(until: "\r\n0\r\n\r\n").hasSuffix("\r\n0\r\n\r\n"))
            raw.close()
        }
    }

    @Test("leaving the loop over the events closes the stream at the server")
    func leaving() async throws {
        let cancelled = Signal()
        try await TestServer.run { _, writer in
            let stream = await HTTPEventStream.open(writer)
            try await stream.send(data: "first")
            await withTaskCancellationHandler {
                await cancelled.wait()
            } onCancel: {
                cancelled.send()
            }
        } body: { test in
            try await {
                let response = try await test.client.send(test.request("GET", "/"))
                for try await event in response.body.events() where event.data == "first" { break }
            }()
            await cancelled.wait()
        }
    }
}
