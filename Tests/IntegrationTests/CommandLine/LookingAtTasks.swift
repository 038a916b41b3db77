import Glibc
import LegworkCore
import Testing

@Suite("Looking at tasks")
struct LookingAtTasks {
    @Test("list shows the newest first, filters by status and tool, and goes on page by page")
    func list() async throws {
        try await Site.use { site in
            var ids: [String] = []
            for number in 0..<5 { ids.append(try await site.legwork("run", "-q", "--", "sh", "-c", "exit \(number % 2)").output.trimmed) }
            let running = try await site.startGated()
            let all = try await site.legwork("list", "--quiet").lines
            #expect(all == [running] + ids.reversed())
            #expect(try await site.legwork("list", "-q", "--status", "failed").lines == [ids[3], ids[1]])
            #expect(try await site.legwork("list", "-q", "--status", "completed,failed").lines == ids.reversed())
            #expect(try await site.legwork("list", "-q", "--status", "active").lines == [running])
            #expect(try await site.legwork("list", "-q", "--status", "finished").lines == ids.reversed())
            #expect(try await site.legwork("list", "-q", "--tool", "run_command").lines.count == 6)
            #expect(try await site.legwork("list", "-q", "--tool", "other").lines == [])

            var pages: [[String]] = []
            var cursor: String?
            repeat {
                let page = try await site.json(["list", "--limit", "4"] + (cursor.map { ["--cursor", $0] } ?? []))
                pages.append((page["tasks"]?.array ?? []).compactMap { $0["id"]?.string })
                cursor = page["next_cursor"]?.string
            } while cursor != nil && pages.count < 10
            #expect(pages.flatMap(\.self) == all)
            #expect(pages.map(\.count).prefix(2) == [4, 2])
        }
    }

    @Test("list says what is wrong with a filter")
    func badFilters() async throws {
        try await Site.use { site in
            let status = try await site.legwork("list", "--status", "done")
            #expect(status.code == 2 && status.error.contains("completed"), "\(status)")
            let cursor = try await site.legwork("list", "--cursor", "nonsense")
            #expect(cursor.code == 2 && cursor.error.contains("cursor"), "\(cursor)")
            for limit in ["0", "1001", "many", "-3"] { #expect(try await site.legwork("list", "--limit", limit).code == 2, "\(limit)") }
            #expect(try await site.legwork("list", "extra").code == 2)
        }
    }

    @Test("a table keeps a task's text from writing to the terminal")
    func cleanTable() async throws {
        try await Site.use { site in
            #expect(try await site.legwork("list").output == "no tasks\n")
            try await site.legwork("run", "--", "echo", "\u{1B}[31mred\u{07}\nsecond")
            let view = try await site.legwork("list")
            #expect(view.lines.count == 2, "\(view)")
            let shown = try await site.legwork("show", site.legwork("list", "-q").output.trimmed)
            #expect(shown.lines.contains("second") && shown.output.contains("[31mred"), "\(shown)")
            for view in [view, shown] { #expect(!view.outputBytes.contains { $0 == 0x1B || $0 == 0x07 }) }
        }
    }

    @Test("show tells status, arguments, timeline and result; in JSON and as one word too")
    func show() async throws {
        try await Site.use { site in
            let id = try await site.legwork("run", "-q", "--", "sh", "-c", "echo hello; exit 3").output.trimmed
            let text = try await site.legwork("show", id)
            #expect(text.code == 0)
            for part in [id, "failed", "run_command", "timeline", "created", "hello", "exit code 3"] {
                #expect(text.output.contains(part), "\(part) is missing in \(text)")
            }
            #expect(try await site.legwork("show", "-q", id).output == "failed\n")
            let json = try await site.json("show", id)
            #expect(json["task"]?["id"]?.string == id)
            #expect(json["task"]?["result"]?["structuredContent"]?["exit_code"]?.int == 3)
            #expect(json["events"]?[0]?["kind"] == "created")
            #expect(json["events"]?.array?.last?["kind"] == "failed")
        }
    }

    @Test("show hides the environment of the caller")
    func secrets() async throws {
        try await Site.use { site in
            let id = try await site.start(["run", "-q", "--", "true"], adding: ["API_KEY": "hush-hush-4711"]).end().output.trimmed
            for command in [["show", id], ["show", id, "--json"], ["list", "--json"], ["logs", id]] {
                #expect(!(try await site.start(command).end().output.contains("hush-hush-4711")))
            }
        }
    }

    @Test("a task is found by the first characters of its id and by its name")
    func references() async throws {
        try await Site.use { site in
            let id = try await site.startGated("gate", "--name", "gated")
            #expect(try await site.status(String(id.prefix(15))) == "running")
            #expect(try await site.status(String(id.dropFirst(5).prefix(6))) == "running")
            #expect(try await site.status("gated") == "running")
            let taken = try await site.legwork("run", "--name", "gated", "--", "true")
            #expect(taken.code == 2 && taken.error.contains("gated") && taken.error.contains(id), "\(taken)")
            try site.open()
            #expect(try await site.legwork("wait", "gated").code == 0)
            // A finished task lets go of its name.
            #expect(try await site.legwork("run", "--name", "gated", "--", "true").code == 0)
        }
    }

    @Test("a reference that fits several tasks is refused, and the tasks are named")
    func ambiguous() async throws {
        try await Site.use { site in
            let ids =
                [try await site.legwork("run", "-q", "--", "true").output.trimmed]
                + [try await site.legwork("run", "-q", "--", "true").output.trimmed]
            try await site.legwork("stop")
            // Two ids that begin alike come by chance once in a million.
            let twins = ["task_twin" + ids[0].dropFirst(9), "task_twin" + ids[1].dropFirst(9)]
            for (id, twin) in zip(ids, twins) {
                let renaming = "UPDATE tasks SET id = '\(twin)' WHERE id = '\(id)'"
                let view = try await site.shell(
                    #"python3 -c 'import sqlite3, sys; c = sqlite3.connect("state/tasks.db"); c.execute(sys.argv[1]); c.commit()' "\#(renaming)""#
                )
                try #require(view.code == 0, "\(view)")
            }
            for command in [["show", "twin"], ["logs", "task_twin"], ["wait", "twin"], ["cancel", "task_twin"]] {
                let view = try await site.start(command).end()
                #expect(view.code == 3, "\(command) \(view)")
                for twin in twins { #expect(view.error.contains(twin), "\(command) \(view)") }
            }
            #expect(try await site.status(String(twins[0].prefix(20))) == "completed")
        }
    }

    @Test("a task that is not there ends with 3, and short references are explained")
    func missing() async throws {
        try await Site.use { site in
            for reference in ["task_aaaaaaaaaaaaaaaaaaaaaaaaaa", "task_zz", "nobody", "ä", "a/b", "..", "%2e", ""] {
                for command in ["show", "logs", "wait", "cancel"] {
                    let view = try await site.legwork(command, reference)
                    #expect(view.code == 3, "\(command) '\(reference)': \(view)")
                    #expect(view.error.hasPrefix("legwork: ") && view.output.isEmpty, "\(command) '\(reference)': \(view)")
                }
            }
        }
    }

    @Test("an owner sees only his own tasks; another's is the same as none")
    func owners() async throws {
        try await Site.use { site in
            let mine = try await site.legwork("run", "-q", "--owner", "anna", "--name", "secret", "--", "true").output.trimmed
            let yours = try await site.start(["run", "-q", "--", "true"], adding: ["LEGWORK_OWNER": "bert"]).end().output.trimmed
            #expect(try await site.legwork("list", "-q", "--owner", "anna").lines == [mine])
            #expect(try await site.legwork("list", "-q", "--owner", "bert").lines == [yours])
            #expect(try await site.legwork("list", "-q").lines == [])
            #expect(try await site.legwork("list", "-q", "--all-owners").lines == [yours, mine])
            #expect(try await site.legwork("show", "-q", "--all-owners", mine).output == "completed\n")
            #expect(try await site.json("stats", "--owner", "anna")["tasks"]?["total"]?.int == 1)
            let ofAll = try await site.json("stats", "--all-owners")
            #expect(ofAll["tasks"]?["total"]?.int == 2 && ofAll["executing_here"]?.int == 0 && ofAll["quarantined"]?.array == [])
            let own = try await site.json("stats", "--owner", "anna")
            #expect(own["executing_here"] == nil && own["quarantined"] == nil, "\(own)")

            let invented = "task_" + String(mine.dropFirst(5).reversed())
            for command in ["show", "logs", "wait", "cancel"] {
                let foreign = try await site.legwork(command, "--owner", "bert", mine)
                let missing = try await site.legwork(command, "--owner", "bert", invented)
                #expect(foreign.code == 3)
                #expect(missing.code == 3)
                #expect(foreign.error.replacing(mine, with: "ID") == missing.error.replacing(invented, with: "ID"))
            }
            let prefix = try await site.legwork("show", "--owner", "bert", String(mine.prefix(12)))
            #expect(prefix.code == 3, "\(prefix)")
            #expect(try await site.legwork("show", "--owner", "bert", "secret").code == 3)
        }
    }
}
