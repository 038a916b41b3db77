import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@testable import LegworkMCP

@Suite("The tasks extension")
struct TaskMethodTests {
    @Test("cancels a task, as often as it is asked to")
    func cancel() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let params: JSONObject = ["taskId": .string(id.description)]
        for _ in 0..<2 {
            let answer = try await connection.askModern("tasks/cancel", params)
            #expect(
                answer["result"]?.json()
                    == #"{"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"bench","version":"1.0"}}}"#
            )
        }
        await tool.noticedCancel.wait()
        _ = try await bench.manager.wait(for: id, atMost: .seconds(60), in: .operator)
        let got = try await connection.askModern("tasks/get", params)["result"]
        #expect(got?["status"] == "cancelled")
        #expect(got?["result"] == nil)
        #expect(try await connection.askModern("tasks/cancel", params)["result"]?["resultType"] == "complete")
    }

    @Test("counts as read a result that tasks/get has given, for a task that is kept until then")
    func reading() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let connection = bench.server.connect(as: bench.alice, over: .http)
        var options = CallOptions.background
        options.keepsUntilRead = true
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: options).task).id
        let params: JSONObject = ["taskId": .string(id.description)]
        #expect(try await connection.askModern("tasks/get", params)["result"]?["status"] == "working")
        tool.mayEnd.fire()
        let ended = try await bench.manager.wait(for: id, atMost: .seconds(60), in: .operator)
        #expect(ended.isKept)
        #expect(try await connection.askModern("tasks/get", params)["result"]?["status"] == "completed")
        #expect(try await bench.manager.task(id, in: .operator).readAt != nil)
    }

    @Test("takes answers that no question was asked for, and passes them over")
    func update() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let params: JSONObject = ["taskId": .string(id.description), "inputResponses": ["q": ["action": "accept", "content": [:]]]]
        #expect(try await connection.askModern("tasks/update", params)["result"]?["resultType"] == "complete")
        #expect(try await bench.manager.task(id, in: .operator).status == .running)
        tool.mayEnd.fire()
    }

    @Test("gives one answer for a task that is missing, foreign, or badly named", arguments: ["tasks/get", "tasks/update", "tasks/cancel"])
    func missing(method: String) async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let bob = bench.server.connect(as: bench.bob, over: .http)
        let prefix = String(id.description.prefix(20))
        for name in [
            id.description, TaskID.random().description, prefix, "", "task_", "nonsense\u{0}", String(repeating: "x", count: 100_000),
        ] {
            let answer = try await bob.askModern(method, ["taskId": .string(name), "inputResponses": [:]])
            #expect(answer["error"]?.json() == #"{"code":-32602,"message":"Task not found"}"#)
        }
        // A prefix is for people; on this wire an id is whole.
        let alice = bench.server.connect(as: bench.alice, over: .http)
        #expect(try await alice.askModern(method, ["taskId": .string(prefix), "inputResponses": [:]])["error"]?["code"]?.int == -32602)
        #expect(try await bench.manager.task(id, in: .operator).lifecycle.isCancelRequested == false)
        tool.mayEnd.fire()
    }

    struct Mapping: Sendable, CustomTestStringConvertible {
        let status: TaskStatus
        let reason: TaskReason?
        var result: ToolResult?
        var failure: String?
        var isCancelRequested = false
        let answer: String
        var testDescription: String { "\(status.rawValue) \(reason?.rawValue ?? "") \(result == nil ? "" : "with a result")" }
    }

    private static let head = #"{"resultType":"complete","taskId":"task_aaaaaaaaaaaaaaaaaaaaaaaaae","status":"#
    private static let times = #""createdAt":"2027-01-15T08:00:00.000Z","lastUpdatedAt":"2027-01-15T08:00:00.000Z","ttlMs":null"#
    private static let poll = #","pollIntervalMs":1000"#
    private static let foot = #","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"bench","version":"1.0"}}}"#

    static let mappings: [Mapping] = [
        Mapping(status: .queued, reason: nil, answer: head + #""working","statusMessage":"waits for a worker","# + times + poll + foot),
        Mapping(status: .running, reason: nil, answer: head + #""working","# + times + poll + foot),
        Mapping(
            status: .running,
            reason: nil,
            isCancelRequested: true,
            answer: head + #""working","statusMessage":"was asked to stop","# + times + poll + foot
        ),
        Mapping(
            status: .inputRequired,
            reason: nil,
            answer: head + #""input_required","statusMessage":"waits for an answer","# + times + poll + #","inputRequests":{}"# + foot
        ),
        Mapping(
            status: .stopped,
            reason: .orphaned,
            answer: head
                + #""working","statusMessage":"stopped (orphaned): nobody executes it now; resume_task lets it go on, or cancel it.","#
                + times + poll + foot
        ),
        Mapping(
            status: .completed,
            reason: nil,
            result: .text("ok", structured: ["n": 1]),
            answer: head + #""completed","# + times
                + #","result":{"resultType":"complete","content":[{"type":"text","text":"ok"}],"structuredContent":{"n":1},"isError":false}"#
                + foot
        ),
        Mapping(
            status: .failed,
            reason: .toolError,
            result: .error("no"),
            answer: head + #""completed","# + times
                + #","result":{"resultType":"complete","content":[{"type":"text","text":"no"}],"isError":true}"# + foot
        ),
        Mapping(
            status: .failed,
            reason: .orphaned,
            failure: "the process is gone",
            answer: head + #""failed","statusMessage":"the process is gone","# + times
                + #","error":{"code":-32603,"message":"the process is gone","data":{"reason":"orphaned"}}"# + foot
        ),
        Mapping(
            status: .failed,
            reason: .wallLimit,
            answer: head + #""failed","# + times
                + #","error":{"code":-32603,"message":"the task failed: wall_limit","data":{"reason":"wall_limit"}}"# + foot
        ),
        Mapping(status: .cancelled, reason: nil, answer: head + #""cancelled","# + times + foot),
        // A result that came after all is kept on the record, but a cancelled task has none on this wire.
        Mapping(status: .cancelled, reason: .cancelForced, result: .text("late"), answer: head + #""cancelled","# + times + foot),
    ]

    @Test("shows our seven statuses as its five", arguments: mappings)
    func mapping(_ mapping: Mapping) throws {
        let created = Timestamp(milliseconds: 1_800_000_000_000)
        var record = TaskRecord(
            id: TaskID(high: 0, low: 1),
            tool: "t",
            title: "t",
            caller: Caller(owner: "o"),
            arguments: [:],
            lifecycle: TaskLifecycle(
                status: mapping.status,
                reason: mapping.reason,
                isCancelRequested: mapping.isCancelRequested,
                attempts: 1
            ),
            createdAt: created
        )
        record.result = mapping.result
        record.failure = mapping.failure
        var session = MCPSession(server: MCPBench.info)
        let request = MCPRequest(id: .integer(1), method: "tasks/get", params: try #require(modern(["taskId": "x"]).object))
        guard case .perform(_, let exchange) = session.receive(.request(request)) else {
            Issue.record("nothing to perform")
            return
        }
        #expect(exchange.task(record, now: created).json["result"]?.json() == mapping.answer)
    }

    @Test(
        "asks for less frequent questions as a task grows old",
        arguments: [(0, 1000), (29, 1000), (30, 2000), (299, 2000), (300, 5000), (86_400, 5000)]
    )
    func pace(age: Int, milliseconds: Int) {
        let created = Timestamp(milliseconds: 0)
        #expect(TaskPace.milliseconds(since: created, now: created + .seconds(age)) == milliseconds)
        // A clock that was set back is no reason to be asked all the time, nor never.
        #expect(TaskPace.milliseconds(since: created + .seconds(age), now: created) == 1000)
    }

    @Test("says what a running task is doing")
    func statusMessage() async throws {
        let mayReport = TestSignal()
        let mayEnd = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "slow", description: "")) { _, context in
            await mayReport.wait()
            context.progress(3, of: 14, "compiling")
            await mayEnd.wait()
            return .text("done")
        }
        let bench = try MCPBench(tool)
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let connection = bench.server.connect(as: bench.alice, over: .stdio)
        mayReport.fire()
        // Reports are collected and written after a while.
        await bench.pass(.milliseconds(250))
        var message: JSONValue?
        try await bench.manager.watch(id, in: bench.alice.scope) { $0.statusMessage == nil }
        message = try await connection.askModern("tasks/get", ["taskId": .string(id.description)])["result"]?["statusMessage"]
        #expect(message == "3 of 14: compiling")
        mayEnd.fire()
    }
}
