import Legwork
import LegworkTestKit
import Testing

@Suite("A background-capable tool")
struct BackgroundCapableTests {
    private static let schema: JSONValue = [
        "type": "object", "properties": ["path": ["type": "string"]], "required": ["path"], "additionalProperties": false,
    ]

    private func descriptor(_ background: BackgroundPolicy = .automatic(after: nil), schema: JSONValue = Self.schema) -> ToolDescriptor {
        ToolDescriptor(name: "read", description: "", inputSchema: schema, background: background)
    }

    /// Gives back its arguments, so that a test sees what reached it.
    private func mirror(_ background: BackgroundPolicy = .automatic(after: nil), schema: JSONValue = Self.schema) -> BackgroundCapable {
        BackgroundCapable(ClosureTool(descriptor(background, schema: schema)) { arguments, _ in .text("read", structured: arguments) })
    }

    @Test("shows its two arguments beside its own, and makes what a schema lacks")
    func schema() throws {
        let shown = mirror().descriptor.inputSchema
        #expect(shown["properties"]?.object?.keys == ["path", "run_in_background", "task_id"])
        #expect(shown["properties"]?["run_in_background"]?["type"] == "boolean")
        #expect(shown["required"] == nil)
        #expect(shown["properties"]?["task_id"]?["description"]?.string?.contains("'path'") == true)
        for bare: JSONValue in [[:], ["type": "object"], true] {
            let schema = mirror(schema: bare).descriptor.inputSchema
            #expect(schema["type"] == "object")
            #expect(schema["properties"]?.object?.count == 2)
            _ = try ToolRegistry([mirror(schema: bare)])
        }
        let without = BackgroundCapable(ClosureTool(descriptor()) { _, _ in .text("") }, takesTaskID: false)
        #expect(without.descriptor.inputSchema["properties"]?.object?.keys == ["path", "run_in_background"])
        #expect(without.descriptor.inputSchema["required"] == ["path"])
    }

    @Test("is refused by the registry when it has an argument of such a name itself", arguments: ["run_in_background", "task_id"])
    func conflict(key: String) throws {
        let schema: JSONValue = ["type": "object", "properties": .object([key: ["type": "string"]])]
        let error = #expect(throws: ToolError.self) { try ToolRegistry([mirror(schema: schema)]) }
        #expect(error?.code == .invalidDescriptor)
        #expect(error?.message.contains(key) == true)
    }

    @Test("gets neither argument: not in the check, not in the call, not in the record")
    func stripped() async throws {
        let bench = try Bench(mirror())
        let inline = try await bench.manager.call("read", ["path": "a", "run_in_background": false], as: bench.alice)
        #expect(inline.result?.structuredContent == ["path": "a"])
        let record = try #require(
            try await bench.manager.call("read", ["run_in_background": true, "path": "b"], as: bench.alice).task
        )
        #expect(record.arguments == ["path": "b"])
        #expect(try await bench.end(of: record.id).result?.structuredContent == ["path": "b"])
        let queued = try await bench.manager.submit("read", ["path": "c", "run_in_background": true], as: bench.alice)
        #expect(queued.arguments == ["path": "c"])
    }

    @Test(
        "refuses a wish of the wrong type, and arguments that are no object",
        arguments: [
            ["path": "a", "run_in_background": "yes"], ["path": "a", "task_id": 7], [1], ["run_in_background": true], ["path": 1],
        ] as [JSONValue]
    )
    func misfits(arguments: JSONValue) async throws {
        let bench = try Bench(mirror())
        let error = await #expect(throws: ToolError.self) { try await bench.manager.call("read", arguments, as: bench.alice) }
        #expect(error?.code == .invalidArguments)
        #expect(try await bench.total() == 0)
    }

    @Test("looks at its arguments before anything is recorded")
    func prepare() async throws {
        struct Picky: Tool {
            let descriptor = ToolDescriptor(name: "picky", description: "", durability: .eager)
            func prepare(_ arguments: JSONValue) throws { throw ToolFault(description: "not today") }
            func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult { .text("") }
        }
        let bench = try Bench(BackgroundCapable(Picky()))
        let error = await #expect(throws: ToolError.self) {
            try await bench.manager.call("picky", ["run_in_background": true], as: bench.alice)
        }
        #expect(error?.message == "not today")
        #expect(bench.store.count(of: .insert) == 0)
    }

    @Test(
        "goes to the background as policy, option and argument say together",
        arguments: [
            (BackgroundPolicy.automatic(after: nil), false, false), (.onRequest, false, false), (.always, false, true),
            (.never, false, false),
            (.automatic(after: nil), true, true), (.onRequest, true, true), (.always, true, true), (.never, true, false),
        ]
    )
    func policies(policy: BackgroundPolicy, asks: Bool, isTask: Bool) async throws {
        let bench = try Bench(mirror(policy))
        let byArgument = try await bench.manager.call("read", ["path": "a", "run_in_background": .bool(asks)], as: bench.alice)
        #expect((byArgument.task != nil) == isTask)
        var options = CallOptions()
        options.inBackground = asks
        #expect((try await bench.manager.call("read", ["path": "a"], as: bench.alice, options: options).task != nil) == isTask)
    }

    // MARK: - Asking after a task

    @Test("gives the state and the result of a call that has ended")
    func askEnded() async throws {
        let bench = try Bench(mirror())
        let record = try #require(try await bench.manager.call("read", ["path": "a"], as: bench.alice, options: .background).task)
        _ = try await bench.end(of: record.id)
        let result = try #require(
            try await bench.manager.call("read", ["task_id": .string(record.id.description)], as: bench.alice).result
        )
        #expect(!result.isError)
        #expect(result.structuredContent == ["path": "a"])
        #expect(result.text.contains("completed"))
        #expect(result.text.hasSuffix("read"))
        #expect(result.meta?["legwork/task"]?["status"] == "completed")
        #expect(try await bench.total() == 1)
    }

    @Test("tells of a call that was cancelled as an error")
    func askCancelled() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(BackgroundCapable(tool))
        let record = try await bench.background()
        await tool.began.wait()
        _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        _ = try await bench.end(of: record.id)
        let result = try await bench.manager.call("scripted", ["task_id": .string(record.id.description)], as: bench.alice).result
        #expect(result?.isError == true)
        #expect(result?.text.contains("cancelled") == true)
    }

    @Test("waits for a call that runs, within the window, and never touches it")
    func reattach() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(BackgroundCapable(tool))
        let record = try await bench.background()
        let ask: JSONValue = ["task_id": .string(record.id.description)]
        await tool.began.wait()
        // Not at all, and until the window passes.
        #expect(try await bench.manager.call("scripted", ask, as: bench.alice, options: .background).task?.status == .running)
        let patient = Task { try await bench.manager.call("scripted", ask, as: bench.alice) }
        await bench.pass(.seconds(10))
        #expect(try await patient.value.task?.id == record.id)
        // Its caller leaves.
        let leaving = Task { try await bench.manager.call("scripted", ask, as: bench.alice) }
        await bench.clock.sleeperDue(within: .seconds(10))
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        #expect(!tool.noticedCancel.hasFired)
        // Until it ends.
        let lucky = Task { try await bench.manager.call("scripted", ask, as: bench.alice) }
        await bench.clock.sleeperDue(within: .seconds(10))
        tool.mayEnd.fire()
        #expect(try await lucky.value.result?.text.hasSuffix("done") == true)
        #expect(try await bench.total() == 1)
    }

    @Test("lets a call that stopped go on, with new arguments in the place of old ones")
    func resume() async throws {
        let store = MemoryTaskStore()
        let tool = ScriptedTool(ToolDescriptor(name: "read", description: "", inputSchema: Self.schema))
        let first = TaskManager(store: store, tools: try ToolRegistry([BackgroundCapable(tool)]))
        let alice = Caller(owner: "alice")
        let record = try #require(try await first.call("read", ["path": "a", "run_in_background": true], as: alice).task)
        await tool.began.wait()
        await first.shutdown()
        let second = TaskManager(store: store, tools: try ToolRegistry([mirror()]))
        let outcome = try await second.call("read", ["task_id": .string(record.id.description), "path": "b"], as: alice)
        #expect(outcome.result?.structuredContent == ["path": "b"])
        #expect(try await second.task(record.id, in: alice.scope).attempts == 2)
    }

    @Test("shows the state of one that stopped and cannot go on")
    func notResumable() async throws {
        let store = MemoryTaskStore()
        let tool = ScriptedTool()
        let first = TaskManager(store: store, tools: try ToolRegistry([tool]))
        let alice = Caller(owner: "alice")
        let record = try #require(try await first.call("scripted", as: alice, options: .background).task)
        await tool.began.wait()
        await first.shutdown()
        let descriptor = ToolDescriptor(name: "scripted", description: "", isResumable: false)
        let capable = BackgroundCapable(ScriptedTool(descriptor), takesTaskID: true)
        let second = TaskManager(store: store, tools: try ToolRegistry([capable]))
        let outcome = try await second.call("scripted", ["task_id": .string(record.id.description)], as: alice)
        #expect(outcome.task?.status == .stopped)
    }

    @Test("gives one answer for what is no id, a missing task and another owner's; another tool's task is named")
    func unknown() async throws {
        let bench = try Bench(mirror(), echo())
        let bobs = try #require(try await bench.manager.call("read", ["path": "a"], as: bench.bob, options: .background).task)
        for reference in [bobs.id.description, TaskID.random().description, "nonsense"] {
            let error = await #expect(throws: TaskManagerError.self) {
                try await bench.manager.call("read", ["task_id": .string(reference)], as: bench.alice)
            }
            #expect(error?.code == .notFound)
            #expect(error?.message == TaskManagerError.notFound(reference).message)
        }
        let other = try await bench.background("echo")
        let error = await #expect(throws: TaskManagerError.self) {
            try await bench.manager.call("read", ["task_id": .string(other.id.description)], as: bench.alice)
        }
        #expect(error?.code == .invalidArgument)
    }
}
