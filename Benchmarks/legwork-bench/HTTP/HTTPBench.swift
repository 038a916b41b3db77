import FoundationEssentials
import Glibc
import LegworkCore
import LegworkEventLoop

/// Requests to the daemon beside the same bytes from a plain C server on libevent, with the same generator, in turn.
enum HTTPBench {
    /// What is asked for.
    private struct Kind {
        var name: String
        var method = "GET"
        var target: String
        var headers: [(String, String)] = []
        var body: JSONValue?

        func request(_ target: String? = nil, token: String) -> [UInt8] {
            let body = body?.jsonBytes()
            var text = "\(method) \(target ?? self.target) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n"
            for (name, value) in headers { text += "\(name): \(value)\r\n" }
            if let body { text += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
            return Array((text + "\r\n").utf8) + (body ?? [])
        }
    }

    static func run(isQuick: Bool, report: Report) async throws {
        let folder = try TemporaryFolder()
        let daemon = try HTTPDaemon.start(in: folder)
        let peer = plainC(folder)
        defer {
            daemon.stop()
            peer?.stop()
            folder.remove()
        }
        let token = try String(contentsOfFile: folder.path + "/token", encoding: .utf8).filter { !$0.isWhitespace }
        let door = HTTPEndpoint.unix(folder.path + "/daemon.sock")
        let seconds = isQuick ? 0.3 : 1

        for kind in try kinds(door, token) {
            let request = kind.request(token: token)
            let (status, body) = try door.ask(request)
            guard (200...299).contains(status) else {
                Bench.note("\(kind.name): left out, the daemon answers with \(status): \(String(decoding: body, as: UTF8.self))")
                continue
            }
            let plain = kind.request("/\(body.count)", token: token)
            for (ours, theirs) in [
                (door, peer.map { _ in HTTPEndpoint.unix(folder.path + "/peer.sock") }),
                (.tcp(daemon.numbers[0]), peer.map { .tcp($0.numbers[0]) }),
            ] {
                let load = HTTPLoad(endpoint: ours, request: request, server: daemon)
                let beside = peer.flatMap { peer in theirs.map { HTTPLoad(endpoint: $0, request: plain, server: peer) } }
                try compare("\(kind.name), \(ours.name)", load, beside, seconds, report)
            }
        }
        // What of that is HTTP alone: the same bytes from the bare server.
        let plain = Kind(name: "", target: "/300").request(token: token)
        for (ours, theirs) in [
            (HTTPEndpoint.unix(folder.path + "/plain.sock"), HTTPEndpoint.unix(folder.path + "/peer.sock")),
            (.tcp(daemon.numbers[1]), .tcp(peer?.numbers[0] ?? 0)),
        ] {
            let load = HTTPLoad(endpoint: ours, request: plain, server: daemon)
            let beside = peer.map { HTTPLoad(endpoint: theirs, request: plain, server: $0) }
            try compare("LegworkHTTP alone, 300 bytes, \(ours.name)", load, beside, seconds, report)
        }
    }

    /// The plain C server, which `scripts/bench-http-peer` has compiled; nil when there is none.
    static func plainC(_ folder: TemporaryFolder) -> ServerProcess? {
        let program = FileManager.default.currentDirectoryPath + "/.build/bench-http-peer"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            Bench.note("no \(program): 'make bench' compiles it, where there is a C compiler")
            return nil
        }
        return try? ServerProcess("'\(program)' '\(folder.path)/peer.sock'")
    }

    private static func kinds(_ door: HTTPEndpoint, _ token: String) throws -> [Kind] {
        let background = Kind(
            name: "",
            method: "POST",
            target: "/v1/call",
            body: ["tool": "echo", "arguments": ["text": "hello"], "background": true]
        )
        let task = try JSONValue(parsing: try door.ask(background.request(token: token)).body)["task"]?["id"]?.string ?? ""
        let meta: JSONValue = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:],
            "io.modelcontextprotocol/clientInfo": ["name": "bench", "version": "1"],
        ]
        return [
            Kind(name: "GET /health", target: "/health"),
            Kind(name: "GET /v1/tasks/T", target: "/v1/tasks/\(task)"),
            Kind(
                name: "POST /v1/call, inline",
                method: "POST",
                target: "/v1/call",
                body: ["tool": "echo", "arguments": ["text": "hello"]]
            ),
            Kind(
                name: "POST /mcp, tools/call (2026-07-28)",
                method: "POST",
                target: "/mcp",
                headers: [
                    ("Accept", "application/json, text/event-stream"), ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"),
                    ("Mcp-Name", "echo"),
                ],
                body: [
                    "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                    "params": ["name": "echo", "arguments": ["text": "hello"], "_meta": meta],
                ]
            ),
        ]
    }

    /// In turn, and the medians of each: one round is at the mercy of what else the machine does.
    private static func compare(_ name: String, _ ours: HTTPLoad, _ theirs: HTTPLoad?, _ seconds: Double, _ report: Report) throws {
        for connections in [1, 16, 64] {
            var rounds: (ours: [HTTPLoad.Outcome], theirs: [HTTPLoad.Outcome]) = ([], [])
            for _ in 0..<3 {
                rounds.ours.append(try ours.run(connections: connections, seconds: seconds))
                if let theirs { rounds.theirs.append(try theirs.run(connections: connections, seconds: seconds)) }
            }
            let legwork = HTTPLoad.Outcome(medians: rounds.ours)
            let plain = rounds.theirs.isEmpty ? nil : HTTPLoad.Outcome(medians: rounds.theirs)
            let peer = plain.map { _ in "plain C, evhttp" }
            report.add("\(name), \(connections) connections", legwork.rate, "/s", peer: peer, plain?.rate)
            report.add("  p50", legwork.p50 * 1e3, "ms", peer: peer, plain.map { $0.p50 * 1e3 })
            report.add("  p99", legwork.p99 * 1e3, "ms", peer: peer, plain.map { $0.p99 * 1e3 })
            report.add("  CPU of one", legwork.cpu * 1e6, "us", peer: peer, plain.map { $0.cpu * 1e6 })
        }
    }
}
