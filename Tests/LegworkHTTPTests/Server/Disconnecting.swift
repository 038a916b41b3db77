import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

@Suite("Clients that go away or read slowly", .timeLimit(.minutes(5)))
struct Disconnecting {
    @Test("a disconnect cancels the handler", arguments: [true, false], [true, false])
    func cancels(isUnix: Bool, isStreaming: Bool) async throws {
        let started = Signal()
        let cancelled = Signal()
        try await TestServer.run { _, writer in
            if isStreaming {
                await writer.start(status: 200)
                try await writer.write(utf8("x"))
            }
            started.send()
            await withTaskCancellationHandler {
                await cancelled.wait()
            } onCancel: {
                cancelled.send()
            }
            // Writing after the end must be harmless.
            await writer.send(status: 200)
            await #expect(throws: HTTPError.self) { try await writer.write(utf8("y")) }
        } body: { test in
            let raw = try test.raw(isUnix: isUnix)
            raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await started.wait()
            raw.close()
            await cancelled.wait()
        }
    }

    @Test("a disconnect is noticed although the client had sent more than is read ahead", arguments: [true, false])
    func cancelsBehindUnread(isUnix: Bool) async throws {
        let started = Signal()
        let cancelled = Signal()
        try await TestServer.run { _, writer in
            started.send()
            await withTaskCancellationHandler {
                await cancelled.wait()
            } onCancel: {
                cancelled.send()
            }
        } body: { test in
            let raw = try test.raw(isUnix: isUnix)
            raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await started.wait()
            let more = utf8(String(repeating: "GET /more HTTP/1.1\r\nHost: x\r\n\r\n", count: 5000))
            // More than the server reads ahead, and less than the kernel holds for it: behind what it does not, no end can be seen.
            var sent = 0
            while sent < more.count {
                sent += raw.send(Array(more[sent...]))
                await test.loop.settle {}
            }
            raw.close()
            await cancelled.wait()
        }
    }

    @Test("a client that only finished sending still gets a quick answer")
    func halfClosed() async throws {
        try await TestServer.run { request, writer in
            for _ in 0..<3 { await Task.yield() }
            await writer.send(status: 200, body: utf8("answer"))
        } body: { test in
            let raw = try test.raw()
            raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            raw.finishSending()
            #expect(await raw.readToEnd().hasSuffix("answer"))
            raw.close()
        }
    }

    @Test("a slow reader makes the writer wait, and lets it go on", arguments: [true, false])
    func backPressure(onLoop: Bool) async throws {
        let written = Counter()
        let total = 64 << 20
        var configuration = HTTPServerConfiguration()
        configuration.highWaterMark = 64 * 1024
        try await TestServer.run(configuration) { _, writer in
            await writer.start(status: 200, headers: ["Content-Length": String(total)])
            let piece = [UInt8](repeating: 7, count: 16 * 1024)
            @Sendable func pour() async throws {
                for _ in 0..<(total / piece.count) {
                    try await writer.write(piece)
                    written.add(piece.count)
                }
            }
            if onLoop { try await pour() } else { try await Task.detached { try await pour() }.value }
            await writer.finish()
        } body: { test in
            let raw = try test.raw()
            await raw.pauseReading()
            raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            // The writer has stopped once two looks, many turns of the loop apart, see the same figure.
            var before = -1
            var now = 0
            while now == 0 || before != now {
                before = now
                for _ in 0..<50 {
                    await test.loop.settle {}
                    await Task.yield()
                }
                now = written.value
            }
            #expect(now < 4 << 20)
            raw.resumeReading()
            let all = await raw.read { $0.count > total }
            #expect(all.utf8.count > total)
            raw.close()
        }
        #expect(written.value == total)
    }

    @Test("a waiting writer is released when the client goes away")
    func releasesWriter() async throws {
        let failed = Signal()
        try await TestServer.run { _, writer in
            await writer.start(status: 200)
            do {
                while true { try await writer.write([UInt8](repeating: 1, count: 64 * 1024)) }
            } catch {
                failed.send()
                throw error
            }
        } body: { test in
            let raw = try test.raw()
            await raw.pauseReading()
            raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            for _ in 0..<20 { await test.loop.settle {} }
            raw.close()
            await failed.wait()
        }
    }

    @Test("a client that never reads is given up after the write timeout")
    func writeTimeout() async throws {
        let failed = Signal()
        var configuration = HTTPServerConfiguration()
        configuration.writeTimeout = .milliseconds(50)
        try await TestServer.run(configuration) { _, writer in
            await writer.start(status: 200)
            do {
                while true { try await writer.write([UInt8](repeating: 1, count: 64 * 1024)) }
            } catch {
                failed.send()
            }
        } body: { test in
            let raw = try test.raw()
            await raw.pauseReading()
            raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await failed.wait()
            raw.close()
        }
    }
}
