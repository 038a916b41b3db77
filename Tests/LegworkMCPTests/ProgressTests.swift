import Legwork
import LegworkTestKit
import Synchronization
import Testing

@testable import LegworkMCP

@Suite("Progress for a client that asked for it")
struct ProgressTests {
    private func report(_ done: Double?, of total: Double? = nil, _ message: String? = nil) -> ToolReport {
        ToolReport(progress: done.map { TaskProgress(done: $0, total: total) }, message: message)
    }

    private func values(_ notifications: [JSONValue?]) -> [Double?] { notifications.map { $0?["params"]?["progress"]?.double } }

    @Test("is a notification that names the client's token")
    func golden() {
        var progress = MCPProgress(token: 7)
        #expect(
            progress.report(report(1, of: 4, "one"), at: .seconds(1))?.json()
                == #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1,"total":4,"message":"one"}}"#
        )
        #expect(
            progress.report(report(2.5), at: .seconds(1))?.json()
                == #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":2.5,"message":"one"}}"#
        )
    }

    @Test("only ever increases")
    func increases() {
        var progress = MCPProgress(token: "t")
        let told = [0, 1, 1, 0.5, -3, .infinity, .nan, 2, 2.001].map { progress.report(report($0), at: .seconds(1)) }
        #expect(values(told) == [0, 1, nil, nil, nil, nil, nil, 2, 2.001])
    }

    @Test("of a tool that does not count is the time that has passed, with what the tool says")
    func messages() {
        var progress = MCPProgress(token: "t")
        let first = progress.report(report(nil, "linking"), at: .milliseconds(1500))
        #expect(first?["params"] == ["progressToken": "t", "progress": 1.5, "message": "linking"])
        #expect(progress.report(report(nil, "at the same moment"), at: .milliseconds(1500)) == nil)
        #expect(progress.report(report(nil), at: .seconds(2)) == nil)
        #expect(progress.report(report(nil, "signing"), at: .seconds(3))?["params"]?["progress"] == 3)
    }

    @Test("goes on above what was told before the tool began to count")
    func countsLate() {
        var progress = MCPProgress(token: "t")
        #expect(progress.beat(at: .seconds(5))?["params"]?["progress"] == 5)
        #expect(progress.report(report(0, of: 10), at: .seconds(6)) == nil)
        #expect(progress.report(report(1, of: 10), at: .seconds(7))?["params"]?["progress"] == 6)
        #expect(progress.report(report(2, of: 10), at: .seconds(8))?["params"]?["total"] == 15)
    }

    @Test("beats when the client has heard nothing for five seconds, unless the tool counts")
    func beats() {
        var progress = MCPProgress(token: "t")
        #expect(progress.nextBeat == .seconds(5))
        #expect(progress.beat(at: .seconds(4)) == nil)
        #expect(progress.beat(at: .seconds(5))?["params"] == ["progressToken": "t", "progress": 5, "message": "still running"])
        #expect(progress.nextBeat == .seconds(10))
        _ = progress.report(report(nil, "linking"), at: .seconds(8))
        #expect(progress.beat(at: .seconds(10)) == nil)
        #expect(progress.beat(at: .seconds(13))?["params"]?["message"] == "linking")
        _ = progress.report(report(1), at: .seconds(14))
        #expect(progress.beat(at: .seconds(30)) == nil)
        #expect(progress.nextBeat > .seconds(30))
    }

    @Test("comes no faster than a client can bear, and the newest is not lost")
    func bounded() {
        var progress = MCPProgress(token: "t")
        func tell(_ range: ClosedRange<Int>, at elapsed: Duration) -> Int {
            range.count { progress.report(report(Double($0)), at: elapsed) != nil }
        }
        #expect(tell(1...10_000, at: .seconds(1)) == 20)
        #expect(progress.flush(at: .seconds(1))?["params"]?["progress"] == 10_000)
        #expect(progress.flush(at: .seconds(1)) == nil)
        // Ten more per second, and never more at once than at first.
        #expect(tell(10_001...20_000, at: .seconds(2)) == 10)
        #expect(progress.beat(at: .seconds(2))?["params"]?["progress"] == 20_000)
        #expect(tell(20_001...30_000, at: .seconds(100)) == 20)
    }

    // MARK: - Through the server

    private func params(_ name: String, _ arguments: JSONValue = [:]) -> JSONValue {
        ["name": .string(name), "arguments": arguments, "_meta": ["progressToken": "t"]]
    }

    @Test("comes before the answer, in order, and not after")
    func throughServer() async throws {
        let kept = Lock<ToolContext?>(nil)
        let tool = ClosureTool(ToolDescriptor(name: "counting", description: "")) { _, context in
            kept.withLock { $0 = context }
            for step in 0...3 { context.progress(Double(step), of: 3) }
            return .text("done")
        }
        let bench = try MCPBench(tool)
        let inbox = Inbox()
        let answer = try await bench.legacy().ask("tools/call", params("counting"), notify: { inbox.add($0) })
        #expect(answer["result"]?["content"]?[0]?["text"] == "done")
        #expect(values(inbox.all) == [0, 1, 2, 3])
        kept.withLock { $0 }?.progress(4)
        #expect(inbox.all.count == 4)
    }

    @Test("is not sent to a client that did not ask for it", arguments: [JSONValue.null, true, 1.5, []])
    func noToken(token: JSONValue) async throws {
        let tool = ClosureTool(ToolDescriptor(name: "counting", description: "")) { _, context in
            context.progress(1)
            return .text("done")
        }
        let bench = try MCPBench(tool)
        let inbox = Inbox()
        _ = try await bench.legacy()
            .ask("tools/call", ["name": "counting", "_meta": ["progressToken": token]], notify: { inbox.add($0) })
        #expect(inbox.all.isEmpty)
    }

    @Test("beats while a tool that never becomes a task takes its time")
    func heartbeat() async throws {
        let tool = scripted { $0.background = .never }
        let bench = try MCPBench(tool)
        let inbox = Inbox()
        async let asked = bench.legacy().ask("tools/call", params("slow"), notify: { inbox.add($0) })
        await tool.began.wait()
        for beat in 1...3 {
            await bench.pass(.seconds(5))
            while inbox.all.count < beat { await Task.yield() }
        }
        tool.mayEnd.fire()
        _ = try await asked
        #expect(values(inbox.all) == [5, 10, 15])
    }

    @Test("of await_task tells what happens to the task, and beats otherwise")
    func awaitTask() async throws {
        let mayReport = TestSignal()
        let mayEnd = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "slow", description: "")) { _, context in
            await mayReport.wait()
            context.status("linking")
            await mayEnd.wait()
            return .text("done")
        }
        let bench = try MCPBench(tool)
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let inbox = Inbox()
        async let asked = bench.legacy()
            .ask("tools/call", params("await_task", ["task_id": .string(id.description), "timeout": 30]), notify: { inbox.add($0) })
        func pass(_ duration: Duration, until count: Int) async {
            await bench.pass(duration)
            while inbox.all.count < count { await Task.yield() }
        }
        await bench.clock.sleeperDue(within: .seconds(30))
        await pass(.seconds(5), until: 2)
        mayReport.fire()
        await pass(.milliseconds(250), until: 3)
        mayEnd.fire()
        let result = try #require(try await asked["result"])
        #expect(result["structuredContent"]?["status"] == "completed")
        #expect(values(inbox.all) == [0, 5, 5.25])
        #expect(inbox.all[1]["params"]?["message"] == "still waiting after 5 s")
        #expect(inbox.all[2]["params"]?["message"]?.string?.contains("linking") == true)
        #expect(inbox.all[2]["params"]?["total"] == 30)
    }
}
