import Glibc
import LegworkCore
import Testing

@Suite("Waiting for tasks and cancelling them")
struct WaitingAndCancelling {
    @Test("wait ends with 0 when all have completed, and with 1 when one has not")
    func all() async throws {
        try await Site.use { site in
            let good = try await site.legwork("run", "-q", "--", "true").output.trimmed
            let bad = try await site.legwork("run", "-q", "--", "false").output.trimmed
            let gated = try await site.startGated()
            let waiting = try site.start("wait", "-q", good, gated)
            try site.open()
            let view = try await waiting.end()
            #expect(view.code == 0, "\(view)")
            #expect(Set(view.lines) == [good, gated])
            #expect(try await site.legwork("wait", good, bad).code == 1)
        }
    }

    @Test("wait --any returns with the first")
    func any() async throws {
        try await Site.use { site in
            let gated = try await site.startGated()
            let good = try await site.legwork("run", "-q", "--", "true").output.trimmed
            let view = try await site.legwork("wait", "--any", "--quiet", gated, good)
            #expect(view.code == 0)
            #expect(view.lines == [good])
            let json = try await site.json("wait", "--any", gated, good)
            #expect(json["pending"]?[0]?["id"]?.string == gated)
            #expect(json["timed_out"] == false)
        }
    }

    @Test("wait --timeout ends with 124 and does nothing to the task")
    func timeout() async throws {
        try await Site.use { site in
            let gated = try await site.startGated()
            for time in ["100ms", "0"] {
                let view = try await site.legwork("wait", "--timeout", time, gated)
                #expect(view.code == 124, "\(view)")
                #expect(view.output.contains("running"))
            }
            #expect(try await site.status(gated) == "running")
            for time in ["-1s", "soon", "1e99", "nan", "inf", "8d"] {
                #expect(try await site.legwork("wait", "--timeout", time, gated).code == 2, "\(time)")
            }
        }
    }

    @Test("wait goes on when the daemon is killed or stopped meanwhile, and starts the next one", arguments: [SIGKILL, SIGTERM])
    func daemonEnds(_ number: Int32) async throws {
        try await Site.use { site in
            let daemon = try await site.serve("--workers", "1")
            try site.pipes.make("gate")
            let script = "echo up; [ -e again ] || { touch again; read line <gate; }"
            let first = try await site.legwork("run", "--queue", "default", "--", "sh", "-c", script).output.trimmed
            let second = try await site.legwork("run", "--queue", "default", "--", "echo", "later").output.trimmed
            let waiting = try site.start("wait", "-q", second)
            let interrupted = try site.start("wait", "--timeout", "1h", first)
            let follower = try site.start("logs", "-f", first)
            try await follower.view { $0.output == "up\n" }
            // Both are at the daemon once each has its connection.
            try await site.waitUntilConnected(waiting, interrupted)
            daemon.signal(number)
            let view = try await waiting.end()
            #expect(view.code == 0, "\(view)")
            #expect(view.lines == [second])
            let other = try await interrupted.end()
            #expect(other.code == 1 && other.output.contains("stopped"), "\(other)")
            try await daemon.view { $0.code != nil }
        }
    }

    @Test("cancel --wait ends a whole tree, also what has left its session and what ignores SIGTERM")
    func tree() async throws {
        try await Site.use { site in
            let marker = "3600.\(getpid())\(UInt32.random(in: 0..<1_000_000))"
            let script = """
                sleep \(marker) & setsid sleep \(marker) & (trap '' TERM; sleep \(marker)) & \
                setsid sh -c 'sleep \(marker) & echo ready; wait' & wait
                """
            let child = try site.start("run", "--window", "none", "--", "sh", "-c", script)
            try await child.view { $0.output == "ready\n" }
            let id = try await site.legwork("list", "-q").output.trimmed
            let view = try await site.legwork("cancel", "--wait", id)
            #expect(view.code == 0, "\(view)")
            #expect(view.output == "\(id)  cancelled\n")
            #expect(Processes.running(marker) == [])
            #expect(try await site.status(id) == "cancelled")
            #expect(try await child.end().code == 130)
        }
    }

    @Test("cancel takes a queued task out of its queue, and says when a task had ended")
    func dispositions() async throws {
        try await Site.use { site in
            _ = try await site.serve("--workers", "1")
            try site.pipes.make("gate")
            let first = try await site.legwork("run", "--queue", "default", "--", "sh", "-c", "read line <gate").output.trimmed
            let second = try await site.legwork("run", "--queue", "default", "--", "touch", "must-not-exist").output.trimmed
            let json = try await site.json("cancel", second)
            #expect(json["disposition"] == "cancelled_before_start")
            #expect(json["task"]?["status"] == "cancelled")
            try site.open()
            #expect(try await site.legwork("wait", first).code == 0)
            #expect(try await site.json("cancel", first)["disposition"] == "already_finished")
            let again = try await site.legwork("cancel", first, second)
            #expect(again.code == 0)
            #expect(again.output == "\(first)  had ended already: completed\n\(second)  had ended already: cancelled\n")
            #expect(try await site.legwork("cancel", "-q", first).lines == [first])
            #expect(!Files.exists(site.folder + "/must-not-exist"))
        }
    }
}
