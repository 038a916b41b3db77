import LegworkCore
import LegworkTestKit
import Testing

@Suite("Steering tasks from the command line")
struct SteeringTasks {
    @Test("tree shows what a task has made, and --cancel asks all of it to stop")
    func tree() async throws {
        let slow = ChatEndpoint.call("run_command", ["shell": "echo up > \"$HOME/up\"; exec sleep 3600"])
        try await ChatEndpoint.use([slow]) { endpoint in
            try await Site.use { site in
                #expect(try await site.shell("mkdir -p state && chmod 700 state").code == 0)
                try Files.write(site.folder + "/key", "sk-of-the-test")
                let agent: JSONValue = [
                    "kind": "chat", "name": "helper", "base_url": .string(endpoint.url), "model": "m", "granted": ["*"],
                    "key": ["file": .string(site.folder + "/key")],
                ]
                try Files.write(site.state + "/agents.json", JSONValue.object(["agents": [agent]]).json())
                try site.pipes.make("up")
                let task = try await site.legwork("call", "--background", "helper", #"{"prompt": "Sleep."}"#).output.trimmed
                try await site.pipes.hear("up")

                let answer = try await site.json("tree", task)
                #expect(answer["task"]?["id"]?.string == task)
                let child = try #require(answer["descendants"]?[0])
                #expect(child["tool"] == "run_command" && child["parent"]?.string == task, "\(answer)")
                let lines = try await site.legwork("tree", task).lines
                #expect(lines.count == 2 && lines[0].hasPrefix(task.prefix(15)) && lines[1].hasPrefix("  task_"), "\(lines)")
                #expect(try await site.legwork("tree", "-q", task).lines == [task, child["id"]?.string ?? ""])

                #expect(try await site.legwork("tree", "--cancel", task).output == "2 tasks asked to stop\n")
                _ = try await site.legwork("wait", task, child["id"]?.string ?? "")
                #expect(try await site.status(task) == "cancelled")
                #expect(try await site.legwork("tree", "--cancel", task).output == "0 tasks asked to stop\n")
                #expect(try await site.legwork("tree", "--owner", "other", task).code == 3)
            }
        }
    }

    @Test("resume refuses what cannot go on, and says why")
    func resume() async throws {
        try await Site.use { site in
            let done = try await site.legwork("run", "-q", "--", "true").output.trimmed
            let ended = try await site.legwork("resume", done)
            #expect(ended.code == 1 && ended.error.contains("call its tool again"), "\(ended)")
            #expect(try await site.legwork("resume", done, "{").code == 2)
            #expect(try await site.legwork("resume").code == 2)
            #expect(try await site.legwork("resume", "task_none").code == 3)
            let running = try await site.startGated()
            // What runs is left alone.
            #expect(try await site.legwork("resume", "-q", running).output.trimmed == running)
            try site.open()
            #expect(try await site.legwork("wait", running).code == 0)
        }
    }

    @Test("answer and send say so when a task asks nothing and takes no messages")
    func nothingAsked() async throws {
        try await Site.use { site in
            let running = try await site.startGated()
            #expect(try await site.legwork("answer", running).output == "it asks nothing\n")
            let unasked = try await site.legwork("answer", running, #"{"colour": "red"}"#)
            #expect(unasked.code == 1 && unasked.error.contains("'colour'"), "\(unasked)")
            let declined = try await site.legwork("answer", "--decline", "colour", running)
            #expect(declined.code == 1 && declined.error.contains("'colour'"), "\(declined)")
            let both = try await site.legwork("answer", "--decline", "colour", running, #"{"colour": "red"}"#)
            #expect(both.code == 2 && both.error.contains("say one of it"), "\(both)")
            let sent = try await site.legwork("send", running, "hello")
            #expect(sent.code == 1 && sent.error.contains("takes no messages"), "\(sent)")
            #expect(try await site.legwork("send", running, "two", "words").code == 2)
            try site.open()
            #expect(try await site.legwork("wait", running).code == 0)
        }
    }
}
