import Glibc
import LegworkCore
import LegworkHTTP
import Synchronization
import Testing

@Suite("Following a daemon that is killed", .timeLimit(.minutes(3)))
struct SurvivingKills {
    private func submit(_ site: Site, _ body: JSONValue) async throws -> String {
        let reply = try await site.post("/v1/tasks", body)
        return try #require(reply.json["task"]?["id"]?.string, "\(reply)")
    }

    /// The timeline of a task, as `task sequence kind` of each entry.
    private func timeline(_ site: Site, _ id: String) async throws -> [String] {
        let events = try await site.get("/v1/tasks/\(id)/events?limit=10000").json["events"]?.array ?? []
        return events.map { "\(id) \($0["sequence"]?.int ?? 0) \($0["kind"]?.string ?? "")" }
    }

    private func lines(_ entries: [JSONValue]) -> [String] {
        entries.map { "\($0["task"]?.string ?? "") \($0["sequence"]?.int ?? 0) \($0["kind"]?.string ?? "")" }
    }

    @Test("a stream of one task goes on with its last id and misses no entry, gets none twice, and sees the end")
    func task() async throws {
        try await Site.use { site in
            var daemon = try await site.serve()
            try site.pipes.make("gate")
            // Each line that is sent ends one attempt, and the next begins. Opened for both, the pipe has no end for the next to read.
            let id = try await submit(
                site,
                [
                    "tool": "run_command", "arguments": ["shell": "read x <>gate; [ \"$x\" = ok ]", "cwd": .string(site.folder)],
                    "retry": ["attempts": 20, "first_ms": 1, "factor": 1],
                ]
            )
            let client = try EventClient(site, "/v1/tasks/\(id)/events")
            async let first = client.connect()
            for attempt in 1...3 {
                await client.wait { events in events.count { $0.event == "started" } >= attempt }
                try site.open("gate", "again")
            }
            // What waits for its next attempt goes on after a kill; this is to be stopped by it.
            await client.wait { events in events.count { $0.event == "started" } >= 4 }
            try await daemon.killNow()
            #expect(await first == nil)
            daemon = try await site.serve()
            // A poller that was answered by the daemon before knows the version that it saw last.
            async let second = client.connect()
            await client.wait { events in events.contains { $0.event == "stopped" } }
            try await daemon.killNow()
            #expect(await second == nil)
            _ = try await site.serve()
            async let third = client.connect()
            _ = try await site.post("/v1/tasks/\(id)/cancel", [:])
            #expect(await third == 200)
            #expect(client.events.last?.event == "end")
            #expect(client.connections == 3)
            #expect(try await lines(client.entries) == timeline(site, id))
        }
    }

    @Test("streams of all tasks of an owner, by events and by pages, miss nothing and get nothing twice, over several kills")
    func owner() async throws {
        try await Site.use { site in
            let client = try EventClient(site, "/v1/events?after=0")
            let pages = Lock<[JSONValue]>([])
            let after = Lock(0)
            /// Asks for pages until the daemon is gone, or so many entries are there.
            @Sendable func poll(until count: Int = .max) async {
                while pages.withLock({ $0.count }) < count {
                    guard let page = try? await site.get("/v1/events?wait_ms=60000&limit=7&after=\(after.withLock { $0 })").json,
                        let next = page["next_after"]?.int
                    else { return }
                    pages.withLock { $0 += page["events"]?.array ?? [] }
                    after.withLock { $0 = next }
                }
            }
            var ids: [String] = []
            for round in 1...3 {
                let daemon = try await site.serve("--workers", "4")
                async let stream = client.connect()
                async let polling: Void = poll()
                for _ in 0..<12 {
                    ids.append(try await submit(site, ["tool": "run_command", "arguments": ["argv": ["true"], "cwd": "/"]]))
                }
                // Somewhere in the middle of it all.
                await client.wait { events in events.count { $0.event == "completed" } >= 4 * round }
                try await daemon.killNow()
                #expect(await stream == nil)
                await polling
            }
            _ = try await site.serve("--workers", "4")
            async let stream = client.connect()
            let waited = try await site.post("/v1/wait", ["tasks": .array(ids.map(JSONValue.string)), "timeout_ms": 60_000])
            #expect(waited.json["timed_out"] == false, "\(waited)")
            var expected: Set<String> = []
            for id in ids { expected.formUnion(try await timeline(site, id)) }
            let count = expected.count
            await client.wait { events in events.count { !["state", "progress"].contains($0.event) } >= count }
            await poll(until: count)
            for entries in [client.entries, pages.withLock { $0 }] {
                #expect(entries.count == count)
                #expect(Set(lines(entries)) == expected)
                let positions = entries.compactMap { $0["position"]?.int }
                #expect(positions == positions.sorted() && Set(positions).count == count)
            }
            #expect(pages.withLock { lines($0) } == lines(client.entries))
            #expect(!client.events.contains { $0.event == "gap" })
            #expect(client.connections == 4)
            let pid = Int32(try #require(try await site.get("/health").json["pid"]?.int))
            kill(pid, SIGTERM)
            #expect(await stream == 200)
        }
    }

    @Test("a wait for a change goes on with the version that it saw, and sees the task's end")
    func poller() async throws {
        try await Site.use { site in
            var daemon = try await site.serve()
            let id = try await site.startGated()
            let seen = Lock<[Int]>([])
            /// Waits for changes until the daemon is gone, or the task no longer moves.
            @Sendable func poll() async -> String? {
                while true {
                    let last = seen.withLock { $0.last ?? 0 }
                    guard let reply = try? await site.get("/v1/tasks/\(id)/wait?timeout_ms=60000&after_version=\(last)"),
                        let version = reply.json["version"]?.int, let status = reply.json["task"]?["status"]?.string
                    else { return nil }
                    seen.withLock { $0.append(version) }
                    if ["stopped", "completed", "failed", "cancelled"].contains(status) { return status }
                }
            }
            async let first = poll()
            let client = try EventClient(site, "/v1/tasks/\(id)/events")
            async let stream = client.connect()
            await client.wait(for: "started", of: id)
            try await daemon.killNow()
            #expect(await first == nil)
            #expect(await stream == nil)
            daemon = try await site.serve()
            #expect(await poll() == "stopped")
            _ = try await site.post("/v1/tasks/\(id)/cancel", [:])
            #expect(await poll() == "cancelled")
            let versions = seen.withLock { $0 }
            #expect(versions == versions.sorted() && Set(versions).count == versions.count)
            daemon.signal(SIGTERM)
            _ = try await daemon.end()
        }
    }
}
