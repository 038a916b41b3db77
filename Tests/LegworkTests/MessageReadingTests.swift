import Legwork
import LegworkTestKit
import Testing

@Suite("Reading messages")
struct MessageReadingTests {
    @Test("a receiver that is resumed gets what it had not dealt with, once more and under the same id, and then the rest")
    func resumed() async throws {
        let seen = Sayings<TaskMessage>()
        let tool = agent(recovery: .restart) { context in
            for try await message in context.messages {
                if message.content == "end" { break }
                seen.add(message)
                if message.id == MessageID("m3"), message.deliveries == 1 { try await TestSignal().waitUnlessCancelled() }
            }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        for number in 1...3 {
            try await bench.manager.send(JSONValue(number), to: .task(record.id), from: bench.alice, id: MessageID("m\(number)"))
        }
        await seen.first(3)
        // The process goes while the third is being dealt with.
        await bench.manager.shutdown()
        try await bench.afterRestart(tool) { next in
            let again = try #require(await seen.first(4).last)
            #expect(again.id == MessageID("m3"))
            #expect(again.content == 3)
            #expect(again.deliveries == 2)
            try await next.send(4, to: .task(record.id), from: bench.alice)
            try await next.send("end", to: .task(record.id), from: bench.alice)
            #expect(try await next.wait(for: record.id, atMost: .seconds(60), in: .operator).status == .completed)
        }
        #expect(seen.all.map(\.content) == [1, 2, 3, 3, 4])
        #expect(try await bench.manager.deadLetters(in: .operator).isEmpty)
    }

    @Test("what was acknowledged does not come again")
    func acknowledged() async throws {
        let seen = Sayings<JSONValue>()
        let tool = agent(recovery: .restart) { context in
            while let message = try await context.nextMessage(waitingAtMost: .seconds(3600)) {
                try await context.acknowledgeMessages()
                seen.add(message.content)
                if message.content == "end" { break }
            }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        try await bench.manager.send("a", to: .task(record.id), from: bench.alice)
        await seen.first(1)
        await bench.manager.shutdown()
        try await bench.afterRestart(tool) { next in
            try await next.send("end", to: .task(record.id), from: bench.alice)
            _ = try await next.wait(for: record.id, atMost: .seconds(60), in: .operator)
        }
        #expect(seen.all == ["a", "end"])
    }

    @Test("a reader that waits is woken by a message, and needs no time to pass")
    func waits() async throws {
        let bench = try Bench(listener())
        let record = try await bench.start("listener")
        for word in ["one", "two", "end"] as [JSONValue] { try await bench.manager.send(word, to: .task(record.id), from: bench.alice) }
        #expect(try await bench.heard(by: record.id) == ["one", "two"])
        #expect(bench.clock.uptime == .zero)
    }

    @Test("a wait that is over gives nothing, and the message that comes later is there")
    func timeUp() async throws {
        let seen = Sayings<TaskMessage?>()
        let tool = agent { context in
            seen.add(try await context.nextMessage(waitingAtMost: .zero))
            seen.add(try await context.nextMessage(waitingAtMost: .seconds(5)))
            seen.add(try await context.nextMessage(waitingAtMost: .seconds(3600)))
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        await seen.first(1)
        await bench.pass(.seconds(5))
        await seen.first(2)
        try await bench.manager.send("late", to: .task(record.id), from: bench.alice)
        let all = await seen.first(3)
        #expect(all.map { $0?.content } == [nil, nil, "late"])
        #expect(try await bench.end(of: record.id).status == .completed)
    }

    @Test("a wait that makes no sense is refused", arguments: [Duration.seconds(-1), .seconds(8 * 24 * 3600)])
    func badWait(_ limit: Duration) async throws {
        let bench = try Bench(agent { context in .text("\(try await context.nextMessage(waitingAtMost: limit) == nil)") })
        let record = try await bench.start("agent")
        let ended = try await bench.end(of: record.id)
        #expect(ended.status == .failed)
        #expect(ended.result?.text.contains("0 to 604800 seconds") == true)
    }

    @Test("a cancelled task's reader throws CancellationError, and what was not dealt with goes back to the sender")
    func cancelled() async throws {
        let (reading, saw) = (TestSignal(), TestSignal())
        let tool = agent { context in
            do {
                for try await _ in context.messages { reading.fire() }
            } catch {
                if error is CancellationError { saw.fire() }
                throw error
            }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        try await bench.manager.send("x", to: .task(record.id), from: bench.alice)
        await reading.wait()
        _ = try await bench.manager.cancel(record.id, in: .operator)
        #expect(try await bench.end(of: record.id).status == .cancelled)
        #expect(saw.hasFired)
    }

    @Test("a reader that asks after the cancel throws at once")
    func cancelledBefore() async throws {
        let saw = TestSignal()
        let (began, mayRead) = (TestSignal(), TestSignal())
        let tool = agent { context in
            began.fire()
            await mayRead.wait()
            do {
                _ = try await context.nextMessage(waitingAtMost: .seconds(60))
            } catch is CancellationError {
                saw.fire()
            }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        await began.wait()
        try await bench.manager.send("x", to: .task(record.id), from: bench.alice)
        _ = try await bench.manager.cancel(record.id, in: .operator)
        mayRead.fire()
        _ = try await bench.end(of: record.id)
        #expect(saw.hasFired)
    }

    @Test("a reader that outlives its tool sees the end of the messages")
    func afterTheEnd() async throws {
        let kept = Sayings<ToolContext>()
        let ended = Sayings<TaskMessage?>()
        let tool = agent { context in
            kept.add(context)
            let reader = Task {
                var iterator = context.messages.makeAsyncIterator()
                ended.add(try await iterator.next())
                ended.add(try await iterator.next())
            }
            _ = reader
            let first = try #require(try await context.nextMessage(waitingAtMost: .seconds(3600)))
            return .text(first.text)
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        try await bench.manager.send("a", to: .task(record.id), from: bench.alice)
        try await bench.manager.send("b", to: .task(record.id), from: bench.alice)
        _ = try await bench.end(of: record.id)
        // One of the two readers got each; the one without a tool goes on until there is nothing.
        let context = try #require(await kept.first(1).first)
        #expect(try await context.nextMessage(waitingAtMost: .seconds(60)) == nil)
        var iterator = context.messages.makeAsyncIterator()
        #expect(try await iterator.next() == nil)
        #expect(await ended.first(2).last == .some(nil))
    }

    @Test("several readers share the messages: each goes to one")
    func shared() async throws {
        let count = 200
        let tool = agent { context in
            let heard = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var mine: [Int] = []
                        while let message = try await context.nextMessage(waitingAtMost: .seconds(3600)), message.content != "end" {
                            mine.append(message.content.int ?? -1)
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            return .text("ok", structured: .array(heard.sorted().map { JSONValue($0) }))
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        for number in 0..<count { try await bench.manager.send(JSONValue(number), to: .task(record.id), from: bench.alice) }
        for _ in 0..<4 { try await bench.manager.send("end", to: .task(record.id), from: bench.alice) }
        #expect(try await bench.heard(by: record.id) == (0..<count).map { JSONValue($0) })
    }

    @Test("a store that cannot be read for a while holds the reader up and loses nothing")
    func faults() async throws {
        let bench = try Bench(listener())
        bench.store.fail(.take, times: 2)
        let record = try await bench.start("listener")
        try await bench.manager.send("x", to: .task(record.id), from: bench.alice)
        try await bench.manager.send("end", to: .task(record.id), from: bench.alice)
        for _ in 0..<2 { await bench.pass(.seconds(1)) }
        #expect(try await bench.heard(by: record.id) == ["x"])
    }

    @Test(
        "a tool that returns has dealt with what it was given; one that throws has not, and its sender keeps a dead letter",
        arguments: [true, false]
    )
    func lastMessage(returns: Bool) async throws {
        let tool = agent { context in
            _ = try await context.nextMessage(waitingAtMost: .seconds(3600))
            if !returns { throw ToolFault(description: "no") }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        try await bench.manager.send("the last", to: .task(record.id), from: bench.alice)
        _ = try await bench.end(of: record.id)
        let letters = try await bench.manager.deadLetters(in: bench.alice.scope)
        #expect(letters.map(\.message.content) == (returns ? [] : ["the last"]))
        #expect(letters.allSatisfy { $0.reason == .finished && $0.recipient == record.id })
    }

    @Test("a message that ends the process each time is given up after five times, told to its sender, and the next one comes")
    func poison() async throws {
        let seen = Sayings<TaskMessage>()
        let tool = agent(recovery: .restart) { context in
            for try await message in context.messages {
                seen.add(message)
                if message.content == "end" { break }
                try await TestSignal().waitUnlessCancelled()
            }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        try await bench.manager.send("poison", to: .task(record.id), from: bench.alice)
        await seen.first(1)
        await bench.manager.shutdown()
        for number in 2...5 { try await bench.afterRestart(tool) { _ in await seen.first(number) } }
        #expect(seen.all.map(\.deliveries) == [1, 2, 3, 4, 5])
        try await bench.afterRestart(tool) { next in
            try await next.send("end", to: .task(record.id), from: bench.alice)
            _ = try await next.wait(for: record.id, atMost: .seconds(60), in: .operator)
        }
        #expect(seen.all.last?.content == "end")
        #expect(try await bench.manager.deadLetters(in: bench.alice.scope).map(\.reason) == [.gaveUp])
    }

    @Test("a tool that takes no messages is told how to")
    func noInbox() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "deaf", description: "")) { _, context in
            for try await _ in context.messages {}
            return .text("ok")
        }
        let bench = try Bench(tool)
        let result = try #require(try await bench.manager.call("deaf", as: bench.alice).result)
        #expect(result.isError)
        #expect(result.text.contains("set 'hasInbox' in its descriptor"))
    }

    @Test("a tool with an inbox is a task before it starts, so that messages find it")
    func recordedFirst() async throws {
        let bench = try Bench(listener())
        let call = Task { try await bench.manager.call("listener", as: bench.alice) }
        await bench.clock.sleeperDue(within: .seconds(10))
        let record = try await bench.onlyTask()
        #expect(record.hasInbox)
        try await bench.manager.send("end", to: .task(record.id), from: bench.alice)
        #expect(try await call.value.result?.text == "heard")
    }

    @Test("a host that knows of no messages and questions says so")
    func otherHost() async throws {
        final class Host: ToolContextHost {
            let caller = Caller(owner: "test")
            let taskID = TaskID.random()
            let attempt = 1
            let checkpoint: JSONValue? = nil
            let isCancelled = false
            func report(_ report: ToolReport) {}
            func emit(text: String?, data: JSONValue?) {}
            func save(checkpoint: JSONValue) async throws {}
            func openOutput() throws -> any ToolOutput { throw ToolFault(description: "none") }
        }
        let context = ToolContext(host: Host())
        for body in [
            { _ = try await context.send("x", to: .parent) }, { _ = try await context.nextMessage(waitingAtMost: .zero) },
            { _ = try await context.ask("?") },
        ] as [() async throws -> Void] {
            let error = try await #require(throws: ToolError.self) { try await body() }
            #expect(error.code == .notSupported)
        }
        try await context.acknowledgeMessages()
    }
}
