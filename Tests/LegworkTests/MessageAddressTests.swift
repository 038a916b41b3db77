import Legwork
import LegworkTestKit
import Testing

@Suite("Addresses of messages")
struct MessageAddressTests {
    static let id = TaskID(high: 3, low: 7)

    @Test(
        "have one text each",
        arguments: [
            ("parent", .parent), ("self", .oneself), ("all", .all), ("worker-1", .named("worker-1")), ("task_abcd", .named("task_abcd")),
            (id.description, .task(id)), ("agent:bob/worker", .agent(owner: "bob", "worker")),
            ("agent:team/bob/worker", .agent(owner: "team/bob", "worker")), ("Parent", .named("Parent")),
        ] as [(String, MessageAddress)]
    )
    func text(_ text: String, _ address: MessageAddress) throws {
        #expect(try MessageAddress(text) == address)
        #expect(address.description == text)
    }

    @Test(
        "are refused when they can be none",
        arguments: ["", "broadcast", "a\nb", String(repeating: "n", count: 101), "agent:bob", "agent:/x", "agent:bob/"]
    )
    func bad(_ text: String) throws {
        let error = try #require(throws: TaskManagerError.self) { try MessageAddress(text) }
        #expect(error.code == .invalidArgument)
    }

    @Test("mean the same when a program wraps their text")
    func wrapped() async throws {
        let bench = try Bench(listener())
        #expect(await bench.code { try await bench.manager.send("x", to: .named("broadcast"), from: bench.alice) } == .invalidArgument)
        #expect(await bench.code { try await bench.manager.send("x", to: .named("parent"), from: bench.alice) } == .notFound)
        #expect(try await bench.manager.send("x", to: .named("all"), from: bench.alice).deliveries.isEmpty)
    }

    @Test("reach a child by name or the beginning of its id, the parent, and oneself")
    func family() async throws {
        let mother = agent("mother") { context in
            var heard: [JSONValue] = []
            for try await message in context.messages {
                heard.append(message.content)
                switch message.content {
                case "begin":
                    try await context.send("to a child", to: .named("child"))
                    try await context.send("to myself", to: .oneself)
                case "end": return .text("heard", structured: .array(heard))
                default: break
                }
            }
            return .text("")
        }
        let child = agent("child") { context in
            let message = try #require(try await context.nextMessage(waitingAtMost: .seconds(60)))
            try await context.send(["from": .string(message.sender.name ?? ""), "got": message.content], to: .parent)
            return .text("ok")
        }
        let bench = try Bench(mother, child)
        let parent = try await bench.start("mother", named: "mum")
        let kid = try await bench.start("child", named: "child", under: parent.id)
        try await bench.manager.send("begin", to: .named(String(parent.id.description.prefix(12))), from: bench.alice)
        _ = try await bench.end(of: kid.id)
        try await bench.manager.send("end", to: .named("mum"), from: bench.alice)
        let heard = try await bench.heard(by: parent.id)
        #expect(heard.first == "begin")
        #expect(heard.last == "end")
        #expect(heard.contains("to myself"))
        #expect(heard.contains(["from": "mum", "got": "to a child"]))
    }

    @Test("of a parent are refused where there is none")
    func noParent() async throws {
        let errors = Sayings<TaskManagerError?>()
        let tool = agent { context in
            do {
                try await context.send("x", to: .parent)
                errors.add(nil)
            } catch {
                errors.add(error as? TaskManagerError)
            }
            return .text("ok")
        }
        let bench = try Bench(tool)
        _ = try await bench.start("agent")
        let error = await errors.first(1).first
        #expect(error??.code == .notFound)
        #expect(error??.message.contains("no parent") == true)
    }

    @Test("'all' reaches every live child that takes messages, and no one else")
    func all() async throws {
        let receipts = Sayings<MessageReceipt>()
        let chief = agent("chief") { context in
            for try await message in context.messages {
                if message.content == "end" { break }
                receipts.add(try await context.send(message.content, to: .all, id: MessageID("wave")))
            }
            return .text("ok")
        }
        let scripted = ScriptedTool()
        let bench = try Bench(chief, listener(), scripted)
        let boss = try await bench.start("chief", named: "boss")
        var children: [TaskID] = []
        for number in 0..<5 { children.append(try await bench.start("listener", named: "c\(number)", under: boss.id).id) }
        _ = try await bench.start("scripted", named: "deaf", under: boss.id)
        let stranger = try await bench.start("listener", named: "stranger")
        let grandchild = try await bench.start("listener", named: "grandchild", under: children[0])
        let ended = try await bench.start("listener", named: "ended", under: boss.id)
        try await bench.manager.send("end", to: .named("ended"), from: bench.alice)
        _ = try await bench.end(of: ended.id)

        try await bench.manager.send("hear", to: .named("boss"), from: bench.alice)
        let receipt = try #require(await receipts.first(1).first)
        #expect(Set(receipt.deliveries.map(\.recipient)) == Set(children))
        #expect(receipt.deliveries.allSatisfy { $0.result == .queued(sequence: 1) })
        #expect(Set(receipt.deliveries.compactMap(\.name)) == ["c0", "c1", "c2", "c3", "c4"])
        for id in children + [stranger.id, grandchild.id] { try await bench.manager.send("end", to: .task(id), from: bench.alice) }
        for id in children { #expect(try await bench.heard(by: id) == ["hear"]) }
        for id in [stranger.id, grandchild.id] { #expect(try await bench.heard(by: id) == []) }
        scripted.mayEnd.fire()
        try await bench.manager.send("end", to: .named("boss"), from: bench.alice)
        _ = try await bench.end(of: boss.id)
    }

    @Test("'all' of a caller who is no task are its owner's tasks without a parent, and a full one is told")
    func allFromOutside() async throws {
        let mayEnd = TestSignal()
        let busy = agent("busy") { _ in
            await mayEnd.wait()
            return .text("ok")
        }
        let bench = try Bench(busy, listener()) { $0.inboxLimit = InboxLimit(count: 1, bytes: 1 << 20) }
        let full = try await bench.start("busy")
        try await bench.manager.send("first", to: .task(full.id), from: bench.alice)
        let free = try await bench.start("listener")
        let foreign = try await bench.start("listener", as: bench.bob)
        let receipt = try await bench.manager.send("second", to: .all, from: bench.alice)
        #expect(Set(receipt.deliveries.map(\.recipient)) == [full.id, free.id])
        #expect(receipt.deliveries.first { $0.recipient == full.id }?.result == .full(unread: 1))
        #expect(receipt.deliveries.first { $0.recipient == free.id }?.result == .queued(sequence: 1))
        mayEnd.fire()
        try await bench.manager.send("end", to: .task(foreign.id), from: bench.bob)
        #expect(try await bench.heard(by: foreign.id) == [])
        _ = try await bench.manager.cancel(free.id, in: .operator)
    }

    @Test("of another owner's task work only as far as the host permits, and look like nothing otherwise")
    func otherOwner() async throws {
        let bench = try Bench(listener()) { $0.mayMessage = { sender, owner in sender.name == "Ann" && owner == "bob" } }
        let theirs = try await bench.start("listener", named: "ear", as: bench.bob)
        let ann = TaskMessage.Sender(owner: "alice", name: "Ann")
        let eve = TaskMessage.Sender(owner: "alice", name: "Eve")
        try await bench.manager.send("hello", to: .agent(owner: "bob", "ear"), from: ann)
        try await bench.manager.send("again", to: .agent(owner: "bob", theirs.id.description), from: ann)

        func words(_ address: MessageAddress, _ sender: TaskMessage.Sender) async throws -> String {
            let error = try await #require(throws: TaskManagerError.self) { try await bench.manager.send("x", to: address, from: sender) }
            #expect(error.code == .notFound)
            return error.message
        }
        // Refused, missing, and the beginning of an id: one answer.
        let missing = try await words(.agent(owner: "bob", "nobody"), ann)
        #expect(try await words(.agent(owner: "bob", "ear"), eve) == missing.replacing("nobody", with: "ear"))
        let prefix = String(theirs.id.description.prefix(20))
        #expect(try await words(.agent(owner: "bob", prefix), ann) == missing.replacing("nobody", with: prefix))
        #expect(try await words(.agent(owner: "carol", "ear"), ann) == missing.replacing("bob/nobody", with: "carol/ear"))
        try await bench.manager.send("end", to: .task(theirs.id), from: bench.bob)
        #expect(try await bench.heard(by: theirs.id) == ["hello", "again"])
    }

    @Test("of another owner's task are nobody's when the host has no policy")
    func noPolicy() async throws {
        let bench = try Bench(listener())
        let theirs = try await bench.start("listener", named: "ear", as: bench.bob)
        #expect(await bench.code { try await bench.manager.send("x", to: .agent(owner: "bob", "ear"), from: bench.alice) } == .notFound)
        // One's own need no permission.
        try await bench.manager.send("end", to: .agent(owner: "bob", "ear"), from: bench.bob)
        #expect(try await bench.heard(by: theirs.id) == [])
    }

    @Test("a beginning that fits several tasks means the sender's own live child, then the only live one, and is else ambiguous")
    func prefixes() async throws {
        let ids = TestIDs([TaskID(high: 1, low: 1), TaskID(high: 1, low: 2), TaskID(high: 1, low: 3)])
        let bench = try Bench(listener()) { $0.makeID = { ids.take() } }
        let first = try await bench.start("listener")
        let second = try await bench.start("listener")
        let third = try await bench.start("listener", under: first.id)
        let prefix = String(first.id.description.prefix(12))
        #expect(await bench.code { try await bench.manager.send("x", to: .named(prefix), from: bench.alice) } == .ambiguous)
        let receipt = try await bench.manager.send("own", to: .named(prefix), from: .init(owner: "alice", task: first.id))
        #expect(receipt.deliveries.map(\.recipient) == [third.id])
        for id in [third.id, second.id] {
            try await bench.manager.send("end", to: .task(id), from: bench.alice)
            _ = try await bench.end(of: id)
        }
        try await bench.manager.send("end", to: .named(prefix), from: bench.alice)
        #expect(try await bench.end(of: first.id).status == .completed)
    }

    @Test("a sender that names a task of another owner is not found")
    func forgedSender() async throws {
        let bench = try Bench(listener())
        let theirs = try await bench.start("listener", as: bench.bob)
        let forged = TaskMessage.Sender(owner: "alice", task: theirs.id)
        #expect(await bench.code { try await bench.manager.send("x", to: .oneself, from: forged) } == .notFound)
        try await bench.manager.send("end", to: .task(theirs.id), from: bench.bob)
        #expect(try await bench.heard(by: theirs.id) == [])
    }
}
