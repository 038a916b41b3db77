import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

@Suite("Requesting", .timeLimit(.minutes(5)))
struct Requesting {
    @Test("a cancelled request is seen by the server at once", arguments: [true, false])
    func cancelling(isUnix: Bool) async throws {
        let started = Signal()
        let cancelled = Signal()
        try await TestServer.run { _, _ in
            started.send()
            await withTaskCancellationHandler {
                await cancelled.wait()
            } onCancel: {
                cancelled.send()
            }
        } body: { test in
            let request = test.request("GET", "/", isUnix: isUnix)
            let task = Task { try await test.client.send(request).status }
            await started.wait()
            task.cancel()
            let result = await task.result
            await cancelled.wait()
            guard case .failure(let error as HTTPError) = result else {
                Issue.record("the request was answered")
                return
            }
            #expect(error.code == .cancelled)
        }
    }

    @Test("a task that was cancelled before sends nothing")
    func cancelledBefore() async throws {
        try await TestServer.run { _, writer in
            Issue.record("the request arrived")
            await writer.send(status: 200)
        } body: { test in
            let request = test.request("GET", "/")
            let result = await Task {
                withUnsafeCurrentTask { unsafe $0?.cancel() }
                return try await test.client.send(request).status
            }.result
            guard case .failure(let error as HTTPError) = result else {
                Issue.record("the request was answered")
                return
            }
            #expect(error.code == .cancelled)
        }
    }

    @Test("a body that nobody reads makes the server wait, one that is let go of ends the transfer")
    func backPressure() async throws {
        let written = Lock(0)
        let ended = Signal()
        try await TestServer.run { _, writer in
            await writer.start(status: 200)
            let piece = [UInt8](repeating: 3, count: 64 * 1024)
            do {
                while true {
                    try await writer.write(piece)
                    written.withLock { $0 += piece.count }
                }
            } catch {
                ended.send()
            }
        } body: { test in
            try await {
                let response = try await test.client.send(test.request("GET", "/"))
                var before = -1
                var now = 0
                while now == 0 || before != now {
                    before = now
                    for _ in 0..<50 { await test.loop.settle {} }
                    now = written.withLock { $0 }
                }
                #expect(now < 8 << 20)
                // Reading makes it flow again.
                var pieces = response.body.makeAsyncIterator()
                var taken = 0
                while taken < now + (4 << 20) { taken += try await pieces.next()?.count ?? 0 }
                #expect(written.withLock { $0 } > now)
            }()
            await ended.wait()
        }
    }

    @Test("a large body goes both ways intact")
    func large() async throws {
        try await TestServer.run { request, writer in
            await writer.send(status: 200, body: request.body)
        } body: { test in
            let body = (0..<(6 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let response = try await test.client.send(test.request("POST", "/", body: body))
            let received = try await response.body.collect(upTo: 6 << 20)
            #expect(received == body)
            let again = try await test.client.send(test.request("POST", "/", body: body))
            let error = await #expect(throws: HTTPError.self) { _ = try await again.body.collect(upTo: 1000) }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test("a connection is used again, also after an error, and not after a cancelled request")
    func reuse() async throws {
        let started = Signal()
        let cancelled = Signal()
        try await TestServer.run { request, writer in
            if request.path == "/hang" {
                started.send()
                await writer.start(status: 200)
                return await withTaskCancellationHandler {
                    await cancelled.wait()
                } onCancel: {
                    cancelled.send()
                }
            }
            if request.path == "/error" { throw HTTPError(.failed, "x") }
            guard case .tcp(_, let port) = request.peer else { return }
            await writer.send(status: 200, body: utf8("\(port)"))
        } body: { test in
            let first = try await test.get("/", isUnix: false).text
            _ = try await test.get("/error", isUnix: false)
            let second = try await test.get("/", isUnix: false).text
            #expect(first == second)
            let hanging = test.request("GET", "/hang", isUnix: false)
            let task = Task { try await test.client.send(hanging).body.collect(upTo: 10) }
            await started.wait()
            task.cancel()
            _ = await task.result
            let third = try await test.get("/", isUnix: false).text
            #expect(third != first)
        }
    }

    @Test("an empty body and no body differ, and nothing is added that nobody asked for")
    func bodies() async throws {
        try await TestServer.run { request, writer in
            let names = request.headers.map { "\($0.name.lowercased())=\($0.value)" }.sorted().joined(separator: " ")
            await writer.send(status: 200, body: utf8(names))
        } body: { test in
            let none = try await test.client.send(test.request("POST", "/", headers: ["X-Empty": ""]))
            let noneText = String(decoding: try await none.body.collect(upTo: 1000), as: UTF8.self)
            #expect(noneText == "accept=*/* host=localhost user-agent=legwork x-empty=")
            let empty = try await test.client.send(test.request("POST", "/", headers: ["Content-Type": "a/b"], body: []))
            let emptyText = String(decoding: try await empty.body.collect(upTo: 1000), as: UTF8.self)
            #expect(emptyText == "accept=*/* content-length=0 content-type=a/b host=localhost user-agent=legwork")
        }
    }

    @Test("timeouts end a transfer", arguments: ["idle", "idle body", "total"])
    func timeouts(kind: String) async throws {
        let cancelled = Signal()
        try await TestServer.run { _, writer in
            if kind == "idle body" {
                await writer.start(status: 200)
                try await writer.write(utf8("x"))
            }
            await withTaskCancellationHandler {
                await cancelled.wait()
            } onCancel: {
                cancelled.send()
            }
        } body: { test in
            var request = test.request("GET", "/")
            if kind == "total" { request.totalTimeout = .milliseconds(50) } else { request.idleTimeout = .milliseconds(50) }
            let error = await #expect(throws: HTTPError.self) {
                _ = try await test.client.send(request).body.collect(upTo: 100)
            }
            #expect(error?.code == .timedOut)
            await cancelled.wait()
        }
    }

    @Test(
        "a malformed request is refused before anything is sent",
        arguments: [
            HTTPClientRequest(method: "GE T", destination: .url("http://127.0.0.1:1/")),
            HTTPClientRequest(destination: .url("file:///etc/passwd")),
            HTTPClientRequest(destination: .url("http://127.0.0.1:1/ a")),
            HTTPClientRequest(destination: .url("http://127.0.0.1:1/"), headers: ["A": "b\r\nC: d"]),
            HTTPClientRequest(destination: .url("http://127.0.0.1:1/"), headers: ["A b": "c"]),
            HTTPClientRequest(destination: .unixSocket(path: String(repeating: "x", count: 108), target: "/")),
            HTTPClientRequest(destination: .unixSocket(path: "/tmp/s", target: "http://x/")),
        ]
    )
    func malformed(request: HTTPClientRequest) async throws {
        let loop = try EventLoop(name: "malformed")
        let client = try HTTPClient(loop: loop)
        let error = await #expect(throws: HTTPError.self) { _ = try await client.send(request) }
        #expect(error?.code == .invalidRequest)
    }

    @Test(
        "a server that does not speak HTTP, or stops midway, is told apart",
        arguments: [
            ("nonsense\r\n\r\n", HTTPError.Code.protocolViolation),
            ("", .connectionLost),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", .connectionLost),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .connectionLost),
        ]
    )
    func brokenServers(answer: String, code: HTTPError.Code) async throws {
        let folder = try temporaryFolder()
        let loop = try EventLoop(name: "broken")
        let listener = try StreamSocket.listen(path: folder + "/s", backlog: 8)
        let number = listener.number
        let watch = try loop.watch(descriptor: number, for: .read) {
            guard case .connection(let accepted) = StreamSocket.accept(number), let raw = try? Scripted(loop, accepted, utf8(answer))
            else { return }
            _ = raw
        }
        let client = try HTTPClient(loop: loop)
        let error = await #expect(throws: HTTPError.self) {
            let request = HTTPClientRequest(destination: .unixSocket(path: folder + "/s", target: "/"))
            _ = try await client.send(request).body.collect(upTo: 100)
        }
        #expect(error?.code == code)
        await loop.settle { watch.cancel() }
        removeFolder(folder)
    }

    @Test("a loop that has stopped is an error, not a wait")
    func stoppedLoop() async throws {
        let loop = try EventLoop(name: "stopped")
        let client = try HTTPClient(loop: loop)
        loop.stop()
        let error = await #expect(throws: HTTPError.self) {
            _ = try await client.send(HTTPClientRequest(destination: .url("http://127.0.0.1:1/")))
        }
        #expect(error?.code == .closed)
    }
}

/// Waits for a request, says its piece and closes.
private final class Scripted: Sendable {
    private let watch = Lock<EventLoop.Watch?>(nil)

    init(_ loop: EventLoop, _ number: Int32, _ answer: [UInt8]) throws {
        let watch = try loop.watch(descriptor: number, for: .read) {
            _ = unsafe answer.withUnsafeBytes { unsafe Descriptor.write(number, from: $0, isSocket: true) }
            self.watch.withLock { $0 }?.cancel()
            _ = Descriptor(owning: number)
        }
        self.watch.withLock { $0 = watch }
    }
}
