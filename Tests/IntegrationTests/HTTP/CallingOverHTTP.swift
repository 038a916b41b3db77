import Glibc
import LegworkCore
import Testing

@Suite("Calling the daemon over HTTP")
struct CallingOverHTTP {
    /// Arguments of `run_command` for a line of the shell in the site's folder.
    private func shell(_ line: String, _ site: Site) -> JSONValue { ["shell": .string(line), "cwd": .string(site.folder)] }

    @Test("what makes no sense is refused with a code and a text that names the place, and the daemon lives on")
    func badRequests() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let cases: [(method: String, target: String, body: String, status: Int, code: String, says: String)] = [
                ("POST", "/v1/call", "{", 400, "invalid_json", "JSON"),
                ("POST", "/v1/call", "\u{FF}", 400, "invalid_json", "JSON"),
                ("POST", "/v1/call", "[]", 400, "invalid_argument", "body"),
                ("POST", "/v1/call", "", 400, "invalid_argument", "tool"),
                ("POST", "/v1/call", #"{"tool": 5}"#, 400, "invalid_argument", "body.tool"),
                ("POST", "/v1/call", #"{"tool": "run_command", "colour": 1}"#, 400, "invalid_argument", "colour"),
                ("POST", "/v1/call", #"{"tool": "run_command", "window_ms": -1}"#, 400, "invalid_argument", "window_ms"),
                ("POST", "/v1/call", #"{"tool": "run_command", "window_ms": 1e300}"#, 400, "invalid_argument", "window_ms"),
                ("POST", "/v1/call", #"{"tool": "run_command", "when_caller_leaves": "x"}"#, 400, "invalid_argument", "when_caller"),
                ("POST", "/v1/call", #"{"tool": "run_command", "arguments": {"argv": 1}}"#, 400, "invalid_arguments", "argv"),
                ("POST", "/v1/call", #"{"tool": "nothing"}"#, 404, "unknown_tool", "nothing"),
                ("POST", "/v1/call", String(repeating: "[", count: 1_000_000), 400, "invalid_json", "nested"),
                ("POST", "/v1/tasks", #"{"tool": "run_command", "priority": 0.5}"#, 400, "invalid_argument", "priority"),
                ("POST", "/v1/wait", #"{"tasks": []}"#, 400, "invalid_argument", "tasks"),
                ("POST", "/v1/wait", #"{"tasks": ["task_none"]}"#, 404, "not_found", "task_none"),
                ("GET", "/v1/tasks?limit=0", "", 400, "invalid_argument", "limit"),
                ("GET", "/v1/tasks?colour=red", "", 400, "invalid_argument", "colour"),
                ("GET", "/v1/tasks?status=done", "", 400, "invalid_argument", "completed"),
                ("GET", "/v1/tasks/task_none", "", 404, "not_found", "task_none"),
                ("GET", "/v1/tasks?limit=1&limit=1", "", 400, "invalid_argument", "once"),
                ("GET", "/v1/tasks?limit=99999999999999999999", "", 400, "invalid_argument", "1 to 1000"),
                ("GET", "/v1/tasks?name=%FF", "", 400, "invalid_argument", "UTF-8"),
                ("GET", "/v1/tasks?name=%0", "", 400, "invalid_argument", "percent"),
                ("GET", "/v1/tasks?status=", "", 400, "invalid_argument", "status"),
                ("GET", "/v1/tasks?id=zz", "", 400, "invalid_argument", "id"),
                ("GET", "/v1/tasks?created_since=yesterday", "", 400, "invalid_argument", "2027"),
                ("GET", "/v1/tasks?cursor=c0", "", 400, "invalid_argument", "cursor"),
                ("GET", "/v1/tasks/task_none/output?offset=-1", "", 400, "invalid_argument", "offset"),
                ("GET", "/v1/tasks/task_none/output?offset=1", "", 404, "not_found", "task_none"),
                ("GET", "/v1/tools/nothing", "", 404, "unknown_tool", "nothing"),
                ("POST", "/v1/tools/nothing/call", "{}", 404, "unknown_tool", "nothing"),
                ("POST", "/v1/tools/run_command/call", #"{"tool": "run_command"}"#, 400, "invalid_argument", "tool"),
                ("GET", "/v1/queues/default", "", 403, "operator_only", "Scope"),
                ("GET", "/v1/health", "", 404, "not_found", "path"),
                ("GET", "/nowhere", "", 404, "not_found", "path"),
                ("GET", "/v1/call", "", 405, "method_not_allowed", "Allow"),
                ("DELETE", "/v1/tasks", "", 405, "method_not_allowed", "Allow"),
            ]
            for test in cases {
                let reply = try await site.http(test.method, test.target, body: Array(test.body.utf8))
                let name = "\(test.method) \(test.target) \(test.body.prefix(60))"
                #expect(reply.status == test.status, "\(name): \(reply)")
                #expect(reply.errorCode == test.code, "\(name): \(reply)")
                #expect(reply.head.contains("Content-Type: application/problem+json\r\n"), "\(name): \(reply)")
                #expect(reply.json["type"] == .string("urn:legwork:problem:\(test.code)"), "\(name): \(reply)")
                #expect(reply.json["status"] == JSONValue(test.status), "\(name): \(reply)")
                #expect(reply.errorDetail?.contains(test.says) == true, "\(name): \(reply)")
            }
            let owner = try await site.http("GET", "/v1/tasks", headers: ["Legwork-Owner: a", "Legwork-Owner: b"])
            #expect(owner.status == 400)
            #expect(try await site.get("/health").status == 200)
        }
    }

    @Test("a body of 17 MB is refused with 413, whether its length is told or not")
    func largeBody() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let body = [UInt8](repeating: 0x20, count: 17 << 20)
            let told = try await site.http("POST", "/v1/call", body: body)
            #expect(told.status == 413, "\(told)")
            let socket = site.socket
            let untold = try await offPool {
                let connection = try Connection(unix: socket)
                connection.send(Array("POST /v1/call HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
                let chunk = Array("100000\r\n".utf8) + [UInt8](repeating: 0x20, count: 1 << 20) + Array("\r\n".utf8)
                for _ in 0..<17 { connection.send(chunk) }
                connection.send(Array("0\r\n\r\n".utf8))
                return try connection.reply()
            }
            #expect(untold.status == 413, "\(untold)")
            #expect(try await site.get("/health").status == 200)
        }
    }

    @Test("what is no HTTP is refused, and the daemon lives on")
    func noHTTP() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let socket = site.socket
            for text in ["\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{16}\u{03}\u{01}hello\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"] {
                let reply = try? await offPool {
                    let connection = try Connection(unix: socket)
                    connection.send(Array(text.utf8))
                    connection.finishSending()
                    return try connection.reply()
                }
                if let reply { #expect((400...505).contains(reply.status), "\(text): \(reply)") }
            }
            #expect(try await site.get("/health").status == 200)
        }
    }

    @Test(
        "a client that leaves during the window cancels its call, or leaves a task behind, as it has said",
        arguments: ["cancel", "promote"]
    )
    func leaving(_ choice: String) async throws {
        try await Site.use { site in
            _ = try await site.serve()
            for pipe in ["up", "gate"] { try site.pipes.make(pipe) }
            let body: JSONValue = [
                "tool": "run_command", "window_ms": 600_000, "when_caller_leaves": .string(choice), "name": "left",
                "arguments": shell("echo up >up; read line <gate; echo $line", site),
            ]
            let socket = site.socket
            let connection = try Connection(unix: socket)
            try await offPool { connection.send("POST", "/v1/call", body: body.jsonBytes()) }
            try await site.pipes.hear("up")
            connection.close()
            if choice == "promote" { try site.open() }
            let waited = try await site.legwork("wait", "left")
            #expect(waited.code == (choice == "promote" ? 0 : 1), "\(waited)")
            #expect(try await site.status("left") == (choice == "promote" ? "completed" : "cancelled"))
            #expect(try await site.legwork("logs", "left").output == (choice == "promote" ? "done\n" : ""))
        }
    }

    @Test("two hundred calls at once each get their own answer")
    func manyAtOnce() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let socket = site.socket
            let texts = try await offPool {
                // The daemon works on all of them while the first is read.
                let connections = try (0..<200).map { number in
                    let connection = try Connection(unix: socket)
                    let body: JSONValue = [
                        "tool": "run_command", "window_ms": 600_000, "arguments": ["argv": ["echo", .string("number \(number)")]],
                    ]
                    connection.send("POST", "/v1/call", body: body.jsonBytes())
                    return connection
                }
                return try connections.map { connection in
                    try connection.reply().json["result"]?["content"]?[0]?["text"]?.string ?? "nothing"
                }
            }
            #expect(texts == (0..<200).map { "number \($0)\nexit code 0" })
            #expect(try await site.json("stats")["tasks"]?["completed"]?.int == 200)
            #expect(try await site.json("stats", "--all-owners")["executing_here"]?.int == 0)
        }
    }

    @Test("a task is reached by every route over one name, and its output in parts")
    func task() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let submitted = try await site.post(
                "/v1/tasks",
                ["tool": "run_command", "arguments": ["argv": ["echo", "0123456789"]], "name": "ten", "idempotency_key": "once"]
            )
            #expect(submitted.status == 202)
            let id = submitted.json["task"]?["id"]?.string ?? ""
            let again = try await site.post(
                "/v1/tasks",
                ["tool": "run_command", "arguments": ["argv": ["false"]], "idempotency_key": "once"]
            )
            #expect(again.json["task"]?["id"]?.string == id)
            #expect(try await site.post("/v1/wait", ["tasks": ["ten"]]).json["settled"]?[0]?["status"] == "completed")
            #expect(try await site.get("/v1/tasks/ten").json["task"]?["id"]?.string == id)
            #expect(try await site.get("/v1/tasks/\(id)/output?offset=3&limit=4").body == Array("3456".utf8))
            #expect(try await site.get("/v1/tasks/\(id)/output?tail=3").body == Array("89\n".utf8))
            let events = try await site.get("/v1/tasks/\(id)/events?after=1").json["events"]?.array ?? []
            #expect(events.last?["kind"] == "completed")
            #expect(!events.contains { ($0["sequence"]?.int ?? 0) <= 1 })
        }
    }
}
