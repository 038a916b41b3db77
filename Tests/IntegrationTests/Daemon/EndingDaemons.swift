import Glibc
import LegworkCore
import Testing

@Suite("When a daemon ends")
struct EndingDaemons {
    @Test("killed ten times in a row with finished, running and queued tasks, it loses nothing")
    func killedAgainAndAgain() async throws {
        try await Site.use { site in
            var all: [String] = []
            var (finished, interrupted): ([(id: String, text: String)], [String]) = ([], [])
            var queued: (id: String, text: String)?
            for round in 0..<10 {
                let daemon = try await site.serve("--workers", "1")
                // What was queued when the last daemon was killed is executed by this one.
                if let task = queued {
                    #expect(try await site.legwork("wait", task.id).code == 0)
                    finished.append(task)
                }
                for task in finished.suffix(4) {
                    #expect(try await site.status(task.id) == "completed")
                    let logs = try await site.legwork("logs", task.id)
                    #expect(logs.output == task.text, "\(logs)")
                }
                for id in interrupted.suffix(2) {
                    let task = try await site.json("show", id)["task"]
                    #expect(task?["status"] == "stopped" && task?["reason"] == "orphaned", "\(task?.json() ?? "nothing")")
                }
                let done = try await site.legwork("run", "-q", "--", "echo", "finished \(round)").output.trimmed
                finished.append((done, "finished \(round)\n"))
                let alone = try await site.legwork("run", "-b", "--", "sh", "-c", "echo up; exec sleep 3600").output.trimmed
                let first = try await site.legwork("run", "--queue", "default", "--", "sh", "-c", "echo up; exec sleep 3600").output.trimmed
                for id in [alone, first] {
                    let follower = try site.start("logs", "-f", id)
                    try await follower.view { $0.output == "up\n" }
                    try await follower.killNow()
                }
                interrupted += [alone, first]
                let second = try await site.legwork("run", "--queue", "default", "--", "echo", "queued \(round)").output.trimmed
                #expect(try await site.status(second) == "queued")
                queued = (second, "queued \(round)\n")
                all += [done, alone, first, second]
                try await daemon.killNow()
            }
            #expect(try await site.legwork("list", "-q", "--limit", "100").lines == all.reversed())
            let last = try #require(queued)
            #expect(try await site.legwork("wait", last.id).code == 0)
            for task in finished { #expect(try await site.legwork("logs", task.id).output == task.text) }
            let counts = try await site.json("stats")["tasks"]
            #expect(counts?["completed"]?.int == 20)
            #expect(counts?["stopped"]?.int == 20)
        }
    }

    @Test("killed in the middle of many acknowledgements, it keeps every task that it has acknowledged")
    func killedWhileWriting() async throws {
        try await Site.use { site in
            let daemon = try await site.serve()
            let children = try (0..<8).map { _ in
                try site.startShell(
                    "while id=$($legwork call --queue later list_tasks 2>/dev/null); do echo $id; [ -e stop ] && exit; done"
                )
            }
            for child in children { try await child.view { $0.lines.count >= 3 } }
            try Files.write(site.folder + "/stop", "")
            try await daemon.killNow()
            var acknowledged: Set<String> = []
            for child in children { acknowledged.formUnion(try await child.end().lines) }
            // On a busy machine there may be more than one page.
            var known: Set<String> = []
            var cursor: String?
            repeat {
                let page = try await site.json(["list", "--limit", "1000"] + (cursor.map { ["--cursor", $0] } ?? []))
                known.formUnion((page["tasks"]?.array ?? []).compactMap { $0["id"]?.string })
                cursor = page["next_cursor"]?.string
            } while cursor != nil
            #expect(acknowledged.isSubset(of: known), "\(acknowledged.subtracting(known)) are lost")
            #expect(acknowledged.count >= 24)
        }
    }

    @Test("told to stop, it ends what it runs, also what ignores SIGTERM; the tasks stand still and the queue goes on later")
    func terminated() async throws {
        try await Site.use { site in
            let daemon = try await site.serve("--workers", "1")
            let script = "trap '' TERM; echo up; while :; do sleep 0.1; done"
            let stubborn = try site.start("run", "--window", "none", "--", "sh", "-c", script)
            try await stubborn.view { $0.output == "up\n" }
            let first = try site.start("run", "--queue", "default", "--", "sh", "-c", "echo up; exec sleep 3600")
            let busy = try await first.end().output.trimmed
            let follower = try site.start("logs", "-f", busy)
            try await follower.view { $0.output == "up\n" }
            let queued = try await site.legwork("run", "--queue", "default", "--", "echo", "later").output.trimmed
            daemon.signal(SIGTERM)
            try await daemon.view { $0.error.contains("stopping") }
            // Who comes now is told to come again, or is served by the next daemon.
            let late = try await site.legwork("run", "-q", "--", "true")
            #expect(late.code == 0 || late.code == 4 && late.error.contains("shutting down"), "\(late)")
            try await daemon.view { $0.error.contains("stopped") }
            #expect(try await daemon.end().code == 0)
            // Whoever was watching is told, and does not hang.
            let view = try await stubborn.end()
            #expect(view.code != 0 && view.error.contains("legwork: "), "\(view)")
            #expect(Processes.running(script) == [])
            _ = try await follower.end()
            #expect(try await site.legwork("wait", queued).code == 0)
            for id in try await site.legwork("list", "-q", "--status", "stopped").lines {
                #expect(try await site.json("show", id)["task"]?["reason"] == "shutdown")
            }
            #expect(try await site.status(busy) == "stopped")
            #expect(try await site.json("stats")["tasks"]?["stopped"]?.int == 2)
        }
    }

    @Test("killed, it takes nobody with it who waits: they are told, with 4")
    func waiters() async throws {
        try await Site.use { site in
            let daemon = try await site.serve()
            let id = try await site.startGated()
            let follower = try site.start("logs", "-f", id)
            try await follower.view { $0.output == "started\n" }
            let run = try site.start("run", "--window", "none", "--", "sh", "-c", "echo up; exec sleep 3600")
            try await run.view { $0.output == "up\n" }
            try await daemon.killNow()
            for child in [follower, run] {
                let view = try await child.end()
                #expect(view.code == 4, "\(view)")
                #expect(view.error.contains("the daemon"), "\(view)")
            }
        }
    }

    @Test("one that hangs does not take its clients with it: they say so, with 4")
    func hanging() async throws {
        try await Site.use { site in
            let daemon = try await site.serve()
            let host = try site.start(["mcp"], hasInput: true)
            try await host.write(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"# + "\n")
            try await host.view { !$0.lines.isEmpty }
            daemon.signal(SIGSTOP)
            let children = try [["list"], ["stop"], ["run", "--", "true"]].map { try site.start($0) }
            for child in children {
                let view = try await child.end()
                #expect(view.code == 4, "\(view)")
                #expect(view.error.contains("does not answer") && view.error.contains("\(daemon.pid)"), "\(view)")
            }
            host.closeInput()
            #expect(try await host.end().code == 0)
            daemon.signal(SIGCONT)
            #expect(try await site.legwork("list").code == 0)
        }
    }

    @Test("one that has no room left says so, lives on, and loses nothing")
    func full() async throws {
        try await Site.use { site in
            // No file may grow beyond 2 MiB: what a full disk is to a writer.
            let daemon = try site.startShell("ulimit -f 4096; exec $legwork serve --detached")
            try await daemon.view { $0.output.contains("ready\n") }
            let filler = String(repeating: "x", count: 60_000)
            var kept: [String] = []
            var refusal: Child.View?
            while refusal == nil, kept.count < 200 {
                let view = try await site.legwork(
                    "call",
                    "--queue",
                    "nobody",
                    "run_command",
                    #"{"argv": ["true", "\#(filler)"], "cwd": "/"}"#
                )
                if view.code == 0 { kept.append(view.output.trimmed) } else { refusal = view }
            }
            let view = try #require(refusal, "nothing was refused")
            #expect(view.code == 1, "\(view)")
            #expect(view.error.contains("no room"), "\(view)")
            #expect(!kept.isEmpty)
            #expect(try await site.get("/health").json["pid"]?.int == Int(daemon.pid))
            #expect(try await Set(site.legwork("list", "-q", "--limit", "1000").lines) == Set(kept))
            daemon.signal(SIGTERM)
            #expect(try await daemon.end().code == 0)
            _ = try await site.serve("--workers", "8")
            #expect(try await Set(site.legwork("list", "-q", "--limit", "1000").lines).isSuperset(of: kept))
            // What was being executed when there was no room is known to have been interrupted; the rest goes on.
            let waited = try await site.start(["wait", "--json"] + kept).end()
            let settled = try JSONValue(parsing: waited.output)["settled"]?.array ?? []
            #expect(settled.count == kept.count)
            let stopped = settled.count { $0["status"] == "stopped" }
            #expect(stopped <= 4)
            #expect(settled.count { $0["status"] == "completed" } == kept.count - stopped)
        }
    }
}
