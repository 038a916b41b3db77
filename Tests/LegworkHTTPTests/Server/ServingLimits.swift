import Glibc
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

@Suite("Limits of the server", .timeLimit(.minutes(5)))
struct ServingLimits {
    private static func small() -> HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.maximumBodySize = 1000
        configuration.maximumHeadSize = 2000
        return configuration
    }

    @Test(
        "are answered with their own status",
        arguments: [
            GuardCase("length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", 413),
            GuardCase("chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413),
            GuardCase("head", "GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 2000))\r\n\r\n", 431),
            GuardCase("unfinished head", "GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 2000))", 431),
            GuardCase("fields", "GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: "A:\r\n", count: 200))\r\n", 431),
            GuardCase("target", "GET /\(String(repeating: "a", count: 2000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        ]
    )
    func sizes(example: GuardCase) async throws {
        try await TestServer.run(Self.small()) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            let answer = try await test.exchange(example.bytes)
            #expect(answer.hasPrefix("HTTP/1.1 \(example.status) "))
            #expect(answer.contains(#"{"type":"urn:legwork:problem:"#))
        }
    }

    @Test("let everything up to them through")
    func justFits() async throws {
        try await TestServer.run(Self.small()) { request, writer in
            await writer.send(status: 200, body: utf8("\(request.body.count)"))
        } body: { test in
            let request = test.request("POST", "/", body: [UInt8](repeating: 0, count: 1000))
            let response = try await test.client.send(request)
            #expect(try await response.body.collect(upTo: 10) == utf8("1000"))
        }
    }

    @Test("an error reaches a client that is still sending its oversized body")
    func lingers() async throws {
        try await TestServer.run(Self.small()) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            let response = try await test.client.send(test.request("POST", "/", body: [UInt8](repeating: 0, count: 8 << 20)))
            #expect(response.status == 413)
        }
    }

    @Test("turn away connections beyond the maximum with 503, and take new ones when others leave")
    func connections() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.maximumConnections = 2
        try await TestServer.run(configuration) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            let first = try test.raw()
            let second = try test.raw()
            for raw in [first, second] {
                raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = await raw.read(until: "\r\n\r\n")
            }
            let refused = try await test.exchange(utf8("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
            first.close()
            await test.loop.settle {}
            await test.loop.settle {}
            #expect(try await test.get("/").status == 200)
            second.close()
        }
    }

    @Test("keep places for users of the socket when TCP connections are too many")
    func tcpConnections() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.maximumTCPConnections = 1
        try await TestServer.run(configuration) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            let first = try test.raw(isUnix: false)
            first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = await first.read(until: "\r\n\r\n")
            let second = try test.raw(isUnix: false)
            #expect(await second.readToEnd().hasPrefix("HTTP/1.1 503 "))
            #expect(try await test.get("/").status == 200)
            for raw in [first, second] { raw.close() }
            await test.loop.settle {}
            await test.loop.settle {}
            #expect(try await test.get("/", isUnix: false).status == 200)
        }
    }

    @Test("turn away a request by its head, before its body has come")
    func refusal() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.admit = { request in
            request.body.isEmpty && request.path == "/no"
                ? .refused(HTTPRejection(status: 401, code: "no", message: "no", headers: ["WWW-Authenticate": "Bearer"])) : .trusted
        }
        let calls = Lock(0)
        try await TestServer.run(configuration) { request, writer in
            calls.withLock { $0 += 1 }
            await writer.send(status: 200, body: request.body)
        } body: { test in
            for framing in ["Content-Length: 1000000", "Transfer-Encoding: chunked", "Content-Length: 5\r\nExpect: 100-continue"] {
                let answer = try await test.exchange(utf8("POST /no HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n"))
                #expect(answer.hasPrefix("HTTP/1.1 401 ") && answer.contains("WWW-Authenticate: Bearer"), "\(answer)")
            }
            let response = try await test.client.send(test.request("POST", "/yes", body: utf8("body")))
            #expect(try await response.body.collect(upTo: 10) == utf8("body"))
        }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test("turn away whoever is not authorized", arguments: [true, false])
    func authorization(isUnix: Bool) async throws {
        let own = geteuid()
        var configuration = HTTPServerConfiguration()
        configuration.authorize = { peer in
            if case .unix(let pid, let uid, _) = peer { pid == getpid() && uid == own } else { false }
        }
        let calls = Lock(0)
        try await TestServer.run(configuration) { _, writer in
            calls.withLock { $0 += 1 }
            await writer.send(status: 200)
        } body: { test in
            let status = try await test.get("/", isUnix: isUnix).status
            #expect(status == (isUnix ? 200 : 403))
        }
        #expect(calls.withLock { $0 } == (isUnix ? 1 : 0))
    }

    @Test(
        "end connections that take too long",
        arguments: [
            ("", ""),
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 "),
            ("GET / HTTP/1.1\r\nHos", "HTTP/1.1 408 "),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab", "HTTP/1.1 408 "),
        ]
    )
    func timeouts(sent: String, answer: String) async throws {
        var configuration = HTTPServerConfiguration()
        configuration.headTimeout = .milliseconds(80)
        configuration.bodyTimeout = .milliseconds(80)
        configuration.idleTimeout = .milliseconds(80)
        try await TestServer.run(configuration) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            let received = try await test.exchange(utf8(sent))
            #expect(answer.isEmpty ? received.isEmpty : received.hasPrefix(answer))
        }
    }

    @Test("a head that trickles in does not live longer for it")
    func slowloris() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.headTimeout = .milliseconds(100)
        try await TestServer.run(configuration) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            let raw = try test.raw()
            raw.send("GET / HTTP/1.1\r\n")
            let drip = try test.loop.schedule(after: .milliseconds(10), repeating: true) { raw.send("A: b\r\n") }
            #expect(await raw.readToEnd().hasPrefix("HTTP/1.1 408 "))
            await test.loop.settle { drip.cancel() }
            raw.close()
        }
    }
}
