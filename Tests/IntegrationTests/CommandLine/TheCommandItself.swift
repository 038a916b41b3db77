import LegworkCore
import Testing

@Suite("The command legwork")
struct TheCommandItself {
    private static let commands = [
        "run", "call", "list", "show", "logs", "wait", "cancel", "stats", "tools", "serve", "stop", "mcp", "doctor", "version",
    ]

    @Test("explains itself and each of its commands without a daemon")
    func help() async throws {
        try await Site.use { site in
            for words in [["help"], ["--help"], ["-h"]] {
                let view = try await site.start(words).end()
                #expect(view.code == 0)
                for command in Self.commands { #expect(view.output.contains("  \(command) "), "\(command)") }
            }
            for command in Self.commands {
                let asked = try await site.legwork("help", command)
                let given = try await site.legwork(command, "--help")
                #expect(asked.code == 0 && asked.output == given.output, "\(command)")
                #expect(asked.output.contains("Usage: legwork \(command)"))
            }
            #expect(!Files.exists(site.state))
        }
    }

    @Test("names what was perhaps meant", arguments: [(["lst"], "list"), (["list", "--limt", "3"], "--limit"), (["doctr"], "doctor")])
    func didYouMean(_ words: [String], _ meant: String) async throws {
        try await Site.use { site in
            let view = try await site.start(words).end()
            #expect(view.code == 2)
            #expect(view.error.contains("did you mean '\(meant)'"), "\(view)")
        }
    }

    @Test(
        "refuses a command line that makes no sense, with 2, before it starts a daemon",
        arguments: [
            [], ["xyzzy"], ["show"], ["show", "a", "b"], ["wait"], ["cancel"], ["run", "-x"], ["run", "--name"],
            ["run", "--json=1", "true"],
        ]
    )
    func usage(_ words: [String]) async throws {
        try await Site.use { site in
            let view = try await site.start(words).end()
            #expect(view.code == 2, "\(view)")
            #expect(!view.error.isEmpty && view.output.isEmpty, "\(view)")
            #expect(!Files.exists(site.state + "/daemon.sock"))
        }
    }

    @Test("tells its version in three ways")
    func version() async throws {
        try await Site.use { site in
            let version = try await site.json("version")["version"]?.string ?? ""
            #expect(version.split(separator: ".").count == 3)
            #expect(try await site.legwork("version").output == "legwork \(version)\n")
            #expect(try await site.legwork("--version").output == "legwork \(version)\n")
            #expect(try await site.legwork("version", "-q").output == "\(version)\n")
        }
    }

    @Test("doctor finds everything in order, and says what is not")
    func doctor() async throws {
        try await Site.use { site in
            let view = try await site.legwork("doctor")
            #expect(view.code == 0, "\(view)")
            #expect(view.lines.allSatisfy { $0.hasPrefix("ok ") || $0.hasPrefix("note ") }, "\(view)")
            let json = try await site.json("doctor")
            #expect(json["ok"] == true)
            #expect(try await site.legwork("doctor", "-q").output == "")
            try Files.write(site.folder + "/file", "")
            let bad = try await site.legwork("doctor", "--json", "--state", site.folder + "/file")
            #expect(bad.code == 1)
            #expect(try JSONValue(parsing: bad.output)["ok"] == false)
        }
    }

    @Test("stats counts by status")
    func stats() async throws {
        try await Site.use { site in
            try await site.legwork("run", "--", "true")
            try await site.legwork("run", "--", "false")
            let json = try await site.json("stats")
            #expect(json["tasks"]?["completed"]?.int == 1)
            #expect(json["tasks"]?["failed"]?.int == 1)
            #expect(try await site.legwork("stats", "-q").output == "2\n")
            let table = try await site.legwork("stats")
            #expect(table.lines.contains { $0.hasPrefix("total") && $0.hasSuffix(" 2") }, "\(table)")
        }
    }

    @Test("tools lists what can be called, with schemas in JSON")
    func tools() async throws {
        try await Site.use { site in
            let names = try await site.legwork("tools", "-q").lines
            #expect(names.contains("run_command") && names.contains("await_task"))
            let json = try await site.json("tools")
            #expect(json["tools"]?.array?.compactMap { $0["name"]?.string } == names)
            #expect(json["tools"]?[0]?["input_schema"]?["type"] == "object")
            let table = try await site.legwork("tools")
            #expect(names.allSatisfy { table.lines.contains($0) }, "\(table)")
        }
    }

    @Test("stop ends the daemon, and is content when there is none")
    func stop() async throws {
        try await Site.use { site in
            let none = try await site.legwork("stop")
            #expect(none.code == 0 && none.output.contains("no daemon"))
            let daemon = try await site.serve()
            #expect(try await site.legwork("stop").output == "stopped\n")
            #expect(try await daemon.end().code == 0)
            #expect(!Files.exists(site.socket))
        }
    }
}
