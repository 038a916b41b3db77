import Legwork
import LegworkTestKit
import Synchronization
import Testing

@Suite("The companion tools")
struct CompanionToolTests {
    private func bench(_ tools: any Tool..., managing: (inout TaskManagerConfiguration) -> Void = { _ in }) throws -> MCPBench {
        let bench = try MCPBench(managing: managing)
        for tool in tools { try bench.manager.tools.register(tool) }
        return bench
    }

    private func call(_ bench: MCPBench, _ name: String, _ arguments: JSONValue = [:], as caller: Caller? = nil) async throws -> ToolResult
    {
        try #require(try await bench.manager.call(name, arguments, as: caller ?? bench.alice).result)
    }

    private func start(_ bench: MCPBench, _ tool: String, name: String? = nil) async throws -> TaskID {
        var options = CallOptions.background
        options.name = name
        return try #require(try await bench.manager.call(tool, as: bench.alice, options: options).task).id
    }

    private func ended(_ bench: MCPBench, _ id: TaskID) async throws {
        _ = try await bench.manager.wait(for: id, atMost: .seconds(60), in: .operator)
    }

    // MARK: - check_task

    @Test("check_task tells what a running task is doing")
    func checkRunning() async throws {
        let tool = scripted()
        let bench = try bench(tool)
        let id = try await start(bench, "slow", name: "nightly")
        bench.clock.advance(by: .seconds(42))
        for reference in [id.description, String(id.description.prefix(12)), String(id.description.dropFirst(5).prefix(8)), "nightly"] {
            let result = try await call(bench, "check_task", ["task_id": .string(reference)])
            #expect(!result.isError)
            let said = try #require(result.structuredContent?.object)
            #expect(
                JSONValue.object(said).json() == """
                    {"task_id":"\(id)","tool_name":"slow","name":"nightly","status":"running","message":"is running","elapsed_seconds":42,\
                    "created_at":"2027-01-15T08:00:00.000Z","next":"await_task","poll_after_ms":2000}
                    """
            )
            #expect(
                result.text == """
                    Task \(id) (slow, named 'nightly') has been running for 42 s.
                    Call await_task with this task_id to wait for the end, or look again later.
                    """
            )
        }
        tool.mayEnd.fire()
    }

    @Test("check_task gives the whole result of a task that has ended, and its time stands still")
    func checkEnded() async throws {
        let blocks: [ContentBlock] = [.text("first"), .image(base64: "AAAA", mimeType: "image/png"), .text("second")]
        let tool = scripted(result: ToolResult(content: blocks, structuredContent: ["n": 1]))
        let bench = try bench(tool)
        let id = try await start(bench, "slow")
        bench.clock.advance(by: .seconds(65))
        tool.mayEnd.fire()
        try await ended(bench, id)
        bench.clock.advance(by: .seconds(3600))
        let result = try await call(bench, "check_task", ["task_id": .string(id.description)])
        #expect(result.content == [.text("Task \(id) (slow) completed after 1 min 5 s.")] + blocks)
        #expect(result.structuredContent?["status"] == "completed")
        #expect(result.structuredContent?["result"] == ["n": 1])
        #expect(result.structuredContent?["elapsed_seconds"] == 65)
        #expect(result.structuredContent?["next"] == nil)
    }

    @Test("check_task reports a failure, and is none itself")
    func checkFailed() async throws {
        let tool = scripted(result: .error("3 tests failed"))
        let bench = try bench(tool)
        let id = try await start(bench, "slow")
        tool.mayEnd.fire()
        try await ended(bench, id)
        let result = try await call(bench, "check_task", ["task_id": .string(id.description)])
        #expect(!result.isError)
        #expect(result.structuredContent?["status"] == "failed")
        #expect(result.structuredContent?["reason"] == "tool_error")
        #expect(result.structuredContent?["error"] == "3 tests failed")
        #expect(result.structuredContent?["message"] == "3 tests failed")
        #expect(result.text.contains("failed after 0 ms (the tool reported an error)"))
        #expect(result.text.hasSuffix("3 tests failed"))
    }

    @Test(
        "a task that is not there is an error, the same for everybody's",
        arguments: ["check_task", "await_task", "cancel_task", "task_output"]
    )
    func missing(name: String) async throws {
        let bench = try bench()
        for reference in ["task_aaaaaaaaaaaaaaaaaaaaaaaaaa", "nobody", "abc"] {
            let result = try await call(bench, name, ["task_id": .string(reference)])
            #expect(result.isError)
            #expect(result.structuredContent?["error"]?["code"] == "not_found")
            #expect(result.text.contains("'\(reference)'"))
        }
    }

    @Test("a prefix of several tasks is an error that names them")
    func ambiguous() async throws {
        let ids = [TaskID(high: 0, low: 1), TaskID(high: 1, low: 0)]
        let next = Lock(ids)
        let tool = scripted()
        let bench = try bench(tool) { $0.makeID = { next.withLock { $0.isEmpty ? .random() : $0.removeFirst() } } }
        for _ in ids { _ = try await start(bench, "slow") }
        let result = try await call(bench, "check_task", ["task_id": "aaaa"])
        #expect(result.structuredContent?["error"]?["code"] == "ambiguous")
        for id in ids { #expect(result.text.contains(id.description)) }
        tool.mayEnd.fire()
    }

    @Test(
        "refuse arguments that they do not know or that do not fit",
        arguments: [
            ("check_task", "{}"), ("check_task", #"{"task_id":5}"#), ("check_task", #"{"task_id":"a","wait":true}"#),
            ("check_task", #"{"task_id":""}"#), ("await_task", "{}"), ("await_task", #"{"task_id":"a","task_ids":["b"]}"#),
            ("await_task", #"{"task_ids":[]}"#), ("await_task", #"{"task_id":"a","timeout":51}"#),
            ("await_task", #"{"task_id":"a","timeout":-1}"#), ("await_task", #"{"task_id":"a","mode":"some"}"#),
            ("list_tasks", #"{"status":"done"}"#), ("list_tasks", #"{"limit":0}"#), ("list_tasks", #"{"limit":101}"#),
            ("list_tasks", #"{"owner":"x"}"#), ("cancel_task", #"{"task_id":"a","force":true}"#),
            ("task_output", #"{"task_id":"a","tail_bytes":0}"#), ("task_output", #"{"task_id":"a","offset":-1}"#),
            ("task_output", #"{"task_id":"a","offset":0,"tail_bytes":5}"#), ("task_output", #"{"task_id":"a","limit":5}"#),
        ]
    )
    func badArguments(name: String, arguments: String) async throws {
        let bench = try bench()
        let error = await #expect(throws: ToolError.self) {
            try await bench.manager.call(name, JSONValue(parsing: arguments), as: bench.alice)
        }
        #expect(error?.code == .invalidArguments)
    }

    // MARK: - await_task

    @Test("await_task answers as soon as the task ends, with its result")
    func awaitEnd() async throws {
        let tool = scripted(result: .text("built"))
        let bench = try bench(tool)
        let id = try await start(bench, "slow")
        async let waiting = call(bench, "await_task", ["task_id": .string(id.description)])
        await bench.clock.sleeperDue(within: .seconds(20))
        tool.mayEnd.fire()
        let result = try await waiting
        #expect(result.structuredContent?["status"] == "completed")
        #expect(result.structuredContent?["result"] == "built")
        #expect(result.structuredContent?["timed_out"] == false)
        #expect(result.text.hasSuffix("built"))
        // The wait itself is no task.
        #expect(try await bench.manager.counts(in: .operator).total == 1)
    }

    @Test("await_task says that the task is still running when its time is over, which is no error", arguments: [nil, 0, 7.5] as [Double?])
    func awaitTimeout(timeout: Double?) async throws {
        let tool = scripted()
        let bench = try bench(tool)
        let id = try await start(bench, "slow")
        var arguments: JSONObject = ["task_id": .string(id.description)]
        arguments["timeout"] = timeout.map { JSONValue($0) }
        let chosen = JSONValue.object(arguments)
        async let waiting = call(bench, "await_task", chosen)
        // The wait sleeps in steps, because it tells meanwhile that it waits.
        var left = timeout ?? 20
        while left > 0 {
            let step = min(left, 5)
            await bench.pass(.milliseconds(Int64(step * 1000)))
            left -= step
        }
        let result = try await waiting
        #expect(!result.isError)
        #expect(result.structuredContent?["status"] == "running")
        #expect(result.structuredContent?["timed_out"] == true)
        #expect(result.structuredContent?["next"] == "await_task")
        #expect(bench.clock.uptime == .milliseconds(Int64((timeout ?? 20) * 1000)))
        tool.mayEnd.fire()
    }

    @Test("await_task waits for any or all of several tasks", arguments: ["any", "all"])
    func awaitSeveral(mode: String) async throws {
        let (one, two) = (scripted("one", result: .text("first")), scripted("two", result: .text("second")))
        let bench = try bench(one, two)
        let ids = [try await start(bench, "one"), try await start(bench, "two")]
        // A task that is named twice counts once.
        let named = (ids + ids).map { JSONValue.string($0.description) }
        async let waiting = call(bench, "await_task", ["task_ids": .array(named), "mode": .string(mode)])
        await bench.clock.sleeperDue(within: .seconds(20))
        two.mayEnd.fire()
        if mode == "all" {
            try await ended(bench, ids[1])
            one.mayEnd.fire()
        }
        let result = try await waiting
        let tasks = try #require(result.structuredContent?["tasks"]?.array)
        #expect(tasks.count == 2)
        #expect(result.structuredContent?["settled"]?.int == (mode == "any" ? 1 : 2))
        #expect(result.structuredContent?["pending"]?.int == (mode == "any" ? 1 : 0))
        #expect(result.text.contains("second"))
        #expect(result.text.contains("first") == (mode == "all"))
        one.mayEnd.fire()
    }

    @Test("await_task of several tasks points to results that are too large to repeat")
    func awaitLarge() async throws {
        let tool = scripted(result: .text(String(repeating: "x", count: 100_000)))
        let bench = try bench(tool)
        let id = try await start(bench, "slow")
        tool.mayEnd.fire()
        try await ended(bench, id)
        let several = try await call(bench, "await_task", ["task_ids": [.string(id.description)]])
        #expect(several.text.utf8.count < 1000)
        #expect(several.text.contains("check_task gives it"))
        #expect(try await call(bench, "await_task", ["task_id": .string(id.description)]).text.utf8.count > 100_000)
    }

    // MARK: - list_tasks

    @Test("list_tasks gives one short line per task, the newest first, in pages")
    func list() async throws {
        let (slow, quick) = (scripted(), echo { $0.background = .always })
        let bench = try bench(slow, quick)
        var ids: [TaskID] = []
        for _ in 0..<5 {
            ids.append(try await start(bench, "echo"))
            try await ended(bench, ids[ids.count - 1])
            bench.clock.advance(by: .seconds(1))
        }
        ids.append(try await start(bench, "slow"))
        let newestFirst = ids.reversed().map { JSONValue.string($0.description) }

        let all = try await call(bench, "list_tasks")
        #expect(all.structuredContent?["tasks"]?.array?.compactMap { $0["task_id"] } == newestFirst)
        #expect(all.structuredContent?["totals"] == ["running": 1, "completed": 5])
        let lines = all.text.split(separator: "\n")
        #expect(lines[0] == "6 tasks, newest first, of 6 in all (1 running, 5 completed):")
        #expect(lines[1] == "\(ids[5]) running 0 ms slow")
        #expect(lines.count == 7)

        var seen: [JSONValue] = []
        var cursor: JSONValue?
        repeat {
            var arguments: JSONObject = ["limit": 4]
            arguments["cursor"] = cursor
            let page = try await call(bench, "list_tasks", .object(arguments))
            seen += page.structuredContent?["tasks"]?.array?.compactMap { $0["task_id"] } ?? []
            cursor = page.structuredContent?["next_cursor"]
            if let cursor { #expect(page.text.contains("cursor \(cursor.string ?? "")")) }
        } while cursor != nil
        #expect(seen == newestFirst)
        slow.mayEnd.fire()
    }

    @Test(
        "list_tasks finds by status, reason and tool",
        arguments: [
            (#"{"reason":"tool_error"}"#, 1), (#"{"reason":"wall_limit"}"#, 0), (#"{"status":"active"}"#, 1),
            (#"{"status":"finished"}"#, 3),
            (#"{"status":"cancelled"}"#, 0), (#"{"tool":"slow"}"#, 1),
        ]
    )
    func filter(arguments: String, count: Int) async throws {
        let (slow, quick) = (scripted(), echo { $0.background = .always })
        let broken = ClosureTool(ToolDescriptor(name: "broken", description: "", background: .always)) { _, _ in .error("broken") }
        let bench = try bench(slow, quick, broken)
        for _ in 0..<2 { try await ended(bench, start(bench, "echo")) }
        try await ended(bench, start(bench, "broken"))
        _ = try await start(bench, "slow")
        let result = try await call(bench, "list_tasks", json(arguments))
        #expect(result.structuredContent?["count"]?.int == count)
        if count == 0 { #expect(result.text.hasPrefix("No task fits, of 4 in all")) }
        slow.mayEnd.fire()
    }

    @Test("list_tasks of somebody without tasks says so, and a cursor that is none is an error")
    func emptyList() async throws {
        let bench = try bench()
        #expect(try await call(bench, "list_tasks").text == "There are no tasks.")
        let result = try await call(bench, "list_tasks", ["cursor": "nonsense"])
        #expect(result.isError)
        #expect(result.structuredContent?["error"]?["code"] == "invalid_argument")
    }

    // MARK: - cancel_task

    @Test("cancel_task says what becomes of the wish, however often it is made")
    func cancel() async throws {
        let tool = scripted()
        let bench = try bench(tool)
        let id = try await start(bench, "slow")
        let first = try await call(bench, "cancel_task", ["task_id": .string(id.description)])
        #expect(first.structuredContent?["disposition"] == "requested")
        try await ended(bench, id)
        let second = try await call(bench, "cancel_task", ["task_id": .string(id.description)])
        #expect(second.structuredContent?["disposition"] == "already_finished")
        #expect(second.structuredContent?["status"] == "cancelled")
        #expect(second.text.hasPrefix("Nothing to cancel: Task \(id) (slow) was cancelled after"))
        #expect(!second.isError)

        let queued = try await bench.manager.submit("slow", as: bench.alice)
        let third = try await call(bench, "cancel_task", ["task_id": .string(queued.id.description)])
        #expect(third.structuredContent?["disposition"] == "cancelled")
        #expect(third.structuredContent?["status"] == "cancelled")
    }

    @Test("cannot be registered over tools of the same name")
    func duplicate() throws {
        let bench = try bench()
        #expect(throws: ToolError.self) { try bench.manager.registerCompanionTools() }
        #expect(CompanionTools.all(for: bench.manager).map(\.descriptor.name) == CompanionTools.names)
    }

    @Test("do not keep their manager alive")
    func weak() async throws {
        var manager: TaskManager? = TaskManager(store: MemoryTaskStore())
        let tool = try #require(manager.map { CompanionTools.all(for: $0)[0] })
        weak let weakManager = manager
        manager = nil
        #expect(weakManager == nil)
        let other = TaskManager(store: MemoryTaskStore(), tools: try ToolRegistry([tool]))
        let result = try await other.call("check_task", ["task_id": "abcd"], as: Caller(owner: "x")).result
        #expect(result?.isError == true)
    }
}
