import LegworkCore
import Testing

@Suite("legwork submit, queue and retry")
struct QueueingTasks {
    @Test("a submitted call is executed by a worker, and its result is there")
    func submit() async throws {
        try await Site.use { site in
            let view = try await site.legwork(
                "submit",
                "--priority",
                "3",
                "--limit-key",
                "host",
                "--wall",
                "1m",
                "run_command",
                #"{"argv": ["echo", "hello"]}"#
            )
            #expect(view.code == 0, "\(view)")
            #expect(try await site.legwork("wait", view.output.trimmed).code == 0)
            let task = try await site.json("show", view.output.trimmed)["task"]
            #expect(task?["status"] == "completed")
            #expect(task?["limit_key"] == "host")
            #expect(task?["priority"] == 3)
        }
    }

    @Test("a paused queue keeps its tasks over a restart of the daemon, and a draining one takes none")
    func states() async throws {
        try await Site.use { site in
            #expect(try await site.legwork("queue", "pause", "default").code == 0)
            let id = try await site.legwork("submit", "run_command", #"{"argv": ["echo", "hello"]}"#).output.trimmed
            let list = try await site.legwork("queue", "list")
            #expect(list.output.contains("default") && list.output.contains("paused  ready 1"), "\(list)")
            #expect(try await site.legwork("stop").code == 0)
            #expect(try await site.status(id) == "queued")
            #expect(try await site.json("stats")["queues"] == nil)
            #expect(try await site.json("stats", "--all-owners")["queues"]?[0]?["state"] == "paused")
            #expect(try await site.legwork("queue", "drain", "default").code == 0)
            #expect(try await site.legwork("wait", id).code == 0)
            let refused = try await site.legwork("submit", "run_command", #"{"argv": ["true"]}"#)
            #expect(refused.code == 1 && refused.error.contains("drained"), "\(refused)")
            #expect(try await site.legwork("queue", "resume", "default").code == 0)
            #expect(try await site.legwork("queue").output == "all queues are open and empty\n")
            #expect(try await site.legwork("queue", "pause").code == 2)
            #expect(try await site.legwork("queue", "burn", "default").code == 2)
        }
    }

    @Test("a task that fails is tried again, then stays as failed until somebody has it tried once more")
    func retry() async throws {
        try await Site.use { site in
            let call = #"{"shell": "echo x >>tries; test -e works", "cwd": "\#(site.folder)"}"#
            let id = try await site.legwork("submit", "--retries", "2", "--retry-pause", "0s", "run_command", call).output.trimmed
            #expect(try await site.legwork("wait", id).code == 1)
            #expect(try await site.json("show", id)["task"]?["attempts"] == 3)
            #expect(try await site.shell("wc -l <tries").output.trimmed == "3")
            _ = try await site.shell("touch works")
            #expect(try await site.legwork("retry", id).code == 0)
            #expect(try await site.legwork("wait", id).code == 0)
            #expect(try await site.json("show", id)["task"]?["attempts"] == 4)
            let again = try await site.legwork("retry", id)
            #expect(again.code == 1 && again.error.contains("only a failed task"), "\(again)")
        }
    }

    @Test("a task that waits longer than it may in its queue fails there, and one that takes longer than it may is stopped")
    func limits() async throws {
        try await Site.use { site in
            #expect(try await site.legwork("queue", "pause", "slow").code == 0)
            let late = try await site.legwork(
                "submit",
                "--queue",
                "slow",
                "--queue-limit",
                "50ms",
                "run_command",
                #"{"argv": ["true"]}"#
            ).output.trimmed
            let long = try await site.legwork("submit", "--wall", "100ms", "run_command", #"{"argv": ["sleep", "3600"]}"#).output.trimmed
            #expect(try await site.legwork("wait", late, long).code == 1)
            #expect(try await site.json("show", late)["task"]?["reason"] == "queue_limit")
            #expect(try await site.json("show", long)["task"]?["reason"] == "wall_limit")
            #expect(try await site.legwork("list", "-q", "--reason", "wall_limit").lines == [long])
            #expect(
                try await site.legwork("list", "-q", "--status", "finished", "--reason", "queue_limit", "--queue", "slow").lines == [late]
            )
            #expect(try await site.legwork("list", "-q", "--reason", "orphaned").lines == [])
        }
    }

    @Test(
        "what makes no sense is refused with 2, and a bad policy keeps the daemon from starting",
        arguments: [
            ["submit"], ["submit", "run_command", "{"], ["submit", "--retries", "-1", "run_command"],
            ["submit", "--deadline", "yesterday", "run_command"], ["submit", "--delay", "9000d", "run_command"], ["retry"],
            ["serve", "--queue-policy", "build"],
        ]
    )
    func mistakes(words: [String]) async throws {
        try await Site.use { site in
            let view = try await site.start(words).end()
            #expect(view.code == 2, "\(view)")
            #expect(!view.error.isEmpty)
        }
    }
}
