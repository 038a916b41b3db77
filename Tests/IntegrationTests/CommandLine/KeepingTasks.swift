import Glibc
import LegworkCore
import Testing

@Suite("Keeping and deleting tasks")
struct KeepingTasks {
    /// - Returns: the id of a command that has ended.
    private func finish(_ site: Site, _ line: String = "echo out", _ options: String...) async throws -> String {
        try await site.start(["run", "-q"] + options + ["--", "sh", "-c", line]).end().lines.last ?? ""
    }

    private func outputs(_ site: Site) async throws -> [String] { try await site.shell("ls state/outputs").lines }

    @Test("clear deletes what has ended by status and age, with its output, and neither what runs nor what is pinned")
    func clear() async throws {
        try await Site.use { site in
            let running = try await site.startGated()
            _ = try await finish(site, "echo out", "--name", "release")
            let ids = try await [finish(site), finish(site, "exit 1"), finish(site)]
            #expect(try await site.legwork("pin", "release").output.hasSuffix("  pinned\n"))
            #expect(try await site.json("show", "release")["task"]?["pinned"] == true)
            #expect(try await outputs(site).count == 5)

            #expect(try await site.legwork("clear", "--older-than", "1d").output == "0 tasks deleted\n")
            #expect(try await site.legwork("clear", "--status", "failed").output == "1 task deleted\n")
            #expect(try await site.legwork("show", ids[1]).code == 3)
            #expect(try await site.json("clear") == ["deleted": 2])
            #expect(try await site.legwork("list", "-q").lines.count == 2)
            #expect(try await outputs(site).count == 2)

            #expect(try await site.legwork("unpin", "release").output.hasSuffix("  no longer pinned\n"))
            #expect(try await site.json("show", "release")["task"]?["pinned"] == nil)
            try await site.legwork("pin", "-q", "release")
            #expect(try await site.legwork("clear", "-q", "--all-kept").output == "1\n")
            #expect(try await site.legwork("list", "-q").lines == [running])
            try site.open()
            #expect(try await site.legwork("wait", running).code == 0)
        }
    }

    @Test("clear deletes one owner's tasks, or with --all-owners everybody's")
    func owners() async throws {
        try await Site.use { site in
            for owner in ["anna", "anna", "bert", "carl"] { try await site.legwork("run", "--owner", owner, "--", "true") }
            #expect(try await site.legwork("clear", "-q", "--owner", "anna").output == "2\n")
            #expect(try await site.legwork("list", "-q", "--all-owners").lines.count == 2)
            #expect(try await site.legwork("clear", "-q", "--all-owners").output == "2\n")
        }
    }

    @Test("delete takes finished tasks by name, pinned or not; what runs has to be cancelled first")
    func delete() async throws {
        try await Site.use { site in
            let (one, two) = (try await finish(site, "true", "--name", "one"), try await finish(site, "true"))
            let running = try await site.startGated()
            try await site.legwork("pin", one)
            let refused = try await site.legwork("delete", running)
            #expect(refused.code == 1 && refused.error.contains("cancel it first"), "\(refused)")
            #expect(try await site.legwork("delete", "one", two).lines == ["\(one)  deleted", "\(two)  deleted"])
            #expect(try await site.legwork("list", "-q").lines == [running])
            for command in ["delete", "pin", "unpin"] {
                let gone = try await site.legwork(command, one)
                #expect(gone.code == 3, "\(command) \(gone)")
                #expect(try await site.legwork(command, "--owner", "bert", running).code == 3)
                #expect(try await site.legwork(command).code == 2)
            }
            try site.open()
        }
    }

    @Test("a result that is to be read first is kept until its owner has read it")
    func unread() async throws {
        try await Site.use { site in
            let ids = try await [
                site.legwork("run", "-b", "--keep-until-read", "--", "true").output.trimmed,
                site.legwork("call", "--background", "--keep-until-read", "run_command", #"{"argv": ["true"]}"#).output.trimmed,
            ]
            while try await site.json("stats")["tasks"]?["completed"]?.int != 2 { await Task.yield() }
            // Whoever looks at everybody's tasks is not the one that it waits for.
            let shown = try await site.json("show", "--all-owners", ids[0])
            #expect(shown["task"]?["kept_until_read"] == true && shown["task"]?["read_at"] == nil, "\(shown)")
            #expect(try await site.legwork("clear", "-q").output == "0\n")
            try await site.legwork("wait", ids[0])
            let read = try await site.json("show", "--all-owners", ids[0])
            #expect(read["task"]?["read_at"]?.string != nil, "\(read)")
            #expect(try await site.legwork("clear", "-q").output == "1\n")
            #expect(try await site.legwork("list", "-q").lines == [ids[1]])
        }
    }

    @Test("what makes no sense is refused, and says what would")
    func badOptions() async throws {
        try await Site.use { site in
            for options in [["--older-than", "soon"], ["--older-than", "-1s"], ["--status", "running"], ["--status", ""], ["extra"]] {
                let view = try await site.start(["clear"] + options).end()
                #expect(view.code == 2 && view.error.hasPrefix("legwork: "), "\(options) \(view)")
            }
            for options in [["--keep-finished", "never"], ["--keep-finished", "9999999d"], ["--keep-count", "-1"]] {
                let view = try await site.start(["serve"] + options).end()
                #expect(view.code == 2, "\(options) \(view)")
            }
        }
    }

    @Test("a daemon deletes at its start what is older than it is to keep, and files whose tasks are gone")
    func policy() async throws {
        try await Site.use { site in
            let old = try await finish(site)
            let pinned = try await finish(site)
            try await site.legwork("pin", pinned)
            try await site.legwork("stop")
            for name in ["\(TaskID.random()).log", "notes"] { _ = try await site.shell("echo left >state/outputs/\(name)") }
            #expect(try await outputs(site).count == 4)
            let daemon = try await site.serve("--keep-finished", "0s")
            // Looks until the daemon, which does this beside everything else, has done it.
            while try await outputs(site).count > 2 { await Task.yield() }
            #expect(try await site.legwork("show", old).code == 3)
            #expect(try await outputs(site).sorted() == ["notes", "\(pinned).log"])
            #expect(try await site.legwork("list", "-q").lines == [pinned])
            try await site.legwork("stop")
            #expect(try await daemon.end().code == 0)
            // With nothing said a task of today is kept.
            let fresh = try await finish(site)
            #expect(try await site.legwork("list", "-q").lines == [fresh, pinned])
        }
    }

    @Test("the routes answer with what they did, and say what is wrong")
    func http() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let id = try await finish(site)
            let cases: [(method: String, target: String, body: String, status: Int, code: String)] = [
                ("POST", "/v1/clear", #"{"statuses": ["running"]}"#, 400, "invalid_argument"),
                ("POST", "/v1/clear", #"{"statuses": []}"#, 400, "invalid_argument"),
                ("POST", "/v1/clear", #"{"older_than_ms": -1}"#, 400, "invalid_argument"),
                ("POST", "/v1/clear", #"{"colour": "red"}"#, 400, "invalid_argument"),
                ("DELETE", "/v1/tasks/nobody", "", 404, "not_found"),
                ("POST", "/v1/tasks/nobody/pin", "", 404, "not_found"),
            ]
            for test in cases {
                let reply = try await site.http(test.method, test.target, body: Array(test.body.utf8))
                #expect(reply.status == test.status && reply.errorCode == test.code, "\(test): \(reply)")
            }
            #expect(try await site.post("/v1/tasks/\(id)/pin", [:]).json["task"]?["pinned"] == true)
            #expect(try await site.post("/v1/clear", [:]).json == ["deleted": 0])
            #expect(try await site.http("DELETE", "/v1/tasks/\(id)").json == ["deleted": .string(id)])
            #expect(try await site.get("/v1/tasks/\(id)").status == 404)
            #expect(try await site.post("/v1/clear", ["older_than_ms": 1e15]).json == ["deleted": 0])
        }
    }
}
