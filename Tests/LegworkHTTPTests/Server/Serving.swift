import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

@Suite("Serving", .timeLimit(.minutes(5)))
struct Serving {
    @Test("answers over both transports, with the peer's identity", arguments: [true, false])
    func bothTransports(isUnix: Bool) async throws {
        try await TestServer.run { request, writer in
            let peer =
                switch request.peer {
                case .unix(_, let uid, _): "unix \(uid)"
                case .tcp(let address, _): "tcp \(address)"
                }
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
            let body = String(decoding: request.body, as: UTF8.self)
            await writer.send(
                status: 201,
                headers: ["X-Peer": peer, "X-Many": "1", "x-many": "2"],
                body: utf8("\(request.method) \(request.path) \(query) \(body)")
            )
        } body: { test in
            let request = test.request("PUT", "/a/b?c=d+e&f=%C3%A4&g", body: utf8("text"), isUnix: isUnix)
            let response = try await test.client.send(request)
            #expect(response.status == 201)
            #expect(response.headers.values("X-Many") == ["1", "2"])
            #expect(response.headers["x-peer"]?.hasPrefix(isUnix ? "unix" : "tcp 127.0.0.1") == true)
            let text = String(decoding: try await response.body.collect(upTo: 1000), as: UTF8.self)
            #expect(text == "PUT /a/b c=d e|f=ä|g= text")
        }
    }

    @Test("keeps the connection, answers pipelined requests in order, and stops at Connection: close")
    func pipelines() async throws {
        try await TestServer.run { request, writer in
            if request.path == "/slow" { for _ in 0..<10 { await Task.yield() } }
            await writer.send(status: 200, body: utf8("<\(request.path)>"))
        } body: { test in
            let head = " HTTP/1.1\r\nHost: x\r\n"
            let answer = try await test.exchange(
                utf8("GET /slow\(head)\r\nPOST /b\(head)Content-Length: 2\r\n\r\nxyGET /c\(head)Connection: close\r\n\r\nGET /d\(head)\r\n")
            )
            let bodies = answer.split(separator: "<").dropFirst().map { $0.prefix { $0 != ">" } }
            #expect(bodies == ["/slow", "/b", "/c"])
        }
    }

    @Test("survives a very long pipeline without deep recursion, or reading all of it ahead", arguments: [true, false])
    func longPipeline(isAsync: Bool) async throws {
        try await TestServer.run { _, writer in
            if isAsync { await Task.yield() }
            await writer.send(status: 204)
        } body: { test in
            let count = 5000
            let raw = try test.raw()
            let all = utf8(String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: count))
            var sent = 0
            while sent < all.count {
                sent += raw.send(Array(all[sent...]))
                await test.loop.settle {}
            }
            let answer = await raw.read { bytes in bytes.count { $0 == UInt8(ascii: "H") } >= count }
            #expect(answer.split(separator: "HTTP/1.1 204").count == count)
            raw.close()
        }
    }

    @Test("answers HEAD without a body and HTTP/1.0 without keeping the connection")
    func headAndOld() async throws {
        try await TestServer.run { request, writer in
            if request.path == "/stream" {
                await writer.start(status: 200)
                try await writer.write(utf8("streamed"))
            } else {
                await writer.send(status: 200, body: utf8("whole"))
            }
        } body: { test in
            let head = try await test.client.send(test.request("HEAD", "/"))
            #expect(head.headers["Content-Length"] == "5")
            #expect(try await head.body.collect(upTo: 10).isEmpty)
            let old = try await test.exchange(utf8("GET / HTTP/1.0\r\n\r\n"))
            #expect(old.hasSuffix("\r\n\r\nwhole") && old.contains("Connection: close"))
            let stream = try await test.exchange(utf8("GET /stream HTTP/1.0\r\n\r\n"))
            #expect(stream.hasSuffix("\r\n\r\nstreamed") && !stream.contains("chunked"))
        }
    }

    @Test("asks for a body that the client holds back, and not for one that is too large")
    func expectation() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.maximumBodySize = 100
        try await TestServer.run(configuration) { request, writer in
            await writer.send(status: 200, body: request.body)
        } body: { test in
            let raw = try test.raw()
            raw.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n")
            #expect(await raw.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            raw.send("abc")
            #expect(await raw.read(until: "abc").contains("HTTP/1.1 200 OK"))
            raw.close()
            let large = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n"
            #expect(try await test.exchange(utf8(large)).hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("turns a failing or silent handler into a 500 that tells nothing", arguments: ["/throws", "/silent"])
    func failures(path: String) async throws {
        try await TestServer.run { request, _ in
            if request.path == "/throws" { throw HTTPError(.failed, "secret") }
        } body: { test in
            let (status, text) = try await test.get(path)
            #expect(status == 500)
            #expect(text.contains("internal_error") && !text.contains("secret"))
            // The connection is good for more.
            #expect(try await test.get(path).status == 500)
        }
    }

    @Test("breaks the connection when a streamed response fails midway, and ends it when the handler forgets to")
    func brokenStreams() async throws {
        try await TestServer.run { request, writer in
            await writer.start(status: 200, headers: request.path == "/short" ? ["Content-Length": "10"] : [:])
            try await writer.write(utf8("part"))
            if request.path == "/throws" { throw HTTPError(.failed, "late") }
        } body: { test in
            #expect(try await test.get("/forgets").text == "part")
            for path in ["/throws", "/short"] {
                let response = try await test.client.send(test.request("GET", path))
                let error = await #expect(throws: HTTPError.self) { _ = try await response.body.collect(upTo: 100) }
                #expect(error?.code == .connectionLost)
            }
        }
    }

    @Test("never lets a header's value begin another header")
    func injection() async throws {
        try await TestServer.run { _, writer in
            let headers: HTTPHeaders = ["X-A": "a\r\nX-Evil: b", "Bad Name": "c", "Content-Length": "999", "X-C": "ü"]
            await writer.send(status: 200, headers: headers, body: utf8("ok"))
        } body: { test in
            let response = try await test.client.send(test.request("GET", "/"))
            #expect(response.headers["X-Evil"] == nil)
            #expect(response.headers["X-A"] == "a  X-Evil: b")
            #expect(response.headers["Bad Name"] == nil)
            #expect(response.headers.values("Content-Length") == ["2"])
            #expect(response.headers["X-C"] == "ü")
        }
    }

    @Test("streams in chunks, from the loop and from elsewhere", arguments: [true, false])
    func streams(onLoop: Bool) async throws {
        try await TestServer.run { _, writer in
            await writer.start(status: 200)
            if onLoop {
                for number in 0..<5000 { try await writer.write(utf8("\(number),")) }
            } else {
                try await Task.detached {
                    for number in 0..<5000 { try await writer.write(utf8("\(number),")) }
                }.value
            }
            await writer.finish()
        } body: { test in
            let expected = (0..<5000).map { "\($0)," }.joined()
            let text = try await test.get("/").text
            #expect(text == expected)
        }
    }

    @Test("serves 200 requests at once", arguments: [true, false])
    func concurrent(isUnix: Bool) async throws {
        let gate = Signal()
        let arrived = Lock(0)
        try await TestServer.run { request, writer in
            let count = arrived.withLock { count in
                count += 1
                return count
            }
            // Nobody is answered before all are here.
            if count == 200 { gate.send() }
            await gate.wait()
            await writer.send(status: 200, body: utf8(request.path))
        } body: { test in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask { try await test.get("/\(number)", isUnix: isUnix) == (200, "/\(number)") }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }
}
