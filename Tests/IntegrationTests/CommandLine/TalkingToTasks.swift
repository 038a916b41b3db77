import Glibc
import LegworkCore
import LegworkTestKit
import Testing

@Suite("Talking to tasks from the command line")
struct TalkingToTasks {
    /// Runs a test at a site whose daemon offers the fixtures.
    private func use(_ body: (Site, Child) async throws -> Void) async throws {
        try await Site.use { site in
            let daemon = try await site.serve("--fixtures")
            try await body(site, daemon)
        }
    }

    private func call(_ site: Site, _ tool: String, _ arguments: String) async throws -> String {
        try await site.legwork("call", "--background", tool, arguments).output.trimmed
    }

    /// Waits until a task asks something, or has ended.
    private func settled(_ site: Site, _ task: String) async throws -> JSONValue {
        let reply = try await site.post("/v1/wait", ["tasks": [.string(task)], "timeout_ms": 60_000])
        #expect(reply.status == 200, "\(reply)")
        return try await site.json("show", task)
    }

    @Test("answer shows what a task asks, and lets it go on with the answer")
    func answer() async throws {
        try await use { site, _ in
            let task = try await call(site, "confirm_delete", #"{"filename": "old.txt"}"#)
            #expect(try await settled(site, task)["task"]?["status"] == "input_required")
            let shown = try await site.legwork("answer", task).output
            #expect(shown.hasPrefix("confirm  Delete 'old.txt'?\n") && shown.contains("boolean"), "\(shown)")
            let wrong = try await site.legwork("answer", task, #"{"confirm": "yes"}"#)
            #expect(wrong.code != 0, "\(wrong)")
            let told = try await site.legwork("answer", task, #"{"confirm": {"confirm": true}}"#)
            #expect(told.code == 0 && told.output.contains("has its answers"), "\(told)")
            #expect(try await site.legwork("wait", task).code == 0)
            #expect(try await site.legwork("show", task).output.contains("Deleted 'old.txt'."))
        }
    }

    @Test("answer may leave a question open, and decline one")
    func partly() async throws {
        try await use { site, _ in
            let task = try await call(site, "multi_input", "{}")
            #expect(try await settled(site, task)["task"]?["questions"]?.array?.count == 2)
            let first = try await site.legwork("answer", task, #"{"name": {"name": "Ada"}}"#)
            #expect(first.code == 0 && first.output.contains("has 1 open question left"), "\(first)")
            #expect(try await site.legwork("answer", "-q", task).output == "confirmation\n")
            let second = try await site.legwork("answer", "--decline", "confirmation", task)
            #expect(second.code == 0 && second.output.contains("has its answers"), "\(second)")
            #expect(try await site.legwork("wait", task).code == 0)
            #expect(try await site.legwork("show", task).output.contains(#"Answers: {"name":"Ada"}, declined"#))
        }
    }

    @Test("send puts messages into a task's inbox, in order and each once")
    func send() async throws {
        try await use { site, _ in
            let task = try await call(site, "collect_messages", "{}")
            #expect(try await site.legwork("send", "--id", "first", task, "one").output == "first  queued\n")
            #expect(try await site.legwork("send", "--id", "first", task, "one").output == "first  was there already\n")
            let reply = try await site.post("/v1/tasks/\(task)/messages", ["message": ["number": 2]])
            #expect(reply.status == 202, "\(reply)")
            #expect(try await site.legwork("send", "-q", task, "done").code == 0)
            #expect(try await site.legwork("wait", task).code == 0)
            let result = try await site.json("show", task)["task"]?["result"]
            #expect(result?["structuredContent"]?["messages"] == ["one", ["number": 2]], "\(result ?? .null)")
        }
    }

    @Test("resume lets a task go on that its daemon left, with what it had and with what is sent to it later")
    func resume() async throws {
        try await use { site, daemon in
            let task = try await call(site, "collect_messages", "{}")
            #expect(try await site.legwork("send", task, "before").code == 0)
            kill(daemon.pid, SIGTERM)
            _ = try await daemon.end()
            _ = try await site.serve("--fixtures")
            #expect(try await site.status(task) == "stopped")
            let told = try await site.legwork("resume", task)
            #expect(told.code == 0 && told.output.contains("goes on"), "\(told)")
            #expect(try await site.legwork("send", task, "after").code == 0)
            #expect(try await site.legwork("send", task, "done").code == 0)
            #expect(try await site.legwork("wait", task).code == 0)
            let result = try await site.json("show", task)["task"]?["result"]
            #expect(result?["structuredContent"]?["messages"] == ["before", "after"], "\(result ?? .null)")
        }
    }

    @Test("the same over HTTP: an answer, a message, and to go on")
    func overHTTP() async throws {
        try await use { site, daemon in
            let asking = try await call(site, "confirm_delete", #"{"filename": "a"}"#)
            _ = try await settled(site, asking)
            let answered = try await site.post("/v1/tasks/\(asking)/answer", ["answers": ["confirm": ["confirm": false]]])
            #expect(answered.status == 200, "\(answered)")
            #expect(try await site.legwork("wait", asking).code == 0)
            #expect(try await site.legwork("show", asking).output.contains("Kept 'a'."))

            let collecting = try await call(site, "collect_messages", "{}")
            kill(daemon.pid, SIGTERM)
            _ = try await daemon.end()
            _ = try await site.serve("--fixtures")
            let resumed = try await site.post("/v1/tasks/\(collecting)/resume", [:])
            #expect(resumed.status == 202, "\(resumed)")
            #expect(try await site.post("/v1/tasks/\(collecting)/messages", ["message": "done"]).status == 202)
            #expect(try await site.legwork("wait", collecting).code == 0)
        }
    }
}
