import Glibc
import LegworkCore
import Testing

@Suite("legwork logs")
struct ReadingOutput {
    @Test("follows a running command to its end, from the first byte on")
    func follow() async throws {
        try await Site.use { site in
            let id = try await site.startGated()
            let child = try site.start("logs", "-f", id)
            try await child.view { $0.output == "started\n" }
            try site.open("gate", "the end")
            let view = try await child.end()
            #expect(view.code == 0)
            #expect(view.output == "started\nthe end\n")
            // What has ended is followed to its end at once.
            #expect(try await site.legwork("logs", "--follow", id).output == "started\nthe end\n")
        }
    }

    @Test("a follower is told when the rest of the output cannot be read")
    func unreadable() async throws {
        try await Site.use { site in
            let id = try await site.startGated()
            let child = try site.start("logs", "-f", id)
            try await child.view { $0.output == "started\n" }
            let file = "\(site.state)/outputs/\(id).log"
            unlink(file)
            mkdir(file, 0o700)
            try site.open()
            let view = try await child.end()
            #expect(view.code == 4 && view.error.contains("ended before"), "\(view)")
            #expect(Files.text(site.state + "/daemon.log").contains("/output: "))
        }
    }

    @Test("prints the last lines with -n, and goes on from there with -f")
    func tail() async throws {
        try await Site.use { site in
            let id = try await site.legwork("run", "-q", "--", "seq", "10").output.trimmed
            #expect(try await site.legwork("logs", "-n", "3", id).output == "8\n9\n10\n")
            #expect(try await site.legwork("logs", "-n3", id).output == "8\n9\n10\n")
            #expect(try await site.legwork("logs", "-n", "0", id).output == "")
            #expect(try await site.legwork("logs", "-n", "99", id).lines.count == 10)
            #expect(try await site.legwork("logs", "-n", "-1", id).code == 2)
            let open = try await site.legwork("run", "-q", "--", "printf", "a\nb").output.trimmed
            #expect(try await site.legwork("logs", "-n", "1", open).output.trimmed == "b")

            let gated = try await site.startGated()
            let child = try site.start("logs", "-f", "-n", "1", gated)
            try await child.view { $0.output == "started\n" }
            try site.open()
            #expect(try await child.end().output == "started\ndone\n")
        }
    }

    @Test("prints what there is of a running command, and nothing of a silent one")
    func now() async throws {
        try await Site.use { site in
            let silent = try await site.legwork("run", "-q", "--", "true").output.trimmed
            let view = try await site.legwork("logs", silent)
            #expect(view.code == 0 && view.outputBytes.isEmpty && view.error.isEmpty, "\(view)")
        }
    }

    @Test("ends also when the command goes on writing")
    func talkative() async throws {
        try await Site.use { site in
            // It writes a lot and rests: without that it takes a processor from all other tests, and there is ever more to print.
            let script = "burst=$(printf %08192d 0); while :; do echo $burst; sleep 0.002; done"
            let id = try await site.legwork("run", "-b", "--shell", script).output.trimmed
            let follower = try site.start("logs", "-f", id)
            try await follower.view { $0.outputBytes.count > 1 << 16 }
            try await follower.killNow()
            #expect(try await site.shell("$legwork logs \(id) >/dev/null").code == 0)
            #expect(try await site.status(id) == "running")
            try await site.legwork("cancel", "--wait", id)
        }
    }

    @Test("prints a large output whole, byte by byte")
    func large() async throws {
        try await Site.use { site in
            let id = try await site.legwork("run", "-q", "--", "seq", "1", "500000").output.trimmed
            let view = try await site.legwork("logs", id)
            #expect(view.output == (1...500_000).map { "\($0)\n" }.joined())
        }
    }

    @Test("a follower of a queued task waits for its beginning")
    func queued() async throws {
        try await Site.use { site in
            let daemon = try await site.serve("--workers", "1")
            try site.pipes.make("gate")
            try await site.legwork("run", "--queue", "default", "--", "sh", "-c", "read line <gate")
            let id = try await site.legwork("run", "--queue", "default", "--", "echo", "I waited").output.trimmed
            #expect(try await site.status(id) == "queued")
            let child = try site.start("logs", "-f", id)
            try site.open()
            #expect(try await child.end().output == "I waited\n")
            try await daemon.killNow()
        }
    }
}
