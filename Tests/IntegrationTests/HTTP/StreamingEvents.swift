import Glibc
import LegworkCore
import LegworkHTTP
import Testing

@Suite("Streaming events", .timeLimit(.minutes(3)))
struct StreamingEvents {
    /// Starts a daemon that leaves the tasks of one queue alone.
    private func serve(_ site: Site, _ options: String...) async throws -> Child {
        let daemon = try site.start(["serve", "--detached"] + options)
        try await daemon.view { $0.output.contains("ready\n") }
        let paused: JSONValue = ["state": "paused"]
        let reply = try await site.http("POST", "/v1/queues/nobody", headers: ["Legwork-Scope: operator"], body: paused.jsonBytes())
        #expect(reply.status == 200, "\(reply)")
        return daemon
    }

    /// Queues a task that nobody executes.
    private func queue(_ site: Site, owner: String = "local") async throws -> String {
        let body: JSONValue = ["tool": "run_command", "arguments": ["argv": ["true"], "cwd": "/"], "queue": "nobody"]
        let reply = try await site.http("POST", "/v1/tasks", headers: ["Legwork-Owner: \(owner)"], body: body.jsonBytes())
        return try #require(reply.json["task"]?["id"]?.string, "\(reply)")
    }

    private func kinds(_ events: [HTTPServerSentEvent]) -> [String] { events.map { $0.event ?? "message" } }

    @Test("of a task: how it stands, each entry by its kind with its number as the id, and the end; then 204 for who comes again")
    func task() async throws {
        try await Site.use { site in
            _ = try await serve(site)
            let id = try await site.startGated()
            let client = try EventClient(site, "/v1/tasks/\(id)/events")
            async let first = client.connect()
            await client.wait(for: "started", of: id)
            try site.open()
            #expect(await first == 200)
            let events = client.events
            let timeline = try await site.get("/v1/tasks/\(id)/events").json["events"]?.array ?? []
            let names = timeline.compactMap { $0["kind"]?.string }
            #expect(kinds(events) == ["state"] + names + ["end"], "\(events)")
            #expect(Array(names.prefix(2)) == ["created", "started"] && names.last == "completed")
            #expect(client.events.dropFirst().dropLast().map(\.id) == (1...names.count).map(String.init))
            #expect(client.entries.count == timeline.count)
            for (entry, stored) in zip(client.entries, timeline) {
                #expect(entry["task"] == .string(id))
                for key in ["sequence", "time", "kind"] { #expect(entry[key] == stored[key]) }
            }
            #expect(try JSONValue(parsing: Array(try #require(events.last).data.utf8))["task"]?["status"] == "completed")
            // A browser stops coming again.
            #expect(await client.connect() == 204)
            let late = try EventClient(site, "/v1/tasks/\(id)/events?after=2")
            #expect(await late.connect() == 200)
            #expect(kinds(late.events) == ["state"] + names.dropFirst(2) + ["end"])
            let foreign = try EventClient(site, "/v1/tasks/\(id)/events", headers: ["Legwork-Owner": "bob"])
            #expect(await foreign.connect() == 404)
        }
    }

    @Test("of an owner: from now on, or from where it was; of all owners for the operator; only of tasks and kinds that are asked for")
    func owner() async throws {
        try await Site.use { site in
            _ = try await serve(site)
            let before = try await queue(site)
            let live = try EventClient(site, "/v1/events")
            async let following = live.connect()
            await live.wait { !$0.isEmpty }
            let id = try await queue(site)
            let foreign = try await queue(site, owner: "bob")
            _ = try await site.post("/v1/tasks/\(id)/cancel", [:])
            await live.wait(for: "cancelled", of: id)
            #expect(kinds(live.events) == ["state", "created", "cancel_requested", "cancelled"], "\(live.events)")
            #expect(try JSONValue(parsing: Array(live.events[0].data.utf8))["counts"]?["queued"] == 1)

            let targets: [(String, HTTPHeaders, [String])] = [
                ("?after=0", [:], [before, id, id, id]),
                ("?after=0&kind=created", [:], [before, id]),
                ("?after=0&task=\(before)&kind=created,cancelled", [:], [before]),
                ("", ["Last-Event-ID": try #require(live.events[0].id)], [id, id, id]),
                ("?after=0&kind=created", ["Legwork-Scope": "operator"], [before, id, foreign]),
            ]
            for (query, headers, expected) in targets {
                let client = try EventClient(site, "/v1/events" + query, headers: headers)
                let stream = Task { await client.connect() }
                await client.wait { events in events.count == expected.count + 1 }
                #expect(client.entries.map { $0["task"]?.string } == expected, "\(query)")
                stream.cancel()
                _ = await stream.value
            }
            for query in ["?after=x", "?after=-1", "?colour=red", "?limit=0", "?wait_ms=x", "?task=task_none"] {
                #expect(try await [400, 404].contains(site.get("/v1/events" + query).status), "\(query)")
            }
            let daemon = try await site.get("/health").json["pid"]?.int
            kill(Int32(try #require(daemon)), SIGTERM)
            #expect(await following == 200)
        }
    }

    @Test("a page of what happened says where to go on, and can be waited for")
    func pages() async throws {
        try await Site.use { site in
            _ = try await serve(site)
            let ids = [try await queue(site), try await queue(site)]
            let first = try await site.get("/v1/events?limit=1").json
            #expect(first["events"]?.array?.compactMap { $0["task"]?.string } == [ids[0]])
            let after = try #require(first["next_after"]?.int)
            let second = try await site.get("/v1/events?after=\(after)&wait_ms=60000").json
            #expect(second["events"]?.array?.compactMap { $0["task"]?.string } == [ids[1]])
            let end = try #require(second["next_after"]?.int)
            let none = try await site.get("/v1/events?after=\(end)&wait_ms=1").json
            #expect(none["events"] == [])
            #expect(none["next_after"]?.int == end)
            async let waited = site.get("/v1/events?after=\(end)&kind=cancelled&wait_ms=60000")
            let last = try await queue(site)
            _ = try await site.post("/v1/tasks/\(last)/cancel", [:])
            let page = try await waited.json
            #expect(page["events"]?.array?.compactMap { $0["task"]?.string } == [last])
            #expect(page["gap"] == nil)
            // Who has not read of a task that was deleted is told that there was more.
            _ = try await site.http("DELETE", "/v1/tasks/\(last)")
            #expect(try await site.get("/v1/events?after=\(end)").json["gap"] == true)
            #expect(try await site.get("/v1/events?after=\(page["next_after"]?.int ?? 0)").json["gap"] == nil)
        }
    }

    @Test("a wait for a change is answered by it, or says that the time is over")
    func waiting() async throws {
        try await Site.use { site in
            _ = try await serve(site)
            let id = try await queue(site)
            let first = try await site.get("/v1/tasks/\(id)/wait?after_version=0").json
            #expect(first["timed_out"] == false)
            let version = try #require(first["version"]?.int)
            let none = try await site.get("/v1/tasks/\(id)/wait?after_version=\(version)&timeout_ms=1").json
            #expect(none["timed_out"] == true)
            let shown = try await site.get("/v1/tasks/\(id)")
            let tag = try #require(shown.head.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }).dropFirst(6)
            let header = ["If-None-Match: \(tag)"]
            #expect(try await site.http("GET", "/v1/tasks/\(id)/wait?timeout_ms=1", headers: header).status == 304)
            #expect(try await site.http("GET", "/v1/tasks/\(id)/wait", headers: ["If-None-Match: \"x\""]).status == 200)
            async let tagged = site.http("GET", "/v1/tasks/\(id)/wait", headers: header)
            async let changed = site.get("/v1/tasks/\(id)/wait?after_version=\(version)")
            async let ended = site.get("/v1/tasks/\(id)/wait")
            _ = try await site.post("/v1/tasks/\(id)/cancel", [:])
            #expect(try await changed.json["version"]?.int.map { $0 > version } == true)
            #expect(try await ended.json["task"]?["status"] == "cancelled")
            #expect(try await tagged.json["version"]?.int.map { $0 > version } == true)
            #expect(try await site.get("/v1/tasks/\(id)/wait?timeout_ms=x").status == 400)
        }
    }

    @Test("there may be so many of one owner, and so many in all; a place is free again when its client leaves")
    func limits() async throws {
        try await Site.use { site in
            _ = try await serve(site, "--streams", "3", "--streams-per-owner", "2")
            func open(_ owner: String) async throws -> Task<Int?, Never> {
                let client = try EventClient(site, "/v1/events", headers: ["Legwork-Owner": owner])
                let stream = Task { await client.connect() }
                await client.wait { !$0.isEmpty }
                return stream
            }
            func refusal(_ owner: String) async throws -> Reply {
                try await site.http("GET", "/v1/events", headers: ["Accept: text/event-stream", "Legwork-Owner: \(owner)"])
            }
            let first = try await open("ann")
            var streams = [try await open("ann")]
            let own = try await refusal("ann")
            #expect(own.status == 429 && own.text.contains("too_many_streams"), "\(own)")
            streams.append(try await open("bob"))
            let all = try await refusal("bob")
            #expect(all.status == 503 && all.text.contains("too_many_streams"), "\(all)")
            // Waits take no place.
            #expect(try await site.get("/v1/events?wait_ms=1").status == 200)
            first.cancel()
            _ = await first.value
            // The daemon hears of it in its own time.
            var again: Task<Int?, Never>?
            while again == nil { if try await refusalIsOver(site) { again = try await open("ann") } }
            streams += [try #require(again)]
            for stream in streams {
                stream.cancel()
                _ = await stream.value
            }
        }
    }

    /// Whether a stream of `ann` would be opened, by one that ends at once.
    private func refusalIsOver(_ site: Site) async throws -> Bool {
        try await site.http("HEAD", "/v1/events", headers: ["Accept: text/event-stream", "Legwork-Owner: ann"]).status == 200
    }

    @Test("a client that does not read holds up nobody, and gets everything once it reads, in order and once")
    func slowClient() async throws {
        try await Site.use { site in
            _ = try await serve(site)
            let socket = site.socket
            let slow = try await offPool { try Connection(unix: socket) }
            slow.send("GET", "/v1/events?after=0", headers: ["Accept: text/event-stream"])
            // Far more than a socket and the daemon hold for one client.
            var ids: [String] = []
            for _ in 0..<5 {
                ids += try await withThrowingTaskGroup { group in
                    for _ in 0..<80 {
                        group.addTask {
                            let id = try await self.queue(site)
                            _ = try await site.post("/v1/tasks/\(id)/cancel", [:])
                            return id
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            let quick = try EventClient(site, "/v1/events?after=0")
            let stream = Task { await quick.connect() }
            let count = 3 * ids.count
            await quick.wait { $0.count > count }
            stream.cancel()
            _ = await stream.value
            let pid = Int32(try #require(try await site.get("/health").json["pid"]?.int))
            let last = Array("id: \(quick.events.compactMap(\.id).last ?? "")\n".utf8)
            let text = try await offPool { slow.read { $0.suffix(80_000).firstRange(of: last) != nil } }
            kill(pid, SIGTERM)
            // Chunks may begin anywhere.
            let positions = text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.compactMap {
                Int($0.dropFirst(4).filter(\.isNumber))
            }
            let expected = quick.events.filter { $0.event != "state" }.compactMap { $0.id.flatMap { Int($0) } }
            #expect(expected.count == count)
            #expect(Array(Set(positions)).sorted().suffix(count) == expected[...])
        }
    }

    @Test("a daemon that stops ends streams and waits at once, whole, while what it runs is still being ended")
    func stopping() async throws {
        try await Site.use { site in
            let daemon = try await serve(site)
            let script = "trap '' TERM; echo up; while :; do sleep 0.1; done"
            let stubborn = try site.start("run", "--window", "none", "--", "sh", "-c", script)
            try await stubborn.view { $0.output == "up\n" }
            let id = try await queue(site)
            let clients = [try EventClient(site, "/v1/events"), try EventClient(site, "/v1/tasks/\(id)/events")]
            let streams = clients.map { client in Task { await client.connect() } }
            for client in clients { await client.wait { !$0.isEmpty } }
            let socket = site.socket
            let deaf = try await offPool { try Connection(unix: socket) }
            deaf.send("GET", "/v1/events?after=0", headers: ["Accept: text/event-stream"])
            let waits = ["/v1/tasks/\(id)/wait", "/v1/events?after=1000000&kind=none&wait_ms=600000"].map { target in
                Task { try await site.get(target) }
            }
            // Whichever of the two comes first, a wait is answered at once.
            daemon.signal(SIGTERM)
            for stream in streams { #expect(await stream.value == 200) }
            #expect(!daemon.now.error.contains("stopped"))
            for wait in waits {
                let reply = try? await wait.value
                #expect(reply == nil || reply?.status == 503 || reply?.status == 200, "\(String(describing: reply))")
            }
            #expect(try await daemon.end().code == 0)
            _ = try await stubborn.end()
            _ = try await serve(site)
            async let again = clients[1].connect()
            await clients[1].wait { $0.filter { $0.event == "state" }.count == 2 }
            _ = try await site.post("/v1/tasks/\(id)/cancel", [:])
            #expect(await again == 200)
            #expect(clients[1].entries.compactMap { $0["sequence"]?.int } == [1, 2, 3])
        }
    }
}
