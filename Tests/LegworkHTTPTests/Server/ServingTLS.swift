import Glibc
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

@Suite("Serving through TLS", .timeLimit(.minutes(5)))
struct ServingTLS {
    private func body(_ test: TestServer, _ request: HTTPClientRequest) async throws -> [UInt8] {
        let response = try await test.client.send(request)
        return try await response.body.collect(upTo: 64 << 20)
    }

    /// Bytes in which no piece looks like another.
    private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

    @Test("requests and answers of every size arrive as they were sent, over one connection", arguments: [0, 1, 16_383, 16_385, 8 << 20])
    func sizes(_ size: Int) async throws {
        try await TestServer.run(isSecure: true) { request, writer in
            await writer.send(status: 200, body: request.body)
        } body: { test in
            let sent = pattern(size)
            for _ in 0..<3 {
                let received = try await body(test, test.request("POST", "/", body: sent, isUnix: false))
                let isSame = received == sent
                #expect(isSame)
            }
        }
    }

    @Test("a streamed answer comes piece by piece, waits for a slow client, and ends whole")
    func streaming() async throws {
        let pieces = 200
        try await TestServer.run(isSecure: true) { _, writer in
            await writer.start(status: 200)
            for number in 0..<pieces { try await writer.write([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 10_000)) }
            await writer.finish()
        } body: { test in
            let received = try await body(test, test.request("GET", "/", isUnix: false))
            let isSame = received == (0..<pieces).flatMap { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 10_000) }
            #expect(isSame)
        }
    }

    @Test("a client that leaves cancels its handler")
    func leaving() async throws {
        let cancelled = Signal()
        try await TestServer.run(isSecure: true) { _, writer in
            await writer.start(status: 200, headers: ["Content-Type": "text/event-stream"])
            try await writer.write(utf8("data: 1\n\n"))
            await withTaskCancellationHandler {
                await cancelled.wait()
            } onCancel: {
                cancelled.send()
            }
        } body: { test in
            // Who stops reading a body before its end ends the transfer.
            for try await piece in try await test.client.send(test.request("GET", "/", isUnix: false)).body {
                #expect(piece == utf8("data: 1\n\n"))
                break
            }
            await cancelled.wait()
        }
    }

    @Test("plain HTTP is answered with 400 and a word about https, and the server goes on")
    func plain() async throws {
        try await TestServer.run(isSecure: true) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            for text in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc"] {
                let raw = try test.raw(isUnix: false)
                raw.send(text)
                let answer = await raw.readToEnd()
                raw.close()
                #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("tls_required") && answer.contains("https"), "\(answer)")
            }
            #expect(try await test.client.send(test.request("GET", "/", isUnix: false)).status == 200)
        }
    }

    @Test(
        "what is neither TLS nor HTTP gets an alert and the end",
        arguments: ["\0\0\0\0\0\0", "\u{16}\u{3}\u{1}\u{0}\u{5}hello", "\u{16}\u{7f}\u{7f}\u{7f}\u{7f}"]
    )
    func garbage(_ text: String) async throws {
        try await TestServer.run(isSecure: true) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            let raw = try test.raw(isUnix: false)
            raw.send(text)
            raw.finishSending()
            let answer = await raw.readToEnd()
            raw.close()
            #expect(!answer.contains("HTTP"))
            #expect(try await test.client.send(test.request("GET", "/", isUnix: false)).status == 200)
        }
    }

    @Test("a handshake that stops half-way is given up, as is one that drips", arguments: [false, true])
    func halfOpen(drips: Bool) async throws {
        var configuration = HTTPServerConfiguration()
        configuration.headTimeout = .milliseconds(200)
        try await TestServer.run(configuration, isSecure: true) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            let raw = try test.raw(isUnix: false)
            // The head of a record that promises 512 bytes.
            raw.send([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3])
            let drip = drips ? try test.loop.schedule(after: .milliseconds(20), repeating: true) { raw.send([0]) } : nil
            #expect(await raw.readToEnd() == "")
            drip?.cancel()
            raw.close()
            #expect(try await test.client.send(test.request("GET", "/", isUnix: false)).status == 200)
        }
    }

    @Test("a client that trusts another authority is not served", .timeLimit(.minutes(1)))
    func untrusted() async throws {
        try await TestServer.run(isSecure: true) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            var request = test.request("GET", "/", isUnix: false)
            request.trustedCertificates = nil
            let error = await #expect(throws: HTTPError.self) { _ = try await test.client.send(request) }
            #expect(error?.code == .tlsFailed)
        }
    }

    @Test(
        "protocols from before TLS 1.2 are refused, 1.2 and 1.3 are spoken",
        arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)]
    )
    func versions(_ option: String, isSpoken: Bool) async throws {
        try await TestServer.run(isSecure: true) { _, writer in
            await writer.send(status: 200)
        } body: { test in
            let (port, certificate) = (test.port, test.certificate ?? "")
            let code = try await BlockingThread.run {
                try TestCertificate.run([
                    "openssl", "s_client", "-connect", "127.0.0.1:\(port)", option, "-CAfile", certificate, "-verify_return_error",
                ])
            } orThrow: {
                SystemError(operation: "start a thread", errno: $0)
            }
            #expect((code == 0) == isSpoken)
        }
    }

    @Test(
        "whoever is no longer let in is cut off in the middle of his answer, at once when told and soon when not",
        arguments: [true, false]
    )
    func credentials(isTold: Bool) async throws {
        final class Pass: HTTPCredential {
            let flag = Lock(true)
            var isValid: Bool { flag.withLock { $0 } }
        }
        let (pass, left) = (Pass(), Signal())
        var configuration = HTTPServerConfiguration()
        // The server's clock ticks eight times in the shortest of its times.
        if !isTold { configuration.headTimeout = .milliseconds(100) }
        configuration.admit = { request in request.path == "/in" ? .admitted(pass) : .trusted }
        try await TestServer.run(configuration, isSecure: true) { request, writer in
            await writer.start(status: 200)
            try await writer.write(utf8(request.credential is Pass ? "known" : "unknown"))
            if request.credential == nil { return await writer.finish() }
            await withTaskCancellationHandler {
                await left.wait()
            } onCancel: {
                left.send()
            }
        } body: { test in
            let response = try await test.client.send(test.request("GET", "/in", isUnix: false))
            var iterator = response.body.makeAsyncIterator()
            #expect(try await iterator.next() == utf8("known"))
            pass.flag.withLock { $0 = false }
            if isTold { test.server.closeInvalid() }
            let error = await #expect(throws: HTTPError.self) { while try await iterator.next() != nil {} }
            #expect(error?.code == .connectionLost)
            #expect(try await body(test, test.request("GET", "/", isUnix: false)) == utf8("unknown"))
        }
    }

    @Test("a certificate that is renewed is shown to the next client, and one that cannot be read is not")
    func renewal() async throws {
        let problems = Lock<[String]>([])
        var configuration = HTTPServerConfiguration()
        configuration.onProblem = { text in problems.withLock { $0.append(text) } }
        try await TestServer.run(configuration, isSecure: true) { _, writer in
            await writer.send(status: 200, headers: ["Connection": "close"])
        } body: { test in
            let renewed = try TestCertificate.make(in: test.folder, named: "renewed")
            var request = test.request("GET", "/", isUnix: false)
            request.trustedCertificates = renewed.certificate
            func isServed() async throws -> Bool {
                // A client of its own, which has no connection left over.
                let client = try HTTPClient(loop: test.loop)
                return (try? await client.send(request).status) == 200
            }
            #expect(try await !isServed())
            #expect(unsafe rename(renewed.certificate, test.folder + "/server.crt") == 0)
            // The key is still the old one: the old certificate goes on.
            request.trustedCertificates = test.folder + "/server.crt"
            #expect(try await !isServed())
            #expect(problems.withLock { $0.count } == 1)
            #expect(problems.withLock { $0[0].contains("stays in use") && $0[0].contains("server.key") })
            #expect(unsafe rename(renewed.key, test.folder + "/server.key") == 0)
            #expect(try await isServed())
            #expect(problems.withLock { $0.count } == 1)
        }
    }

    @Test("files that cannot be used are refused before anything listens, with the file and what is wrong")
    func badFiles() async throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let good = try TestCertificate.make(in: folder)
        let other = try TestCertificate.make(in: folder, named: "other")
        let locked = folder + "/locked.key"
        #expect(try TestCertificate.run(["openssl", "pkey", "-in", good.key, "-aes256", "-passout", "pass:secret", "-out", locked]) == 0)
        let weak = TLSFiles(certificate: folder + "/weak.crt", key: folder + "/weak.key")
        #expect(
            try TestCertificate.run([
                "openssl", "req", "-x509", "-newkey", "rsa:512", "-nodes", "-subj", "/CN=weak", "-keyout", weak.key, "-out",
                weak.certificate,
            ]) == 0
        )
        let loop = try EventLoop(name: "bad files")
        let server = HTTPServer(loop: loop) { _, writer in await writer.send(status: 200) }
        let cases: [(files: TLSFiles, names: String, says: String)] = [
            (TLSFiles(certificate: folder + "/none", key: good.key), "/none", "No such file"),
            (TLSFiles(certificate: good.certificate, key: folder + "/none"), "/none", "No such file"),
            (TLSFiles(certificate: folder, key: good.key), folder, "PEM"),
            (TLSFiles(certificate: good.key, key: good.key), "server.key", "PEM"),
            (TLSFiles(certificate: good.certificate, key: good.certificate), "server.crt", "PEM"),
            (TLSFiles(certificate: good.certificate, key: other.key), "other.key", "mismatch"),
            (TLSFiles(certificate: good.certificate, key: locked), "locked.key", "passphrase"),
            (weak, "weak.crt", "too small"),
        ]
        for (files, names, says) in cases {
            let error = #expect(throws: HTTPError.self) { try server.listen(port: 0, tls: files) }
            #expect(error?.code == .tlsFailed)
            #expect(error?.message.contains(names) == true && error?.message.contains(says) == true, "\(error?.message ?? "")")
        }
        await server.shutdown()
    }
}
