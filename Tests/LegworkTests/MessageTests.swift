import Legwork
import LegworkTestKit
import Testing

@Suite("Messages between tasks")
struct MessageTests {
    @Test("two agents talk through 1,000 messages, each in its order")
    func talk() async throws {
        let count = 1000
        let ping = agent("ping") { context in
            var heard: [JSONValue] = []
            try await context.send(.integer(0), to: .named("pong"))
            for try await message in context.messages {
                heard.append(message.content)
                if heard.count == count / 2 { break }
                try await context.send(.integer(Int64(heard.count)), to: .named("pong"))
            }
            return .text("done", structured: .array(heard))
        }
        let pong = agent("pong") { context in
            var heard: [JSONValue] = []
            for try await message in context.messages {
                heard.append(message.content)
                try await context.send(message.content, to: .task(try #require(message.sender.task)))
                if heard.count == count / 2 { break }
            }
            return .text("done", structured: .array(heard))
        }
        let bench = try Bench(ping, pong)
        let receiver = try await bench.start("pong", named: "pong")
        let sender = try await bench.start("ping", named: "ping")
        let expected = (0..<count / 2).map { JSONValue.integer(Int64($0)) }
        #expect(try await bench.heard(by: receiver.id) == expected)
        #expect(try await bench.heard(by: sender.id) == expected)
    }

    @Test("64 senders at once lose nothing, and each keeps its order")
    func manySenders() async throws {
        let bench = try Bench(listener())
        let record = try await bench.start("listener", named: "ear")
        try await withThrowingTaskGroup { group in
            for sender in 0..<64 {
                group.addTask {
                    for number in 0..<15 {
                        try await bench.manager.send(
                            ["s": JSONValue(sender), "n": JSONValue(number)],
                            to: .named("ear"),
                            from: bench.alice
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
        try await bench.manager.send("end", to: .task(record.id), from: bench.alice)
        let heard = try await bench.heard(by: record.id)
        #expect(heard.count == 64 * 15)
        for sender in 0..<64 {
            let numbers = heard.filter { $0["s"] == JSONValue(sender) }.compactMap { $0["n"]?.int }
            #expect(numbers == Array(0..<15))
        }
    }

    @Test("carry any JSON, empty text too, and who sent them", arguments: ["", "hello", ["a": [1, nil, true]], nil, 7] as [JSONValue])
    func content(_ content: JSONValue) async throws {
        let got = Sayings<TaskMessage>()
        let tool = agent { context in
            got.add(try #require(try await context.nextMessage(waitingAtMost: .seconds(60))))
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.start("agent")
        let caller = Caller(owner: "alice", origin: .init(platform: "chat", user: "Alice"))
        let receipt = try await bench.manager.send(content, to: .task(record.id), from: caller, id: MessageID("m-1"))
        #expect(receipt == MessageReceipt(id: MessageID("m-1"), deliveries: [.init(recipient: record.id, result: .queued(sequence: 1))]))
        let message = try #require(await got.first(1).first)
        #expect(message.content == content)
        #expect(message.id == MessageID("m-1"))
        #expect(message.sender == .init(owner: "alice", name: "Alice"))
        #expect(message.deliveries == 1)
        #expect(message.sentAt == bench.clock.now)
        #expect(try await bench.end(of: record.id).status == .completed)
    }

    @Test("of 10 MB are refused with words that say what to do, and the inbox stays as it was")
    func tooLarge() async throws {
        let bench = try Bench(listener())
        let record = try await bench.start("listener")
        let huge = JSONValue.string(String(repeating: "x", count: 10_000_000))
        do {
            try await bench.manager.send(huge, to: .task(record.id), from: bench.alice)
            Issue.record("it was taken")
        } catch let error as TaskManagerError {
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains("1048576 bytes"))
            #expect(error.message.contains("send a reference instead"))
        }
        #expect(
            await bench.code { try await bench.manager.send(nested(5000), to: .task(record.id), from: bench.alice) } == .invalidArgument
        )
        try await bench.manager.send("end", to: .task(record.id), from: bench.alice)
        #expect(try await bench.heard(by: record.id) == [])
    }

    @Test("with an id that was used before are delivered once, and that is a success")
    func idempotent() async throws {
        let bench = try Bench(listener())
        let record = try await bench.start("listener")
        let id = MessageID("order-17")
        let first = try await bench.manager.send("once", to: .task(record.id), from: bench.alice, id: id)
        #expect(first.deliveries.map(\.result) == [.queued(sequence: 1)])
        for _ in 0..<3 {
            let again = try await bench.manager.send("once", to: .task(record.id), from: bench.alice, id: id)
            #expect(again.deliveries.map(\.result) == [.duplicate])
            #expect(again.deliveries.allSatisfy { $0.isAccepted })
        }
        try await bench.manager.send("end", to: .task(record.id), from: bench.alice)
        #expect(try await bench.heard(by: record.id) == ["once"])
    }

    @Test("with an id that is none are refused", arguments: ["", String(repeating: "i", count: 129), "a\nb", "\u{7F}"])
    func badID(_ text: String) async throws {
        let bench = try Bench(listener())
        let record = try await bench.start("listener")
        let code = await bench.code { try await bench.manager.send("x", to: .task(record.id), from: bench.alice, id: MessageID(text)) }
        #expect(code == .invalidArgument)
        try await bench.manager.send("end", to: .task(record.id), from: bench.alice)
    }

    @Test("whose send failed can be sent again under their id")
    func lostAnswer() async throws {
        let bench = try Bench(listener())
        let record = try await bench.start("listener")
        bench.store.fail(.send, .after, times: 1)
        let id = MessageID("m")
        await #expect(throws: StoreError.self) { try await bench.manager.send("x", to: .task(record.id), from: bench.alice, id: id) }
        let receipt = try await bench.manager.send("x", to: .task(record.id), from: bench.alice, id: id)
        #expect(receipt.deliveries.map(\.result) == [.duplicate])
        try await bench.manager.send("end", to: .task(record.id), from: bench.alice)
        #expect(try await bench.heard(by: record.id) == ["x"])
    }

    @Test("beyond what an inbox holds are refused: the sender learns how many are unread, and memory stays bounded")
    func full() async throws {
        let (mayRead, hasRead) = (TestSignal(), TestSignal())
        let tool = agent { context in
            await mayRead.wait()
            var count = 0
            for try await message in context.messages {
                if message.content == "end" { break }
                count += 1
                if count == 2 { hasRead.fire() }
            }
            return .text("read", structured: JSONValue(count))
        }
        let bench = try Bench(tool) { $0.inboxLimit = InboxLimit(count: 10, bytes: 1 << 20) }
        let record = try await bench.start("agent")
        for number in 0..<10 { try await bench.manager.send(JSONValue(number), to: .task(record.id), from: bench.alice) }
        for _ in 0..<100 {
            do {
                try await bench.manager.send("late", to: .task(record.id), from: bench.alice)
                Issue.record("it was taken")
            } catch let error as TaskManagerError {
                #expect(error.code == .inboxFull)
                #expect(error.message.contains("10 unread messages"))
                #expect(error.message.contains("send again"))
            }
        }
        mayRead.fire()
        // The sender holds back, and gets through as soon as there is room.
        await hasRead.wait()
        try await bench.manager.send("end", to: .task(record.id), from: bench.alice)
        #expect(try await bench.end(of: record.id).result?.structuredContent == 10)
    }

    @Test("to a task that has ended, has no inbox, is foreign or missing are refused, each in its way")
    func refused() async throws {
        let scripted = ScriptedTool()
        let bench = try Bench(listener(), scripted)
        let ended = try await bench.start("listener", named: "gone")
        try await bench.manager.send("end", to: .task(ended.id), from: bench.alice)
        _ = try await bench.end(of: ended.id)
        let deaf = try await bench.start("scripted", named: "deaf")
        let foreign = try await bench.start("listener", named: "theirs", as: bench.bob)

        func error(_ address: MessageAddress) async -> TaskManagerError? {
            do {
                try await bench.manager.send("x", to: address, from: bench.alice)
                return nil
            } catch {
                return error as? TaskManagerError
            }
        }
        #expect(await error(.task(ended.id))?.code == .finished)
        #expect(await error(.named("gone"))?.code == .finished)
        #expect(await error(.named("gone"))?.message.contains("completed") == true)
        #expect(await error(.task(deaf.id))?.code == .noInbox)
        #expect(await error(.named("deaf"))?.code == .noInbox)
        let missing = TaskID.random()
        let words = try #require(await error(.task(missing))?.message)
        #expect(await error(.task(missing))?.code == .notFound)
        #expect(await error(.task(foreign.id))?.message == words.replacing(missing.description, with: foreign.id.description))
        #expect(await error(.named("theirs"))?.code == .notFound)
        #expect(await error(.named("nobody"))?.code == .notFound)
        scripted.mayEnd.fire()
        try await bench.manager.send("end", to: .task(foreign.id), from: bench.bob)
        #expect(try await bench.heard(by: foreign.id) == [])
    }
}
