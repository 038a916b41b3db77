import Glibc
import LegworkCore
import Testing

@Suite("Showing what work is worth")
struct ShowingEvidence {
    private func call(_ site: Site, _ tool: String, _ arguments: JSONValue) async throws -> JSONValue {
        let view = try await site.start(["call", "--json", "--window", "60s", tool, arguments.json()]).end()
        return try JSONValue(parsing: view.output)["result"]?["structuredContent"] ?? .null
    }

    /// A working tree with one commit and some changes that are not committed.
    private func makeTree(_ site: Site) async throws -> String {
        let view = try await site.shell(
            """
            set -e; mkdir tree; cd tree; git init -q -b main; git config user.email a@b; git config user.name a
            printf 'one\\n' >a; printf 'gone\\n' >b; printf 'ignored\\n' >.gitignore; git add .; git commit -qm first
            printf 'two\\n' >a; rm b; printf 'new\\n' >c; printf '\\000\\001' >bin; printf x >ignored; git add a
            """
        )
        guard view.code == 0 else { throw Failure("\(view)") }
        return site.folder + "/tree"
    }

    @Test("a gate keeps its log with the task, and one that takes too long is killed with all it has started, its log kept")
    func gates() async throws {
        try await Site.use { site in
            let task = try await site.startGated()
            let passed = try await call(
                site,
                "run_gate",
                ["gate": "test", "command": "echo fine; echo also >&2", "cwd": .string(site.folder), "task_id": .string(task)]
            )
            #expect(passed["gate"]?["status"] == "passed")
            let slow = try await call(
                site,
                "run_gate",
                [
                    "gate": "test", "command": .string("echo begun; sleep 1000 & echo $! >sleeper; wait"), "cwd": .string(site.folder),
                    "timeout_ms": 1000, "task_id": .string(task),
                ]
            )
            #expect(slow["gate"]?["status"] == "timeout")
            #expect(slow["gate"]?["classification"] == "timeout")
            let sleeper = try #require(Int32(Files.text(site.folder + "/sleeper").trimmed))
            #expect(kill(sleeper, 0) != 0)
            let name = try #require(slow["gate"]?["log_path"]?.string)
            let log = try await site.legwork("artifacts", task, name)
            #expect(log.output == "$ echo begun; sleep 1000 & echo $! >sleeper; wait\nbegun\n")
            let first = try #require(passed["gate"]?["log_path"]?.string)
            #expect(try await site.legwork("artifacts", "-q", task).lines == [first, name])

            let shown = try await site.json("show", task)
            #expect(shown["task"]?["evidence"]?["gates"]?.array?.count == 2)
            #expect(try await site.legwork("artifacts", task, "../\(task).log").code == 3)
            try site.open()
        }
    }

    @Test("an attempt holds all that a working tree has and its last commit has not, and leaves both as they are")
    func attempts() async throws {
        try await Site.use { site in
            let tree = try await makeTree(site)
            // However the user likes to see differences: what is kept is to be applied.
            let likes = ["diff.noprefix true", "diff.mnemonicPrefix true", "diff.submodule log", "diff.external false", "color.ui always"]
            _ = try await site.shell("cd tree && " + likes.map { "git config \($0)" }.joined(separator: " && "))
            let task = try await site.startGated()
            let before = try await site.shell("cd tree && git status --porcelain=v2 && git ls-files --stage").output
            let attempt = try await call(
                site,
                "pr_attempt_record",
                ["summary": "try it", "cwd": .string(tree), "task_id": .string(task), "verification": ["by eye"]]
            )
            #expect(attempt["changed_files"] == ["a", "b", "bin", "c"])
            #expect(attempt["attempt_index"] == 1)
            #expect(attempt["base_ref"] == "main")
            #expect(try await site.shell("cd tree && git status --porcelain=v2 && git ls-files --stage").output == before)

            let next = try await call(site, "pr_attempt_record", ["summary": "again", "cwd": .string(tree), "task_id": .string(task)])
            #expect(next["attempt_index"] == 2 && next["attempt_count"] == 2)

            let id = try #require(attempt["id"])
            let arguments: JSONValue = ["attempt_id": id, "cwd": .string(tree), "task_id": .string(task)]
            // The change is there already.
            #expect(try await call(site, "pr_attempt_preflight", arguments)["would_apply"] == false)
            _ = try await site.shell("cd tree && git reset -q --hard && git clean -qfd")
            let fits = try await call(site, "pr_attempt_preflight", arguments)
            #expect(fits["would_apply"] == true && fits["exit_code"] == 0 && fits["mutated_worktree"] == false)
            #expect(try await site.shell("cd tree && git status --porcelain").output == "")

            // What was kept is the change, byte for byte.
            let path = try #require(attempt["patch_path"]?.string)
            let patch = try await site.shell(
                "$legwork artifacts \(task) \(path) >patch && cd tree && git apply ../patch && od -c bin && ls"
            )
            #expect(patch.output.contains("\\0 001") && patch.lines.suffix(4) == ["a", "bin", "c", "ignored"], "\(patch)")
            let read = try await call(site, "pr_attempt_read", ["attempt_id": id, "task_id": .string(task)])
            #expect(read["patch"]?.string?.contains("GIT binary patch") == true)
            _ = try await site.shell("cd tree && git add -A && git commit -qm second")
            let empty = try await site.legwork(
                "call",
                "pr_attempt_record",
                JSONValue.object(["summary": "x", "cwd": .string(tree), "task_id": .string(task)]).json()
            )
            #expect(empty.code == 1 && (empty.output + empty.error).contains("No working-tree diff to record as an attempt."), "\(empty)")
            let outside = try await site.legwork(
                "call",
                "pr_attempt_record",
                JSONValue.object(["summary": "x", "cwd": .string(site.folder), "task_id": .string(task)]).json()
            )
            #expect((outside.output + outside.error).contains("no working tree of git"), "\(outside)")
            // Nothing made for a moment is left.
            #expect(try await site.shell("ls -A state/outputs").lines.allSatisfy { $0.hasSuffix(".log") || $0.hasSuffix(".artifacts") })
            try site.open()
        }
    }

    @Test("artifacts are listed and read over HTTP, and no path leads anywhere else")
    func http() async throws {
        try await Site.use { site in
            let task = try await site.startGated()
            _ = try await call(site, "run_gate", ["gate": "custom", "command": "echo hi", "cwd": "/", "task_id": .string(task)])
            let list = try await site.get("/v1/tasks/\(task)/artifacts").json["artifacts"]
            let name = try #require(list?[0]?["name"]?.string)
            #expect(list?[0]?["bytes"] == 13)
            #expect(try await site.get("/v1/tasks/\(task)/artifacts/\(name)").text == "$ echo hi\nhi\n")
            #expect(try await site.get("/v1/tasks/\(task)/artifacts/\(name)?offset=10&limit=2").text == "hi")
            for path in [
                "..%2f\(task).log", "%2e%2e", "..%2F..%2Ftasks.db", "%2Fetc%2Fpasswd", "..", ".", "a%00", "nothing",
                "%2e%2e%2f%2e%2e%2ftoken",
            ] {
                let reply = try await site.get("/v1/tasks/\(task)/artifacts/\(path)")
                #expect(reply.status == 404 || reply.status == 400, "\(path): \(reply)")
            }
            #expect(try await site.get("/v1/tasks/task_none/artifacts/\(name)").status == 404)
            #expect(try await site.get("/v1/tasks/\(task)/tool_calls").json == ["tool_calls": []])
            let foreign = try await site.http("GET", "/v1/tasks/\(task)/artifacts/\(name)", headers: ["Legwork-Owner: somebody"])
            #expect(foreign.status == 404)
            try site.open()
        }
    }

    @Test("a prompt without an agent is refused with what to do, and one without words too")
    func prompts() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let cases: [(body: String, status: Int, code: String, says: String)] = [
                (#"{"prompt": "do it"}"#, 409, "no_agent", "--agent-tool"),
                (
                    #"{"prompt": "do it", "model": "m", "workspace": "/w", "mode": "plan", "allow_shell": false, "trust_mode": null, "auto_approve": false}"#,
                    409, "no_agent", "agent"
                ),
                (#"{"model": "m"}"#, 400, "invalid_argument", "prompt is required"),
                (#"{"prompt": " \n"}"#, 400, "invalid_argument", "Task prompt cannot be empty"),
                (#"{"prompt": 7}"#, 400, "invalid_argument", "body.prompt"),
                (#"{"prompt": "x", "auto_approve": "yes"}"#, 400, "invalid_argument", "auto_approve"),
                (#"{"prompt": "x", "colour": 1}"#, 400, "invalid_argument", "colour"),
                (#"{"tool": "run_command", "prompt": "x"}"#, 400, "invalid_argument", "prompt"),
            ]
            for test in cases {
                let reply = try await site.http("POST", "/v1/tasks", body: Array(test.body.utf8))
                #expect(reply.status == test.status, "\(test.body): \(reply)")
                #expect(reply.errorCode == test.code, "\(test.body): \(reply)")
                #expect(reply.errorDetail?.contains(test.says) == true, "\(test.body): \(reply)")
            }
        }
    }

    @Test("import takes over the files of a queue of prompts, says what is damaged, and does nothing a second time")
    func importing() async throws {
        try await Site.use { site in
            let file: JSONValue = [
                "schema_version": 2, "id": "task_0a1b2c3d", "prompt": "Mend it", "mode": "agent", "status": "completed",
                "created_at": "2026-01-02T03:04:05Z", "ended_at": "2026-01-02T03:05:05Z", "result_summary": "mended", "timeline": [],
                "tool_calls": [["id": "c1", "name": "shell", "status": "success", "started_at": "2026-01-02T03:04:06Z"]],
            ]
            let view = try await site.shell(
                "mkdir -p old/tasks old/artifacts && printf '%s' '\(file.json())' >old/tasks/task_0a1b2c3d.json && echo '{' >old/tasks/task_bad.json"
            )
            #expect(view.code == 0)
            let first = try await site.legwork("import", "old")
            #expect(first.code == 0)
            #expect(first.lines.last == "1 imported, 0 known already, 1 damaged", "\(first)")
            #expect(first.error.contains("tasks/task_bad.json: it is no JSON"))
            let shown = try await site.json("show", "task_0a1b2c3d")
            #expect(shown["task"]?["status"] == "completed")
            #expect(shown["task"]?["result"]?["content"]?[0]?["text"] == "mended")
            #expect(shown["tool_calls"]?[0]?["status"] == "success")
            #expect(try await site.legwork("import", site.folder + "/old").lines.last == "0 imported, 1 known already, 1 damaged")
            #expect(try await site.legwork("list", "-q").lines.count == 1)
            let nowhere = try await site.legwork("import", "nowhere")
            #expect(nowhere.code == 2 && nowhere.error.contains("tasks/ and queue.json"), "\(nowhere)")
        }
    }
}
