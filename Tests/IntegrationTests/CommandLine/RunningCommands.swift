import Glibc
import LegworkCore
import Testing

@Suite("legwork run")
struct RunningCommands {
    struct Ending: Sendable, CustomTestStringConvertible {
        let line: String
        let code: Int32
        var testDescription: String { line }
    }

    @Test(
        "ends with the command's own exit code",
        arguments: [
            Ending(line: "exit 0", code: 0), Ending(line: "exit 3", code: 3), Ending(line: "exit 255", code: 255),
            Ending(line: "kill -9 $$", code: 137), Ending(line: "kill -TERM $$", code: 143), Ending(line: "kill -SEGV $$", code: 139),
        ]
    )
    func exitCode(_ ending: Ending) async throws {
        try await Site.use { site in
            let view = try await site.legwork("run", "--", "sh", "-c", ending.line)
            #expect(view.code == ending.code, "\(view)")
        }
    }

    @Test("prints the output as it comes, both streams in the order in which they were written")
    func streams() async throws {
        try await Site.use { site in
            try site.pipes.make("gate")
            let child = try site.start("run", "--", "sh", "-c", "echo one; echo two >&2; read line <gate; echo $line")
            // Nothing more comes before the gate is opened: these lines were not held back until the end.
            try await child.view { $0.output == "one\ntwo\n" }
            try site.open("gate", "three")
            let view = try await child.end()
            #expect(view.output == "one\ntwo\nthree\n")
            #expect(view.error == "")
            #expect(view.code == 0)
        }
    }

    @Test("prints every byte of a large output, in order")
    func largeOutput() async throws {
        try await Site.use { site in
            let view = try await site.legwork("run", "--", "seq", "1", "300000")
            #expect(view.code == 0)
            #expect(view.output == (1...300_000).map { "\($0)\n" }.joined())
        }
    }

    @Test("prints bytes that are no text as they are")
    func binaryOutput() async throws {
        try await Site.use { site in
            let view = try await site.legwork("run", "--", "printf", #"\377\000\200a"#)
            #expect(view.outputBytes == [0xFF, 0, 0x80, 0x61])
        }
    }

    @Test("leaves a command that outlasts its window to itself: the id is the last line, the code 75")
    func window() async throws {
        try await Site.use { site in
            try site.pipes.make("gate")
            let view = try await site.legwork("run", "--window", "200ms", "--", "sh", "-c", "echo started; read line <gate; echo $line")
            #expect(view.code == 75, "\(view)")
            #expect(view.lines.first == "started")
            let id = try #require(view.lines.last)
            #expect(id.hasPrefix("task_"))
            #expect(view.error.contains("legwork wait \(id)"))
            #expect(try await site.status(id) == "running")
            try site.open()
            #expect(try await site.legwork("wait", id).code == 0)
            #expect(try await site.legwork("logs", id).output == "started\ndone\n")
        }
    }

    @Test("waits to the end of a command with --window none, and hands over at once with --window 0")
    func windowExtremes() async throws {
        try await Site.use { site in
            let task = try await site.legwork("run", "--window", "0", "--", "sleep", "3600")
            #expect(task.code == 75, "\(task)")
            let whole = try await site.legwork("run", "--window", "none", "--", "sh", "-c", "echo all")
            #expect(whole.code == 0)
            #expect(whole.output == "all\n")
        }
    }

    @Test("prints only an id with --background and --queue")
    func background() async throws {
        try await Site.use { site in
            for options in [["--background"], ["-b"], ["--queue", "default"], ["--queue", "default", "--background"]] {
                let view = try await site.start(["run"] + options + ["--", "echo", "hello"]).end()
                #expect(view.code == 0)
                #expect(view.lines.count == 1)
                let id = try #require(view.lines.last)
                #expect(try await site.legwork("wait", id).code == 0)
                #expect(try await site.legwork("logs", id).output == "hello\n")
            }
        }
    }

    @Test("gives the command its caller's folder and variables, not the daemon's")
    func surroundings() async throws {
        try await Site.use { site in
            // The daemon is started from elsewhere, with another variable.
            #expect(try await site.start(["list"], adding: ["COLOUR": "daemon"], in: "/").end().code == 0)
            mkdir(site.folder + "/inner", 0o755)
            let view = try await site.start(
                ["run", "--", "sh", "-c", #"pwd; echo "$COLOUR""#],
                adding: ["COLOUR": "caller"],
                in: site.folder + "/inner"
            ).end()
            #expect(view.output == "\(site.folder)/inner\ncaller\n")
            let without = try await site.start(["run", "--", "sh", "-c", #"echo "[$COLOUR]""#]).end()
            #expect(without.output == "[]\n")
            let chosen = try await site.legwork("run", "--cwd", "inner", "--", "pwd")
            #expect(chosen.output == "\(site.folder)/inner\n")
        }
    }

    @Test("finds a command in its caller's PATH")
    func path() async throws {
        try await Site.use { site in
            mkdir(site.folder + "/bin", 0o755)
            try Files.write(site.folder + "/bin/only-here", "#!/bin/sh\necho found\n")
            chmod(site.folder + "/bin/only-here", 0o755)
            let view = try await site.start(["run", "--", "only-here"], adding: ["PATH": site.folder + "/bin:/usr/bin:/bin"]).end()
            #expect(view.output == "found\n", "\(view)")
        }
    }

    @Test("hands standard input on with --stdin, and none without it")
    func input() async throws {
        try await Site.use { site in
            let child = try site.start(["run", "--stdin", "--", "tr", "a-z", "A-Z"], hasInput: true)
            try await child.write("what comes\nin\n")
            child.closeInput()
            #expect(try await child.end().output == "WHAT COMES\nIN\n")

            let without = try site.start(["run", "--", "cat"], hasInput: true)
            // It may have ended by now, for it reads nothing.
            try? await without.write("nobody reads this")
            let view = try await without.end()
            #expect(view.code == 0)
            #expect(view.output == "")
        }
    }

    @Test("refuses standard input that is no text or too much of it, and says what to do")
    func badInput() async throws {
        try await Site.use { site in
            let binary = try site.start(["run", "--stdin", "--", "cat"], hasInput: true)
            try await binary.write([0xFF, 0xFE])
            binary.closeInput()
            let view = try await binary.end()
            #expect(view.code == 2)
            #expect(view.error.contains("UTF-8"))
            let large = try await site.shell("head -c 11000000 /dev/zero | $legwork run --stdin -- cat")
            #expect(large.code == 2)
            #expect(large.error.contains("10 MiB"))
        }
    }

    @Test("ends a command that takes longer than --timeout, with 124, also one that makes an exit code of it")
    func timeout() async throws {
        try await Site.use { site in
            let plain = try await site.legwork("run", "--timeout", "300ms", "--", "sleep", "3600")
            #expect(plain.code == 124, "\(plain)")
            #expect(plain.error.contains("timed out"), "\(plain)")
            let polite = try await site.legwork(
                "run",
                "--timeout",
                "300ms",
                "--",
                "sh",
                "-c",
                "trap 'exit 0' TERM; while :; do sleep 0.05; done"
            )
            #expect(polite.code == 124, "\(polite)")
            #expect(Processes.running("3600").allSatisfy { !Processes.mentioning(site.folder).contains($0) })
        }
    }

    @Test("says that a command cannot be started, with 127", arguments: ["no-such-command-anywhere", "./missing", "/etc/passwd", "/tmp"])
    func cannotStart(_ command: String) async throws {
        try await Site.use { site in
            let view = try await site.legwork("run", "--", command)
            #expect(view.code == 127, "\(view)")
            #expect(view.error.contains(command))
            #expect(view.output == "")
        }
    }

    @Test("takes a line of the shell with --shell")
    func shell() async throws {
        try await Site.use { site in
            let view = try await site.legwork("run", "--shell", "echo a b | tr ' ' '\\n'; exit 4")
            #expect(view.output == "a\nb\n")
            #expect(view.code == 4)
            #expect(try await site.legwork("run", "--shell", "true", "--", "true").code == 2)
            #expect(try await site.legwork("run").code == 2)
        }
    }

    @Test("prints the task alone with --json and --quiet, with the command's own code")
    func styles() async throws {
        try await Site.use { site in
            let json = try await site.legwork("run", "--json", "--", "sh", "-c", "echo out; exit 5")
            #expect(json.code == 5)
            let task = try JSONValue(parsing: json.output)["task"]
            #expect(task?["status"] == "failed")
            #expect(task?["result"]?["structuredContent"]?["exit_code"]?.int == 5)
            let quiet = try await site.legwork("run", "--quiet", "--", "echo", "out")
            #expect(quiet.lines.count == 1)
            #expect(try await site.status(quiet.output.trimmed) == "completed")
            for style in ["--json", "--quiet"] {
                let left = try await site.legwork("run", style, "--window", "50ms", "--", "sleep", "3600")
                #expect(left.code == 75)
                let id = style == "--json" ? try JSONValue(parsing: left.output)["task"]?["id"]?.string : left.output.trimmed
                #expect(try await site.status(id ?? "") == "running")
            }
        }
    }
}
