import LegworkCore
import Testing

@Suite("Being told what became of tasks")
struct BeingTold {
    @Test("notices tell how tasks ended until somebody says that he knows, or has seen it")
    func notices() async throws {
        try await Site.use { site in
            #expect(try await site.legwork("notices").output == "no notices\n")
            let good = try await site.start(["run", "--background", "-q", "--", "sh", "-c", "echo all well"]).end().lines.last ?? ""
            // The end of the task is there when the second one is: one store, one order.
            let bad = try await site.startGated("gate", "-q")
            try site.open()
            #expect(try await site.legwork("wait", bad).code == 0)
            _ = try await site.shell("until $legwork notices -q | grep -q \(good); do :; done")
            let shown = try await site.legwork("notices")
            #expect(shown.lines.count == 1)
            #expect(shown.output.contains("completed") && shown.output.contains("all well"), "\(shown)")
            #expect(try await site.json("notices")["notices"]?[0]?["task"] == .string(good))
            // A look changes nothing.
            #expect(try await site.legwork("notices", "-q", "--owner", "somebody").output == "")
            #expect(try await site.legwork("notices", "--done").lines.count == 1)
            #expect(try await site.legwork("notices").output == "no notices\n")
        }
    }

    @Test("a program is run with the notices on its input when nobody listens, also for those of a daemon that was killed")
    func wakeCommand() async throws {
        try await Site.use { site in
            let program = site.folder + "/wake"
            _ = try await site.shell(
                "printf '#!/bin/sh\\ncat >woken.new; echo >>woken.new; echo $LEGWORK_OWNER >>woken.new; mv woken.new woken\\n' >wake; chmod +x wake"
            )
            let daemon = try await site.serve("--wake-command", program)
            let id = try await site.start(["run", "--background", "-q", "--", "echo", "hello"]).end().lines.last ?? ""
            _ = try await site.shell("until test -e woken || test -e $HOME/woken; do :; done; rm -f woken $HOME/woken")
            _ = try await site.shell("kill -9 \(daemon.pid)")
            _ = try await daemon.end()
            _ = try await site.serve("--wake-command", program)
            let woken = try await site.shell("until test -e woken; do :; done; cat woken")
            let input = try JSONValue(parsing: woken.lines.first ?? "")
            #expect(input["owner"] == "local")
            #expect(input["notices"]?[0]?["task"] == .string(id))
            #expect(woken.lines.last == "local")
        }
    }

    @Test(
        "a wake-up that cannot work is refused at the start",
        arguments: [
            ["--wake-command", "/nowhere/at-all"], ["--wake-url", "ftp://example.org/"], ["--wake-url", "http://a", "--wake-command", "b"],
        ]
    )
    func badWakeUp(options: [String]) async throws {
        try await Site.use { site in
            let view = try await site.start(["serve"] + options).end()
            #expect(view.code != 0)
            #expect(!view.error.isEmpty)
        }
    }

    @Test("an agent that speaks MCP is told with its next answer what became of its tasks, and not of those of others")
    func reminder() async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "200ms")
            try site.pipes.make("gate")
            let (host, other) = (try MCPHost(site), try MCPHost(site))
            for client in [host, other] { try await client.initialize() }
            let ticket = try await host.ask("tools/call", .object(MCPHost.call("read line <gate; echo $line", in: site)), id: 1)
            let id = try #require(ticket["result"]?["structuredContent"]?["task_id"]?.string)
            try site.open("gate", "the end")
            _ = try await site.shell("until $legwork notices -q | grep -q \(id); do :; done")
            let quick = JSONValue.object(MCPHost.call("true", in: site))
            let strange = try await other.ask("tools/call", quick, id: 1)["result"]?["content"]
            #expect(strange?.array?.count == 1, "\(strange?.json() ?? "")")
            let told = try await host.ask("tools/call", quick, id: 2)["result"]?["content"]
            #expect(told?.array?.count == 2)
            #expect(told?[1]?["text"]?.string?.contains("\(id) completed") == true, "\(told?.json() ?? "")")
            #expect(try await host.ask("tools/call", quick, id: 3)["result"]?["content"]?.array?.count == 1)
        }
    }
}
