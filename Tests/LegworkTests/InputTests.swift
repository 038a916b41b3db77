import Legwork
import LegworkTestKit
import Testing

@Suite("Asking for input")
struct InputTests {
    /// Asks one question and gives back the answer.
    static func asking(
        _ name: String = "asking",
        schema: JSONValue? = nil,
        key: String? = nil,
        recovery: RecoveryPolicy = .stop,
        background: BackgroundPolicy = .automatic(after: nil)
    ) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: name, description: "Asks.", background: background, recovery: recovery)) { _, context in
            .text("answered", structured: try await context.ask("Go on?", schema: schema, key: key))
        }
    }

    @Test("puts the task into input_required, tells its owner, and goes on with the answer")
    func ask() async throws {
        let bench = try Bench(Self.asking(schema: ["type": "boolean"], key: "go"))
        let id = try await bench.background("asking").id
        let waiting = try await bench.end(of: id)
        #expect(waiting.status == .inputRequired)
        let request = InputRequest(key: "go", message: "Go on?", schema: ["type": "boolean"], askedAt: bench.clock.now)
        #expect(waiting.inputs == [request])
        #expect(waiting.openInputs == [request])
        let notices = try await bench.store.notices(NoticeQuery(in: bench.alice.scope))
        #expect(notices.map(\.kind) == [.inputRequired])
        #expect(notices.first?.text == "Go on?")
        #expect(notices.first?.data == ["keys": ["go"]])

        let answered = try await bench.manager.answer(id, ["go": true], in: bench.alice.scope)
        #expect(answered.status == .running)
        #expect(answered.inputs.first?.answer == true)
        #expect(answered.inputs.first?.state == .answered)
        let ended = try await bench.end(of: id)
        #expect(ended.result?.structuredContent == true)
        let events = try await bench.events(of: id).filter { $0.kind == .inputRequired || $0.kind == .inputProvided }
        #expect(events.map(\.kind) == [.inputRequired, .inputProvided])
        #expect(events.map(\.text) == ["Go on?", nil])
        #expect(events.allSatisfy { $0.data == ["keys": ["go"]] })
    }

    @Test("by a call in its window makes it a task at once, which the caller gets", arguments: [Durability.lazy, .eager], [true, false])
    func inWindow(durability: Durability, suspendsFirst: Bool) async throws {
        let mayAsk = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "", durability: durability)) { _, context in
            if suspendsFirst { await mayAsk.wait() }
            return .text("answered", structured: try await context.ask("Go on?"))
        }
        let bench = try Bench(tool)
        async let call = bench.manager.call("asking", as: bench.alice)
        if suspendsFirst {
            await bench.clock.sleeperDue(within: .seconds(10))
            mayAsk.fire()
        }
        let record = try #require(try await call.task)
        #expect(bench.clock.uptime == .zero)
        let waiting = try await bench.end(of: record.id)
        #expect(waiting.status == .inputRequired)
        #expect(try await bench.total() == 1)
        try await bench.manager.answer(record.id, ["input-1": "yes"], in: .operator)
        #expect(try await bench.end(of: record.id).result?.structuredContent == "yes")
    }

    @Test("by a call without a window makes it a task too")
    func withoutWindow() async throws {
        let bench = try Bench(Self.asking(background: .onRequest))
        let record = try #require(try await bench.manager.call("asking", as: bench.alice).task)
        _ = try await bench.end(of: record.id)
        try await bench.manager.answer(record.id, ["input-1": 1], in: .operator)
        #expect(try await bench.end(of: record.id).status == .completed)
    }

    @Test("is refused to a tool that is never a task")
    func never() async throws {
        let bench = try Bench(Self.asking(background: .never))
        let result = try #require(try await bench.manager.call("asking", as: bench.alice).result)
        #expect(result.isError)
        #expect(result.text.contains("only a task can ask"))
        #expect(try await bench.total() == 0)
    }

    @Test("several times at once waits for all answers, which may come one by one, and each question is told")
    func several() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "")) { _, context in
            async let a = context.ask("A?", key: "a")
            async let b = context.ask("B?", key: "b")
            async let c = context.ask("C?", key: "c")
            return .text("ok", structured: .array(try await [a, b, c]))
        }
        let bench = try Bench(tool)
        let id = try await bench.background("asking").id
        try await bench.manager.watch(id, in: .operator) { _ in true }
        try await bench.asked(3, by: id)
        let notices = try await bench.store.notices(NoticeQuery(in: .operator))
        #expect(notices.map(\.kind) == [.inputRequired, .inputRequired, .inputRequired])
        #expect(Set(notices.compactMap(\.text)) == ["A?", "B?", "C?"])
        #expect(try await bench.manager.answer(id, ["b": 2], in: .operator).status == .inputRequired)
        #expect(try await bench.manager.answer(id, ["a": 1, "c": 3], in: .operator).status == .running)
        #expect(try await bench.end(of: id).result?.structuredContent == [1, 2, 3])
    }

    @Test("takes only answers that fit, to questions that are open, all of one call or none")
    func checked() async throws {
        let schema: JSONValue = ["type": "object", "properties": ["ok": ["type": "boolean"]], "required": ["ok"]]
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "")) { _, context in
            async let a = context.ask("A?", schema: schema, key: "a")
            async let b = context.ask("B?", key: "b")
            return .text("ok", structured: .array(try await [a, b]))
        }
        let bench = try Bench(tool)
        let id = try await bench.background("asking").id
        try await bench.asked(2, by: id)

        func refusal(_ answers: [String: JSONValue], in scope: Scope = .operator) async throws -> TaskManagerError {
            try await #require(throws: TaskManagerError.self) { try await bench.manager.answer(id, answers, in: scope) }
        }
        let unfit = try await refusal(["a": ["ok": "perhaps"], "b": 1])
        #expect(unfit.code == .invalidArgument)
        #expect(unfit.message.contains("a.ok"))
        let unknown = try await refusal(["b": 1, "z": 1])
        #expect(unknown.code == .notAsked)
        #expect(unknown.message.contains("did not ask 'z'"))
        #expect(unknown.message.contains("open are 'a', 'b'") || unknown.message.contains("open are 'b', 'a'"))
        #expect(try await refusal([:]).code == .invalidArgument)
        #expect(try await refusal(["b": 1], in: bench.bob.scope).code == .notFound)
        #expect(try await refusal(["b": .string(String(repeating: "x", count: 2 << 20))]).message.contains("1048576 bytes"))
        #expect(try await bench.manager.task(id, in: .operator).openInputs.count == 2)

        try await bench.manager.answer(id, ["b": nil], in: bench.alice.scope)
        let answered = try await refusal(["b": 1])
        #expect(answered.code == .notAsked)
        #expect(answered.message.contains("open are 'a'"))
        try await bench.manager.answer(id, ["a": ["ok": true]], in: bench.alice.scope)
        #expect(try await bench.end(of: id).result?.structuredContent == [["ok": true], nil])
        let late = try await refusal(["a": ["ok": true]])
        #expect(late.code == .finished)
    }

    @Test("answers that race: one is taken, the others learn that the question has its answer")
    func race() async throws {
        let bench = try Bench(Self.asking(key: "go"))
        let id = try await bench.background("asking").id
        _ = try await bench.end(of: id)
        let outcomes = await withTaskGroup(of: (Int, TaskManagerError.Code?).self) { group in
            for number in 0..<32 {
                group.addTask {
                    (number, await bench.code { try await bench.manager.answer(id, ["go": JSONValue(number)], in: .operator) })
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let winners = outcomes.filter { $0.1 == nil }
        #expect(winners.count == 1)
        #expect(outcomes.allSatisfy { $0.1 == nil || $0.1 == .notAsked || $0.1 == .finished })
        #expect(try await bench.end(of: id).result?.structuredContent?.int == winners.first?.0)
    }

    @Test("a cancel ends the ask, and the question is no longer open")
    func cancelled() async throws {
        let saw = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "")) { _, context in
            do {
                _ = try await context.ask("Go on?", key: "go")
            } catch {
                if error is CancellationError { saw.fire() }
                throw error
            }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let id = try await bench.background("asking").id
        _ = try await bench.end(of: id)
        _ = try await bench.manager.cancel(id, in: .operator)
        try await bench.manager.watch(id, in: .operator) { !$0.status.isTerminal }
        await saw.wait()
        try await bench.ended(id)
        let record = try await bench.manager.task(id, in: .operator)
        #expect(record.status == .cancelled)
        #expect(record.openInputs.isEmpty)
        #expect(await bench.code { try await bench.manager.answer(id, ["go": 1], in: .operator) } == .finished)
    }

    @Test("an ask that its tool gives up lets the task go on; its key is for that question alone")
    func givenUp() async throws {
        let (mayGiveUp, mayAskAgain) = (TestSignal(), TestSignal())
        let errors = Sayings<String>()
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "")) { _, context in
            let ask = Task { try await context.ask("Delete A?", key: "delete") }
            await mayGiveUp.wait()
            ask.cancel()
            do { _ = try await ask.value } catch { errors.add("\(error)") }
            await mayAskAgain.wait()
            do { _ = try await context.ask("Delete B?", key: "delete") } catch { errors.add("\(error)") }
            return .text("ok", structured: try await context.ask("Delete A?", key: "delete"))
        }
        let bench = try Bench(tool)
        let id = try await bench.background("asking").id
        _ = try await bench.end(of: id)
        mayGiveUp.fire()
        await errors.first(1)
        let going = try await bench.manager.task(id, in: .operator)
        #expect(going.status == .running)
        #expect(going.inputs.map(\.state) == [.withdrawn])
        #expect(await bench.code { try await bench.manager.answer(id, ["delete": true], in: .operator) } == .notAsked)
        mayAskAgain.fire()
        #expect(await errors.first(2).last?.contains("was that of another question") == true)
        _ = try await bench.end(of: id)
        try await bench.manager.answer(id, ["delete": true], in: .operator)
        #expect(try await bench.end(of: id).result?.structuredContent == true)
    }

    @Test("whoever is asked may decline, and the tool learns that")
    func declined() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "")) { _, context in
            do {
                return .text("ok", structured: try await context.ask("Go on?", key: "go"))
            } catch let error as ToolError where error.code == .inputDeclined {
                return .text("then not")
            }
        }
        let bench = try Bench(tool)
        let id = try await bench.background("asking").id
        _ = try await bench.end(of: id)
        let record = try await bench.manager.decline(id, ["go"], in: bench.alice.scope)
        #expect(record.inputs.map(\.state) == [.declined])
        #expect(record.status == .running)
        #expect(try await bench.end(of: id).result?.text == "then not")
    }

    @Test("a question that was declined is told of no more, the one beside it is")
    func declinedBesideOpen() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "")) { _, context in
            async let colour = context.ask("Which?", key: "colour")
            _ = try? await context.ask("Go on?", key: "go")
            return .text("ok", structured: try await colour)
        }
        let bench = try Bench(tool)
        let id = try await bench.background("asking").id
        try await bench.asked(2, by: id)
        let record = try await bench.manager.decline(id, ["go"], in: bench.alice.scope)
        #expect(record.status == .inputRequired)
        let questions = TaskReport(record, now: bench.clock.now).object["questions"]?.array
        #expect(questions?.map { $0["key"] } == ["colour"])
        try await bench.manager.answer(id, ["colour": "red"], in: bench.alice.scope)
        #expect(try await bench.end(of: id).result?.structuredContent == "red")
    }

    @Test("a task that stopped keeps its open question: answered meanwhile, the resumed tool has the answer at once")
    func stopped() async throws {
        let tool = Self.asking(key: "go")
        let bench = try Bench(tool)
        let id = try await bench.background("asking").id
        _ = try await bench.end(of: id)
        await bench.manager.shutdown()
        let stopped = try await bench.manager.task(id, in: .operator)
        #expect(stopped.status == .stopped)
        #expect(stopped.openInputs.map(\.key) == ["go"])
        #expect(stopped.inputs.map(\.state) == [.left])
        #expect(try await bench.manager.answer(id, ["go": 42], in: bench.alice.scope).status == .stopped)
        try await bench.afterRestart(tool) { next in
            try await next.resume(id, in: bench.alice.scope)
            let ended = try await next.wait(for: id, atMost: .seconds(60), in: .operator)
            #expect(ended.result?.structuredContent == 42)
        }
        #expect(try await bench.events(of: id).filter { $0.kind == .inputRequired }.count == 1)
    }

    @Test("a resumed tool that asks again waits under the same key; what it no longer asks holds nothing up")
    func askedAgain() async throws {
        let attempts = Sayings<Int>()
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "", recovery: .restart)) { _, context in
            attempts.add(1)
            if attempts.all.count == 1 {
                async let old: JSONValue = context.ask("Old?", key: "old")
                async let made: JSONValue = context.ask("Made?")
                async let both: JSONValue = context.ask("Both?", key: "both")
                return .text("ok", structured: .array(try await [old, made, both]))
            }
            return .text("ok", structured: try await context.ask("Both?", key: "both"))
        }
        let bench = try Bench(tool)
        let id = try await bench.background("asking").id
        try await bench.asked(3, by: id)
        await bench.manager.shutdown()
        #expect(try await bench.manager.task(id, in: .operator).status == .queued)
        try await bench.afterRestart(tool) { next in
            let waiting = try await next.wait(for: id, atMost: .seconds(60), in: .operator)
            #expect(waiting.status == .inputRequired)
            #expect(waiting.inputs.map(\.key).sorted() == ["both", "old"])
            #expect(waiting.inputs.filter { $0.state == .awaited }.map(\.key) == ["both"])
            #expect(try await next.answer(id, ["both": "yes"], in: .operator).status == .running)
            #expect(try await next.wait(for: id, atMost: .seconds(60), in: .operator).result?.structuredContent == "yes")
        }
    }

    @Test("questions have limits: size, schema, key, and how many are open")
    func limits() async throws {
        let errors = Sayings<String>()
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "")) { _, context in
            func attempt(_ message: String, schema: JSONValue? = nil, key: String? = nil) async {
                do {
                    _ = try await context.ask(message, schema: schema, key: key)
                    errors.add("none")
                } catch {
                    errors.add("\(error)")
                }
            }
            await attempt("")
            await attempt(String(repeating: "x", count: 20_000))
            await attempt("?", schema: ["type": "nonsense"])
            await attempt("?", schema: ["description": .string(String(repeating: "x", count: 70_000))])
            await attempt("?", key: "")
            await attempt("?", key: "input-7")
            return try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<65 {
                    group.addTask {
                        do { _ = try await context.ask("Number \(number)?") } catch let error as TaskManagerError {
                            errors.add(error.message)
                        }
                    }
                }
                try await group.waitForAll()
                return .text("ok")
            }
        }
        let bench = try Bench(tool)
        let id = try await bench.background("asking").id
        let seen = await errors.first(7)
        let words = [
            "1 to 16384 bytes, not 0", "1 to 16384 bytes, not 20000", "schema of a question cannot be used", "65536 bytes",
            "key of the question must be a text of 1 to 128 bytes", "must not begin with 'input-'", "64 questions of this task are open",
        ]
        for (text, part) in zip(seen, words) { #expect(text.contains(part)) }
        let record = try await bench.manager.task(id, in: .operator)
        #expect(record.openInputs.count == 64)
        #expect(Set(record.openInputs.map(\.key)).count == 64)
        try await bench.manager.answer(id, Dictionary(uniqueKeysWithValues: record.openInputs.map { ($0.key, 1) }), in: .operator)
        #expect(try await bench.end(of: id).status == .completed)
    }

    @Test("a store that is full for a while holds a question up and loses neither it nor its answer")
    func faults() async throws {
        let bench = try Bench(Self.asking())
        bench.store.fail(.insert, times: 1)
        async let call = bench.manager.call("asking", as: bench.alice)
        await bench.pass(.seconds(1))
        let record = try #require(try await call.task)
        _ = try await bench.end(of: record.id)
        bench.store.fail(.task, times: 1)
        await #expect(throws: StoreError.self) { try await bench.manager.answer(record.id, ["input-1": 1], in: .operator) }
        try await bench.manager.answer(record.id, ["input-1": 1], in: .operator)
        #expect(try await bench.end(of: record.id).status == .completed)
    }
}

extension Bench {
    /// Returns when so many questions of a task are open.
    fileprivate func asked(_ count: Int, by id: TaskID) async throws {
        for await _ in AsyncStream<Void>(unfolding: { () }) {
            if try await manager.task(id, in: .operator).openInputs.count >= count { return }
            await Task.yield()
        }
    }

    /// Returns when a task has ended, though it may wait for an answer first.
    fileprivate func ended(_ id: TaskID) async throws {
        while try await !manager.task(id, in: .operator).status.isTerminal { await Task.yield() }
    }
}
