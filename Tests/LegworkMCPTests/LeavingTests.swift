import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@Suite("A caller over MCP who leaves")
struct LeavingTests {
    /// Who leaves how.
    struct Case: Sendable, CustomTestStringConvertible {
        let isModern: Bool
        let transport: MCPTransport
        /// The client's message, the loss of the one answer (a cancelled Swift task), or of the whole connection; or the server stops.
        let way: Way
        let becomesTask: Bool
        enum Way: CaseIterable { case calledOff, answerLost, connectionLost, serverStops }
        var testDescription: String { "\(isModern ? "modern" : "legacy"), \(transport), \(way)" }
    }

    static let cases: [Case] = [false, true].flatMap { isModern in
        [MCPTransport.stdio, .http].flatMap { transport in
            Case.Way.allCases.map { way in
                let isLost = way != .calledOff
                return Case(
                    isModern: isModern,
                    transport: transport,
                    way: way,
                    // Closing a response over HTTP is how a modern client calls its request off.
                    becomesTask: way == .serverStops || isLost && !(isModern && transport == .http)
                )
            }
        }
    }

    private func connection(_ bench: MCPBench, _ isModern: Bool, _ transport: MCPTransport) async throws -> MCPConnection {
        isModern ? bench.server.connect(as: bench.alice, over: transport) : try await bench.legacy(over: transport)
    }

    private func leave(_ way: Case.Way, _ connection: MCPConnection, _ work: Task<MCPAnswer?, Never>) async {
        switch way {
        case .calledOff: await connection.tell("notifications/cancelled", ["requestId": "call", "reason": "enough"])
        case .answerLost: work.cancel()
        case .connectionLost: connection.close()
        case .serverStops: connection.close(serverStops: true)
        }
    }

    @Test("during the window leaves a task, or nothing, as transport and revision demand", arguments: cases, [Durability.lazy, .eager])
    func window(_ leaving: Case, durability: Durability) async throws {
        let tool = scripted { $0.durability = durability }
        let bench = try MCPBench(tool)
        let connection = try await connection(bench, leaving.isModern, leaving.transport)
        let params: JSONObject = ["name": "slow"]
        let bytes = message("tools/call", leaving.isModern ? modern(params) : .object(params), id: "call")
        let work = Task { await connection.handle(bytes) }
        await tool.began.wait()
        await leave(leaving.way, connection, work)
        let answer = await work.value

        let tasks = try await bench.manager.tasks(TaskQuery(in: bench.alice.scope)).tasks
        if leaving.becomesTask {
            // Whoever can still hear gets to know of the task.
            #expect(answer != nil)
            let task = try #require(tasks.first)
            #expect(!tool.noticedCancel.hasFired)
            tool.mayEnd.fire()
            #expect(try await bench.manager.wait(for: task.id, atMost: .seconds(60), in: .operator).status == .completed)
        } else {
            // A request that was called off gets no answer.
            #expect(answer == nil)
            await tool.noticedCancel.wait()
            switch durability {
            case .lazy: #expect(tasks.isEmpty)
            case .eager:
                let task = try #require(tasks.first)
                #expect(try await bench.manager.wait(for: task.id, atMost: .seconds(60), in: .operator).status == .cancelled)
            }
        }
        #expect(connection.openRequests == 0)
    }

    @Test("after the call has become a task does not touch it", arguments: cases)
    func afterwards(_ leaving: Case) async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let connection = try await connection(bench, leaving.isModern, leaving.transport)
        let params: JSONObject = ["name": "slow"]
        let bytes = message("tools/call", leaving.isModern ? modern(params) : .object(params), id: "call")
        let work = Task { await connection.handle(bytes) }
        await bench.pass(.seconds(3))
        #expect(await work.value != nil)
        await leave(leaving.way, connection, work)
        let task = try #require(try await bench.manager.tasks(TaskQuery(in: bench.alice.scope)).tasks.first)
        #expect(task.status == .running)
        #expect(!task.isCancelRequested)
        tool.mayEnd.fire()
        #expect(try await bench.manager.wait(for: task.id, atMost: .seconds(60), in: .operator).status == .completed)
    }

    @Test("while waiting for a task ends the wait and nothing else", arguments: cases)
    func waiting(_ leaving: Case) async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let connection = try await connection(bench, leaving.isModern, leaving.transport)
        let params: JSONObject = ["name": "await_task", "arguments": ["task_id": .string(id.description)]]
        let bytes = message("tools/call", leaving.isModern ? modern(params) : .object(params), id: "call")
        let work = Task { await connection.handle(bytes) }
        await bench.clock.sleeperDue(within: .seconds(20))
        await leave(leaving.way, connection, work)
        #expect(await work.value == nil)
        #expect(try await bench.manager.counts(in: .operator).total == 1)
        #expect(try await bench.manager.task(id, in: .operator).status == .running)
        tool.mayEnd.fire()
    }

    @Test("before the request is looked at gets no answer")
    func atOnce() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let connection = try await bench.legacy()
        guard case .pending(let pending) = connection.begin(message("tools/call", ["name": "slow"], id: "call")) else {
            Issue.record("a call takes time")
            return
        }
        // The message that calls it off may be looked at before the call itself has begun.
        await connection.tell("notifications/cancelled", ["requestId": "call"])
        #expect(await pending.answer() == nil)
        #expect(try await bench.manager.counts(in: .operator).total == 0)
        #expect(connection.openRequests == 0)
    }

    @Test("cannot be followed by new requests")
    func closed() async throws {
        let bench = try MCPBench(echo())
        let connection = try await bench.legacy()
        connection.close()
        #expect(await connection.handle(message("ping", id: 1)) == nil)
        #expect(await connection.handle(message("tools/call", ["name": "echo"], id: 2)) == nil)
    }

    @Test("a call that somebody else cancels is answered with an error")
    func cancelledElsewhere() async throws {
        let tool = scripted { $0.durability = .eager }
        let bench = try MCPBench(tool)
        async let asked = bench.legacy().ask("tools/call", ["name": "slow"])
        await tool.began.wait()
        let task = try #require(try await bench.manager.tasks(TaskQuery(in: .operator)).tasks.first)
        _ = try await bench.manager.cancel(task.id, in: .operator)
        let result = try await asked["result"]
        #expect(result?["isError"] == true)
        #expect(result?["content"]?[0]?["text"]?.string?.contains("cancelled") == true)
    }

    @Test("without ever asking for the answer leaves no open request behind")
    func forgotten() async throws {
        let bench = try MCPBench(echo())
        let connection = try await bench.legacy()
        do {
            let reply = connection.begin(message("tools/call", ["name": "echo"], id: 1))
            guard case .pending = reply else {
                Issue.record("a call takes time")
                return
            }
            #expect(connection.openRequests == 1)
        }
        #expect(connection.openRequests == 0)
    }
}
