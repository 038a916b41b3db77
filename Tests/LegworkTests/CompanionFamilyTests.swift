import Legwork
import LegworkTestKit
import Testing

/// The tools with which a model looks after sub-agents.
@Suite("The tools for sub-agents")
struct CompanionFamilyTests {
    private func bench(_ tools: any Tool..., aliases: Bool = false) throws -> Bench {
        let bench = try Bench()
        for tool in tools { try bench.manager.tools.register(tool) }
        try bench.manager.registerCompanionTools(withAliases: aliases)
        return bench
    }

    private func call(_ bench: Bench, _ tool: String, _ arguments: JSONValue, as caller: Caller? = nil) async throws -> ToolResult {
        try #require(try await bench.manager.call(tool, arguments, as: caller ?? bench.alice).result)
    }

    @Test("a parent writes to a child by name, the child answers, and both see what became of it")
    func messages() async throws {
        let bench = try bench()
        let manager = bench.manager
        let parent = try await manager.spawnAgent("lead", as: bench.alice, options: .named("lead")) { context in
            try await manager.spawnAgent("help", as: context.caller, options: .named("helper")) { child in
                for try await message in child.messages {
                    let answer: JSONValue = ["to": "parent", "message": .string("heard \(message.text)")]
                    let sent = try await manager.call("send_message", answer, as: child.caller).result
                    return sent ?? .error("no answer")
                }
                return .error("nobody wrote")
            }
            let sent = try await manager.call("send_message", ["to": "helper", "message": "hello"], as: context.caller).result
            #expect(sent?.structuredContent?["recipients"]?[0]?["status"] == "queued")
            guard let message = try await context.nextMessage(waitingAtMost: .seconds(60)) else { return .error("no answer") }
            return .text(message.text)
        }.task
        #expect(try await bench.end(of: parent.id).result?.text == "heard hello")
    }

    @Test("what cannot be written to is told apart by what to do")
    func refusals() async throws {
        let bench = try bench(echo())
        let mayEnd = TestSignal()
        let deaf = try await bench.manager.spawn("deaf", as: bench.alice) { _ in
            await mayEnd.wait()
            return .text("")
        }.task
        let foreign = try await bench.manager.spawnAgent("foreign", as: bench.bob) { _ in
            await mayEnd.wait()
            return .text("")
        }.task
        let ended = try await bench.manager.spawnAgent("ended", as: bench.alice) { _ in .text("") }.task
        _ = try await bench.end(of: ended.id)
        let cases: [(String, String)] = [
            (deaf.id.description, "no_inbox"), (foreign.id.description, "not_found"), (ended.id.description, "finished"),
            ("nobody", "not_found"), ("broadcast", "invalid_argument"), ("parent", "not_found"),
        ]
        for (to, code) in cases {
            let result = try await call(bench, "send_message", ["to": .string(to), "message": "x"])
            #expect(result.isError)
            #expect(result.structuredContent?["error"]?["code"]?.string == code, "to \(to): \(result.text)")
        }
        mayEnd.fire()
    }

    @Test("a question is shown with its key and answered")
    func answers() async throws {
        let bench = try bench()
        let task = try await bench.manager.spawn("deploy", as: bench.alice) { context in
            let yes = try await context.ask("Deploy to production?", schema: ["type": "boolean"], key: "deploy")
            return .text("deployed: \(yes.json())")
        }.task
        let waited = try await bench.manager.wait(for: task.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(waited.status == .inputRequired)
        let shown = try await call(bench, "check_task", ["task_id": .string(task.id.description)])
        #expect(shown.text.contains("Deploy to production?"))
        #expect(shown.structuredContent?["questions"]?[0]?["key"] == "deploy")
        let wrong = try await call(bench, "answer_task", ["task_id": .string(task.id.description), "answers": ["deploy": "perhaps"]])
        #expect(wrong.isError)
        let unknown = try await call(bench, "answer_task", ["task_id": .string(task.id.description), "answers": ["other": true]])
        #expect(unknown.structuredContent?["error"]?["code"] == "not_asked")
        let right = try await call(bench, "answer_task", ["task_id": .string(task.id.description), "answers": ["deploy": true]])
        #expect(!right.isError)
        let ended = try await call(bench, "await_task", ["task_id": .string(task.id.description)])
        #expect(ended.text.contains("deployed: true"))
    }

    @Test("a task cancels itself with all it has started, or a child by name")
    func cancel() async throws {
        let bench = try bench()
        let manager = bench.manager
        let root = try await manager.spawn("root", as: bench.alice) { context in
            for name in ["one", "two"] {
                try await manager.spawn("child", as: context.caller, options: .named(name)) { _ in
                    try await TestSignal().waitUnlessCancelled()
                    return .text("")
                }
            }
            let one = try await manager.call("cancel_task", ["task_id": "one"], as: context.caller).result
            #expect(one?.structuredContent?["disposition"] == "requested")
            let own = try await manager.call("cancel_task", ["task_id": "self"], as: context.caller).result
            #expect(own?.structuredContent?["descendants_cancelled"] == 1)
            try context.checkCancellation()
            return .text("")
        }.task
        #expect(try await bench.end(of: root.id).status == .cancelled)
        for name in ["one", "two"] {
            let id = try await manager.resolve(name, in: bench.alice.scope)
            #expect(try await bench.end(of: id).status == .cancelled)
        }
        let outside = try await call(bench, "cancel_task", ["task_id": "self"])
        #expect(outside.isError)
    }

    @Test("a stopped task is resumed, another's is not there")
    func resume() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        await bench.manager.shutdown()
        let next = TaskManager(store: bench.store, tools: try ToolRegistry([echo { $0.name = "scripted" }]), clock: bench.clock)
        try next.registerCompanionTools()
        let id = JSONValue.string(record.id.description)
        let foreign = try await next.call("resume_task", ["task_id": id], as: bench.bob).result
        #expect(foreign?.structuredContent?["error"]?["code"] == "not_found")
        let resumed = try await next.call("resume_task", ["task_id": id, "arguments": ["again": true]], as: bench.alice).result
        #expect(resumed?.isError == false)
        let ended = try await next.wait(for: record.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.result?.structuredContent == ["again": true])
        let late = try await next.call("resume_task", ["task_id": id], as: bench.alice).result
        #expect(late?.structuredContent?["error"]?["code"] == "finished")
    }

    @Test("messages that were never read can be seen, sent again and deleted")
    func deadLetters() async throws {
        let bench = try bench()
        let mayEnd = TestSignal()
        let first = try await bench.manager.spawnAgent("a", as: bench.alice, options: .named("worker")) { _ in
            await mayEnd.wait()
            throw ToolFault(description: "gone")
        }.task
        for text in ["one", "two"] { _ = try await call(bench, "send_message", ["to": "worker", "message": .string(text)]) }
        mayEnd.fire()
        _ = try await bench.end(of: first.id)
        let list = try await call(bench, "recover_failed_messages", [:])
        #expect(list.structuredContent?["count"] == 2)
        #expect(try await call(bench, "recover_failed_messages", [:], as: bench.bob).structuredContent?["count"] == 0)
        let kept = try await call(bench, "recover_failed_messages", ["action": "replay"])
        #expect(kept.structuredContent?["kept"] == 2)
        let heir = try await bench.manager.spawnAgent("b", as: bench.alice, options: .named("worker")) { context in
            let one = try await context.nextMessage(waitingAtMost: .seconds(60))
            return .text(one?.text ?? "")
        }.task
        let number = try #require(list.structuredContent?["messages"]?[0]?["number"])
        let replayed = try await call(bench, "recover_failed_messages", ["action": "replay", "numbers": [number]])
        #expect(replayed.structuredContent?["count"] == 1)
        #expect(try await bench.end(of: heir.id).result?.text == "one")
        #expect(try await call(bench, "recover_failed_messages", ["action": "clear"]).structuredContent?["count"] == 1)
    }

    @Test("a redirect says that there is no channel, and of a foreign task nothing")
    func redirect() async throws {
        let bench = try bench(echo { $0.durability = .eager })
        let record = try await bench.background("echo")
        let mine = try await call(bench, "redirect_task", ["task_id": .string(record.id.description)])
        #expect(mine.structuredContent?["error"]?["code"] == "no_channel")
        let foreign = try await call(bench, "redirect_task", ["task_id": .string(record.id.description)], as: bench.bob)
        #expect(foreign.structuredContent?["error"]?["code"] == "not_found")
    }

    @Test("the names of other systems work where they are switched on, and nowhere else")
    func aliases() async throws {
        let bench = try bench(echo { $0.durability = .eager }, aliases: true)
        let record = try await bench.background("echo")
        _ = try await bench.end(of: record.id)
        let one = try await call(bench, "task_status", ["task_id": .string(record.id.description)])
        #expect(one.structuredContent?["status"] == "completed")
        #expect(try await call(bench, "task_status", [:]).structuredContent?["count"] == 1)
        let cancelled = try await call(bench, "task_cancel", ["task_id": .string(record.id.description)])
        #expect(cancelled.structuredContent?["disposition"] == "already_finished")
        #expect(Set(CompanionTools.aliasNames).isSubset(of: bench.manager.tools.tools.map(\.descriptor.name)))
        #expect(try self.bench().manager.tools["task_status"] == nil)
    }
}
