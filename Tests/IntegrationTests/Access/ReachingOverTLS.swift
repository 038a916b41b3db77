import Glibc
import LegworkCore
import Testing

@Suite("Reaching a daemon over TLS")
struct ReachingOverTLS {
    private func certificate(_ site: Site) async throws {
        let made = try await site.shell(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=legwork -keyout tls.key -out tls.crt "
                + "-addext subjectAltName=DNS:localhost,DNS:legwork.example,IP:127.0.0.1"
        )
        guard made.code == 0 else { throw Failure("no certificate was made: \(made)") }
    }

    private func serve(_ site: Site, _ options: String...) async throws -> UInt16 {
        let files = ["--tls-cert", site.folder + "/tls.crt", "--tls-key", site.folder + "/tls.key"]
        let daemon = try site.start(["serve", "--detached", "--port", "0"] + files + options)
        let log = try await daemon.view { $0.error.contains("listening on https://") && $0.output.contains("ready\n") }.error
        let line = try #require(log.split(separator: "\n").first { $0.contains("listening on https://") })
        return try #require(line.split(separator: "/").dropFirst().first?.split(separator: ":").last.flatMap { UInt16($0) })
    }

    @Test("curl reads, calls and follows a stream with a token, by the names that were configured and by no other")
    func curl() async throws {
        try await Site.use { site in
            try await certificate(site)
            let port = try await serve(site, "--host", "0.0.0.0", "--public-name", "legwork.example,Other.example")
            let task = try await site.startGated()
            let token = try await site.token()
            let curl =
                "curl -s --noproxy '*' --cacert tls.crt --connect-to ::127.0.0.1: -H 'Authorization: Bearer \(token)' -w '%{http_code}' "
            func status(_ host: String, _ more: String = "") async throws -> String {
                String(try await site.shell(curl + "-o body \(more) https://\(host):\(port)/v1/tasks").output.suffix(3))
            }
            for host in ["localhost", "legwork.example", "127.0.0.1"] {
                #expect(try await status(host) == "200", "\(host)")
                #expect(try await status(host, "-H 'Origin: https://\(host):\(port)'") == "200", "\(host)")
                #expect(try await status(host, "-H 'Origin: http://\(host):\(port)'") == "403", "\(host)")
            }
            #expect(try await status("localhost", "-H 'Host: other.EXAMPLE'") == "200")
            #expect(try await status("localhost", "-H 'Host: legwork.example.org'") == "421")
            #expect(try await status("localhost", "-H 'Origin: https://evil.example'") == "403")
            #expect(try await status("localhost", "--tls-max 1.2") == "200")
            #expect(try await status("localhost", "-H 'Authorization: Bearer x'") == "401")
            let stream = try site.startShell(curl + "-N 'https://localhost:\(port)/v1/tasks/\(task)/output?follow=1'")
            try await stream.view { $0.output.contains("started") }
            try site.open()
            #expect(try await stream.end().output.hasSuffix("done\n200"))
            let call = #"{"tool": "run_command", "arguments": {"argv": ["echo", "through TLS"]}}"#
            let called = try await site.shell(curl + "-H 'Content-Type: application/json' -d '\(call)' https://localhost:\(port)/v1/call")
            #expect(called.output.contains("through TLS"), "\(called)")
            // Who does not trust the certificate stays away.
            #expect(try await site.shell("curl -s --noproxy '*' https://localhost:\(port)/health").code == 60)
        }
    }

    @Test("plain HTTP at the port is told of https, and a handshake that never ends keeps nobody else out")
    func plain() async throws {
        try await Site.use { site in
            try await certificate(site)
            let port = try await serve(site)
            let reply = try await Port(number: port).request("GET", "/health", token: nil)
            #expect(reply.status == 400 && reply.text.contains("https"), "\(reply)")
            let halves = try (0..<20).map { _ in try Connection(port: port) }
            for half in halves { half.send([0x16, 3, 1, 2, 0, 1]) }
            let health = try await site.shell("curl -s --noproxy '*' --cacert tls.crt https://localhost:\(port)/health")
            #expect(health.output == "{\"status\":\"ok\"}\n", "\(health)")
            for half in halves { half.close() }
        }
    }

    @Test(
        "what would be unsafe or cannot be is refused at the start, with what to do",
        arguments: [
            (["--port", "0", "--host", "0.0.0.0"], 4, "--tls-cert"), (["--port", "0", "--host", "::"], 4, "ssh -L"),
            (["--port", "0", "--host", "192.0.2.1"], 4, "--tls-cert"), (["--port", "0", "--host", "example.org"], 4, "no address"),
            (["--host", "127.0.0.1"], 2, "--port"), (["--public-name", "x"], 2, "--port"),
            (["--port", "0", "--tls-cert", "x"], 2, "--tls-key"),
            (["--port", "0", "--public-name", "http://x"], 2, "without ports"),
            (["--port", "0", "--public-name", "x:80"], 2, "without ports"),
            (["--port", "0", "--tls-cert", "/none", "--tls-key", "/none"], 4, "/none cannot be read"),
            (["--port", "0", "--tls-cert", "/etc/passwd", "--tls-key", "/etc/passwd"], 4, "/etc/passwd holds no certificate"),
        ] as [([String], Int32, String)]
    )
    func refused(_ options: [String], _ code: Int32, _ says: String) async throws {
        try await Site.use { site in
            let view = try await site.start(["serve"] + options).end()
            #expect(view.code == code && view.error.contains(says), "\(view)")
            #expect(view.error.contains("legwork: ") && !view.error.contains("tlsFailed"), "\(view)")
        }
    }
}
