import Glibc
import LegworkCore
import Testing

@Suite("Leaving legwork run while its command runs")
struct LeavingRunningCommands {
    private static let line = "echo started; trap '' HUP; read line <gate; echo $line"

    private func startRun(_ site: Site, _ options: [String] = []) async throws -> Child {
        try site.pipes.make("gate")
        let child = try site.start(["run"] + options + ["--", "sh", "-c", Self.line])
        try await child.view { $0.output.contains("started\n") }
        return child
    }

    private func onlyTask(_ site: Site) async throws -> String {
        let ids = try await site.legwork("list", "--quiet").lines
        try #require(ids.count == 1)
        return ids[0]
    }

    @Test("Ctrl-C cancels the command and ends with 130")
    func interrupt() async throws {
        try await Site.use { site in
            let child = try await startRun(site)
            child.signal(SIGINT)
            let view = try await child.end()
            #expect(view.code == 130, "\(view)")
            #expect(view.error.contains("cancel"))
            #expect(try await site.status(onlyTask(site)) == "cancelled")
        }
    }

    @Test("Ctrl-C ends with 130 also when the command makes an exit code of the signal")
    func interruptPolite() async throws {
        try await Site.use { site in
            let child = try site.start("run", "--", "sh", "-c", "trap 'echo bye; exit 0' TERM; echo started; sleep 3600 & wait")
            try await child.view { $0.output.contains("started\n") }
            child.signal(SIGINT)
            let view = try await child.end()
            #expect(view.code == 130, "\(view)")
            #expect(view.output.contains("bye\n"), "\(view)")
            #expect(try await site.status(onlyTask(site)) == "cancelled")
        }
    }

    @Test("a second Ctrl-C does not wait for a command that is slow to stop")
    func interruptTwice() async throws {
        try await Site.use { site in
            let child = try site.start("run", "--", "sh", "-c", "trap '' TERM; echo started; while :; do sleep 1; done")
            try await child.view { $0.output.contains("started\n") }
            child.signal(SIGINT)
            try await child.view { $0.error.contains("cancelling") }
            child.signal(SIGINT)
            #expect(try await child.end().code == 130)
        }
    }

    @Test("a client that is killed or loses its terminal leaves the command running", arguments: [SIGKILL, SIGHUP, SIGTERM])
    func killed(_ number: Int32) async throws {
        try await Site.use { site in
            let child = try await startRun(site, ["--window", "none"])
            child.signal(number)
            #expect(try await child.end().code == 128 + number)
            let id = try await onlyTask(site)
            #expect(try await site.status(id) == "running")
            try site.open()
            #expect(try await site.legwork("wait", id).code == 0)
            #expect(try await site.legwork("logs", id).output == "started\ndone\n")
        }
    }

    @Test(
        "the id is the last line, alone, whatever the command was writing",
        arguments: ["printf 'working… '; exec sleep 3600", "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done"]
    )
    func idIsLast(_ line: String) async throws {
        try await Site.use { site in
            let view = try await site.legwork("run", "--window", "500ms", "--shell", line)
            #expect(view.code == 75, "\(view.error)")
            let id = try await onlyTask(site)
            #expect(view.lines.last == id && view.output.hasSuffix("\n"), "\(view.output.suffix(200))")
            try await site.legwork("cancel", "--wait", id)
        }
    }

    @Test("a terminal is given back also when a signal or a broken pipe ends the client", arguments: [SIGPIPE, SIGTERM, SIGHUP, SIGQUIT])
    func terminalAtSuddenEnd(_ number: Int32) async throws {
        try await Site.use { site in
            try site.pipes.make("gate")
            let terminal = try Terminal()
            let before = terminal.localFlags
            let script = "echo one; read line <gate; echo two; echo three; read line <gate"
            let run = "exec \(Product.path) run --window none -- sh -c '\(script)'"
            let child = try Child(
                ["/usr/bin/setsid", "--ctty", "sh", "-c", number == SIGPIPE ? run.dropFirst(5) + " | head -n 1" : run],
                environment: site.environment,
                folder: site.folder,
                terminal: terminal.slave
            )
            try await child.view { $0.output == "one\n" }
            #expect(terminal.localFlags != before)
            if number == SIGPIPE { try site.open() } else { child.signal(number) }
            #expect(try await child.end().code == (number == SIGPIPE ? 0 : 128 + number))
            #expect(terminal.localFlags == before)
            #expect(try await site.status(onlyTask(site)) == "running")
        }
    }

    @Test("a reader that leaves the pipe ends the client, not the command")
    func brokenPipe() async throws {
        try await Site.use { site in
            try site.pipes.make("gate")
            let child = try site.startShell(
                "$legwork run --window none -- sh -c 'echo one; read line <gate; echo two; echo three' | head -n 1"
            )
            try await child.view { $0.output == "one\n" }
            try site.open()
            #expect(try await child.end().code == 0)
            let id = try await onlyTask(site)
            #expect(try await site.legwork("wait", id).code == 0)
            #expect(try await site.legwork("logs", id).output == "one\ntwo\nthree\n")
        }
    }

    @Test("Ctrl-B at a terminal leaves with 75 and gives the terminal back as it was", arguments: [false, true])
    func detach(after window: Bool) async throws {
        try await Site.use { site in
            try site.pipes.make("gate")
            let terminal = try Terminal()
            let before = terminal.localFlags
            let child = try Child(
                ["/usr/bin/setsid", "--ctty", Product.path, "run", "--window", window ? "300ms" : "none", "--", "sh", "-c", Self.line],
                environment: site.environment,
                folder: site.folder,
                terminal: terminal.slave
            )
            try await child.view { $0.output.contains("started\n") }
            if !window {
                #expect(terminal.localFlags & tcflag_t(ICANON | ECHO) == 0)
                // Other keys mean nothing.
                terminal.type("x\u{02}")
            }
            let view = try await child.end()
            #expect(view.code == 75, "\(view)")
            #expect(view.error.contains(window ? "still running" : "detached"))
            #expect(terminal.localFlags == before)
            let id = try #require(view.lines.last)
            #expect(try await site.status(id) == "running")
            try site.open()
            #expect(try await site.legwork("wait", id).code == 0)
        }
    }

    @Test("Ctrl-C at a terminal cancels and gives the terminal back")
    func interruptAtTerminal() async throws {
        try await Site.use { site in
            let terminal = try Terminal()
            let before = terminal.localFlags
            let child = try Child(
                ["/usr/bin/setsid", "--ctty", Product.path, "run", "--", "sh", "-c", "echo started; sleep 3600"],
                environment: site.environment,
                folder: site.folder,
                terminal: terminal.slave
            )
            try await child.view { $0.output.contains("started\n") }
            terminal.type("\u{03}")
            #expect(try await child.end().code == 130)
            #expect(terminal.localFlags == before)
            #expect(try await site.status(onlyTask(site)) == "cancelled")
        }
    }
}
