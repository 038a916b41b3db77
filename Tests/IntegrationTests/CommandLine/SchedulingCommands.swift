import LegworkCore
import Testing

@Suite("Scheduling commands")
struct SchedulingCommands {
    @Test("makes tasks again and again, shows them, pauses, runs now and is deleted")
    func life() async throws {
        try await Site.use { site in
            #expect(try await site.legwork("schedule", "list").output == "no schedules\n")
            let id =
                try await site.legwork(
                    "schedule",
                    "add",
                    "--every",
                    "1s",
                    "--name",
                    "tick",
                    "-q",
                    "--",
                    "sh",
                    "-c",
                    "echo hello from $HOME"
                ).lines.last ?? ""
            #expect(ScheduleID(id) != nil)
            #expect(try await site.legwork("schedule", "list").output.contains("every 1s"))
            _ = try await site.shell("until test $($legwork schedule show tick --json | grep -o '\"completed\"' | wc -l) -ge 2; do :; done")
            let paused = try await site.json("schedule", "pause", String(id.prefix(12)))
            #expect(paused["schedule"]?["status"] == "paused")
            let fired = try await site.json("schedule", "show", "tick")["schedule"]?["fired"]?.int ?? 0
            let task = try await site.legwork("schedule", "run", "tick").lines.last ?? ""
            #expect(try await site.legwork("wait", task).code == 0)
            #expect(try await site.legwork("logs", task).output.contains("hello from /"))
            #expect(try await site.json("schedule", "show", "tick")["schedule"]?["fired"]?.int == fired + 1)
            #expect(try await site.json("schedule", "resume", "tick")["schedule"]?["status"] == "active")
            #expect(try await site.legwork("schedule", "show", "tick", "--owner", "somebody").code == 3)
            #expect(try await site.legwork("schedule", "delete", "tick").lines.last == id)
            #expect(try await site.legwork("schedule", "list").output == "no schedules\n")
            #expect(try await site.legwork("show", task).code == 0)
        }
    }

    @Test("outlives the daemon, and tells what a watcher found and nothing else")
    func restart() async throws {
        try await Site.use { site in
            let daemon = try await site.serve()
            // Silent at first, then it has something to say.
            let watch = "test -e seen && echo it is there; touch seen; exit 0"
            _ = try await site.legwork(
                "schedule",
                "add",
                "--every",
                "1s",
                "--watch",
                "--name",
                "watch",
                "--cwd",
                site.folder,
                "--shell",
                watch
            )
            _ = try await site.legwork("schedule", "add", "--in", "2s", "--cwd", site.folder, "--name", "once", "--", "touch", "done")
            _ = try await site.shell("kill -9 \(daemon.pid)")
            _ = try await daemon.end()
            _ = try await site.serve()
            _ = try await site.shell("until test -e done && $legwork notices | grep -q 'it is there'; do :; done")
            _ = try await site.legwork("schedule", "pause", "watch")
            #expect(try await site.json("schedule", "show", "once")["schedule"]?["status"] == "ended")
            let tasks = try await site.json("schedule", "show", "watch", "-n", "1000")["tasks"]?.array ?? []
            let fired = try await site.json("schedule", "show", "watch")["schedule"]?["fired"]?.int ?? 0
            // At least the first left nothing.
            #expect(tasks.count < fired)
        }
    }

    @Test(
        "refuses what is no schedule, and says what to do",
        arguments: [
            (["add", "--", "true"], "exactly one of"), (["add", "--every", "5m"], "command is missing"),
            (["add", "--cron", "0 0 31 2 *", "--", "true"], "never happens"),
            (["add", "--rrule", "FREQ=YEARLY", "--", "true"], "not supported"),
            (["add", "--at", "2020-01-01T00:00", "--", "true"], "is over"),
            (["add", "--every", "5m", "--zone", "Nowhere", "--", "true"], "time zone"),
            (["add", "--every", "5m", "--tool", "nothing"], "no tool named"), (["add", "--in", "soon", "--", "true"], "length of time"),
            (["frobnicate"], "nothing that can be done"), (["show", "nothing"], "no schedule"), ([], "say what to do"),
        ]
    )
    func refusals(_ words: [String], _ reason: String) async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let view = try await site.start(["schedule"] + words).end()
            #expect(view.code == (words.first == "show" ? 3 : 2), "\(view)")
            #expect(view.error.contains(reason), "\(view.error)")
        }
    }
}
