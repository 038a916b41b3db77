import Legwork
import LegworkTestKit
import Synchronization
import Testing

@testable import LegworkMCP

/// What a client is told, for a test that waits for each message.
final class Letters: Sendable {
    private let stream: AsyncStream<JSONValue>
    private let continuation: AsyncStream<JSONValue>.Continuation
    private let number = Lock(0)

    init() { (stream, continuation) = AsyncStream.makeStream() }

    /// How many there were.
    var count: Int { number.withLock { $0 } }

    func add(_ notification: MCPNotification) {
        number.withLock { $0 += 1 }
        continuation.yield(notification.json)
    }

    /// Waits for the next one.
    func next() async throws -> JSONValue {
        var iterator = stream.makeAsyncIterator()
        return try #require(await iterator.next())
    }
}

@Suite("Subscriptions with a handshake")
struct LegacySubscriptionTests {
    @Test("tell of a task's changes, once for those that come together, and no more once they are ended")
    func task() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let connection = try await bench.legacy()
        let letters = Letters()
        let attachment = connection.attach { letters.add($0) }
        let uri: JSONValue = .string("task://\(id)")
        #expect(try await connection.ask("resources/subscribe", ["uri": uri])["result"] == [:])
        // Twice is no mistake, and tells nothing twice.
        #expect(try await connection.ask("resources/subscribe", ["uri": uri])["result"] == [:])
        _ = try await bench.manager.pin(id, in: .operator)
        let updated: JSONValue = ["jsonrpc": "2.0", "method": "notifications/resources/updated", "params": ["uri": uri]]
        #expect(try await letters.next() == updated)
        _ = try await bench.manager.unpin(id, in: .operator)
        _ = try await bench.manager.pin(id, in: .operator)
        await bench.pass(MCPChanges.pause)
        #expect(try await letters.next() == updated)
        #expect(letters.count == 2)
        #expect(try await connection.ask("resources/unsubscribe", ["uri": uri])["result"] == [:])
        _ = try await bench.manager.unpin(id, in: .operator)
        connection.close()
        #expect(letters.count == 2)
        withExtendedLifetime(attachment) {}
        tool.mayEnd.fire()
    }

    @Test("tell of a resource that the program adds, when the program says that it has changed")
    func added() async throws {
        let bench = try MCPBench(serving: { options in
            options.resources = [MCPResource(uri: "a:b", name: "b") { _ in .text("b") }]
            options.resourceTemplates = [
                MCPResourceTemplate(pattern: "n:{day}", name: "n") { values, _ in values["day"] == "x" ? nil : .text("n") }
            ]
        })
        let connection = try await bench.legacy()
        let letters = Letters()
        let attachment = connection.attach { letters.add($0) }
        for uri in ["a:b", "n:1"] { #expect(try await connection.ask("resources/subscribe", ["uri": .string(uri)])["result"] == [:]) }
        bench.server.resourceChanged("n:2")
        bench.server.resourceChanged("n:1")
        #expect(try await letters.next()["params"]?["uri"] == "n:1")
        bench.server.resourceChanged("a:b")
        await bench.pass(MCPChanges.pause)
        #expect(try await letters.next()["params"]?["uri"] == "a:b")
        withExtendedLifetime(attachment) {}
    }

    @Test("tell of more output")
    func output() async throws {
        let mayWrite = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "writer", description: "", background: .always)) { _, context in
            await mayWrite.wait()
            let output = try context.openOutput()
            try Array("x".utf8).withUnsafeBytes { try output.append($0) }
            return .text("done")
        }
        let bench = try MCPBench(tool)
        let id = try #require(try await bench.manager.call("writer", as: bench.alice).task).id
        let connection = try await bench.legacy()
        let letters = Letters()
        let attachment = connection.attach { letters.add($0) }
        let uri: JSONValue = .string("task://\(id)/output")
        _ = try await connection.ask("resources/subscribe", ["uri": uri])
        mayWrite.fire()
        #expect(try await letters.next()["params"]?["uri"] == uri)
        withExtendedLifetime(attachment) {}
    }

    @Test("to what is missing or foreign are refused alike")
    func missing() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let foreign = try #require(try await bench.manager.call("slow", as: bench.bob, options: .background).task).id
        let connection = try await bench.legacy()
        for uri in ["task://\(foreign)", "task://\(TaskID.random())", "a:b", ""] {
            #expect(
                try await connection.ask("resources/subscribe", ["uri": .string(uri)])["error"]
                    == ["code": -32002, "message": "Resource not found", "data": ["uri": .string(uri)]]
            )
        }
        #expect(try await connection.ask("resources/unsubscribe", ["uri": "a:b"])["result"] == [:])
        #expect(try await connection.ask("resources/subscribe", [:])["error"]?["code"]?.int == -32602)
        tool.mayEnd.fire()
    }

    @Test("are bounded")
    func bounded() async throws {
        let bench = try MCPBench(serving: { options in
            options.resourceTemplates = [MCPResourceTemplate(pattern: "n:{number}", name: "n") { _, _ in .text("n") }]
        })
        let connection = try await bench.legacy()
        for number in 0..<MCPSubscriptions.limit {
            try #require(try await connection.ask("resources/subscribe", ["uri": .string("n:\(number)")])["error"] == nil)
        }
        #expect(try await connection.ask("resources/subscribe", ["uri": "n:x"])["error"]?["code"] == 429)
        #expect(try await connection.ask("resources/unsubscribe", ["uri": "n:0"])["result"] == [:])
        #expect(try await connection.ask("resources/subscribe", ["uri": "n:x"])["result"] == [:])
    }
}

@Suite("subscriptions/listen")
struct ListenTests {
    private static let head = #"{"jsonrpc":"2.0","method":"#

    @Test("acknowledges first, what can be heard of only, and names itself in every message")
    func acknowledges() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool, serving: { $0.resources = [MCPResource(uri: "a:b", name: "b") { _ in .text("b") }] })
        let foreign = try #require(try await bench.manager.call("slow", as: bench.bob, options: .background).task).id
        let letters = Letters()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let wishes: JSONValue = [
            "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": false,
            "resourceSubscriptions": ["a:b", "a:b", "a:c", .string("task://\(foreign)")],
            "taskIds": [.string(foreign.description), "nonsense"],
        ]
        async let ended = connection.askModern("subscriptions/listen", ["notifications": wishes], id: "s") { letters.add($0) }
        #expect(
            try await letters.next().json() == Self.head + """
                "notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"},\
                "notifications":{"resourceSubscriptions":["a:b"],"taskIds":[]}}}
                """
        )
        bench.server.resourceChanged("a:b")
        #expect(
            try await letters.next().json() == Self.head + """
                "notifications/resources/updated","params":{"uri":"a:b","_meta":{"io.modelcontextprotocol/subscriptionId":"s"}}}
                """
        )
        // Also while changes are gathered.
        bench.server.endSubscriptions()
        #expect(
            try await ended.json() == """
                {"jsonrpc":"2.0","id":"s","result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":"s",\
                "io.modelcontextprotocol/serverInfo":{"name":"bench","version":"1.0"}}}}
                """
        )
        #expect(letters.count == 2)
        tool.mayEnd.fire()
    }

    @Test("tells where a task stands, at once and at each change, with its result in the end")
    func tasks() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let letters = Letters()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let wishes: JSONValue = ["taskIds": [.string(id.description)]]
        async let ended = connection.askModern("subscriptions/listen", ["notifications": wishes], id: 7) { letters.add($0) }
        #expect(try await letters.next()["params"]?["notifications"] == wishes)
        let first = try await letters.next()
        #expect(first["method"] == "notifications/tasks")
        #expect(first["params"]?["taskId"] == .string(id.description))
        #expect(first["params"]?["status"] == "working")
        #expect(first["params"]?["_meta"] == ["io.modelcontextprotocol/subscriptionId": 7])
        #expect(first["params"]?["resultType"] == nil)
        tool.mayEnd.fire()
        _ = try await bench.manager.wait(for: id, atMost: .seconds(60), in: .operator)
        await bench.pass(MCPChanges.pause)
        let last = try await letters.next()
        #expect(last["params"]?["status"] == "completed")
        #expect(last["params"]?["result"]?["content"]?[0]?["text"] == "done")
        #expect(last["params"]?["result"]?["resultType"] == "complete")
        bench.server.endSubscriptions()
        #expect(try await ended["result"]?["resultType"] == "complete")
    }

    @Test("is ended by its client, without an answer")
    func calledOff() async throws {
        let bench = try MCPBench()
        let letters = Letters()
        let connection = bench.server.connect(as: bench.alice, over: .stdio)
        async let answer = connection.handle(message("subscriptions/listen", modern(["notifications": [:]]), id: 1)) { letters.add($0) }
        #expect(try await letters.next()["params"]?["notifications"] == [:])
        await connection.tell("notifications/cancelled", modern(["requestId": 1]))
        #expect(await answer == nil)
        #expect(connection.openRequests == 0)
    }

    @Test("is ended at once when the server is about to stop")
    func late() async throws {
        let bench = try MCPBench()
        bench.server.endSubscriptions()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        #expect(try await connection.askModern("subscriptions/listen", ["notifications": [:]])["result"]?["resultType"] == "complete")
    }

    @Test("tells of tasks only those who declare the extension")
    func undeclared() async throws {
        let bench = try MCPBench()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let error = try await connection.askModern("subscriptions/listen", ["notifications": ["taskIds": []]], tasks: false)["error"]
        #expect(error?["code"]?.int == -32021)
        #expect(error?["data"] == ["requiredCapabilities": ["extensions": ["io.modelcontextprotocol/tasks": [:]]]])
    }

    @Test(
        "refuses wishes of the wrong shape, and too many",
        arguments: [
            nil, 5, [], ["toolsListChanged": "yes"], ["resourceSubscriptions": "a:b"], ["resourceSubscriptions": [5]], ["taskIds": [5]],
            ["taskIds": [:]], ["resourceSubscriptions": .array((0...1000).map { .string("a:\($0)") })],
        ] as [JSONValue]
    )
    func refused(wishes: JSONValue) async throws {
        let bench = try MCPBench()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let answer = try await connection.askModern("subscriptions/listen", ["notifications": wishes])
        #expect(answer["error"]?["code"]?.int == -32602)
    }
}

@Suite("Changes that are to be told")
struct ChangeQueueTests {
    @Test("are each told once, in the order in which they came first")
    func order() {
        var queue = MCPChangeQueue<Int>()
        #expect(queue.take() == [])
        for topic in [3, 1, 3, 2, 1] { queue.add(topic) }
        queue.remove(2)
        queue.remove(9)
        #expect(queue.take() == [3, 1])
        #expect(queue.take() == [])
        queue.add(3)
        #expect(queue.take() == [3])
    }
}
