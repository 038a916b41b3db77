import LegworkTestKit
import Testing

@testable import Legwork

@Suite("The tools for later")
struct ScheduleToolTests {
    private func bench(_ tools: any Tool...) throws -> Bench {
        let bench = try Bench { $0.timeZone = "Europe/Berlin" }
        for tool in tools { try bench.manager.tools.register(tool) }
        try bench.manager.registerCompanionTools()
        return bench
    }

    private func call(_ bench: Bench, _ name: String, _ arguments: JSONValue, as caller: Caller? = nil) async throws -> ToolResult {
        try #require(try await bench.manager.call(name, arguments, as: caller ?? bench.alice).result)
    }

    private func running(_ bench: Bench, _ body: () async throws -> Void) async throws {
        let running = Task { try await bench.manager.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// Lets the time of a message come, and waits until it is sent.
    private func remindAfter(_ duration: Duration, _ bench: Bench) async throws {
        let made = bench.store.hold(.commitSchedule, .after)
        await bench.pass(duration)
        await made.reached.wait()
        let task = try #require(try await bench.manager.tasks(TaskQuery(in: .operator, tool: "reminder")).tasks.first)
        made.release()
        // A message that was sent to a task leaves none behind.
        _ = try? await bench.end(of: task.id)
    }

    @Test("send_later tells the owner at the time, once, and lists nothing after that")
    func reminder() async throws {
        let bench = try bench()
        let answer = try await call(bench, "send_later", ["message": "look at the build\nagain", "delay_seconds": 90])
        let id = try #require(answer.structuredContent?["schedule_id"]?.string)
        #expect(answer.structuredContent?["next_at"] == .string((bench.clock.now + .seconds(90)).description))
        #expect(try await call(bench, "list_schedules", [:]).text.contains("Reminder: look at the build"))
        try await running(bench) {
            try await remindAfter(.seconds(90), bench)
        }
        let notices = try await bench.store.notices(NoticeQuery(in: bench.alice.scope))
        #expect(notices.map(\.text) == ["look at the build\nagain"])
        #expect(try await call(bench, "list_schedules", [:]).text == "Nothing is scheduled.")
        #expect(try await call(bench, "list_schedules", ["status": "ended"]).text.contains(id))
    }

    @Test("send_later writes to a running task, and tells the owner instead when that has ended")
    func message() async throws {
        let bench = try bench()
        let listener = ClosureTool(ToolDescriptor(name: "listen", description: "", hasInbox: true)) { _, context in
            let message = try await context.nextMessage(waitingAtMost: .seconds(9999))
            return .text(message?.content.string ?? "nothing")
        }
        try bench.manager.tools.register(listener)
        let task = try await bench.background("listen")
        for delay in [60, 120] {
            let answer = try await call(
                bench,
                "send_later",
                [
                    "message": .string("after \(delay)"), "delay_seconds": JSONValue(delay),
                    "to": .string(String(task.id.description.prefix(12))),
                ]
            )
            #expect(!answer.isError, "\(answer.text)")
        }
        try await running(bench) {
            try await remindAfter(.seconds(60), bench)
            let heard = try await bench.end(of: task.id).result?.text
            #expect(heard == "after 60")
            try await remindAfter(.seconds(60), bench)
        }
        let notices = try await bench.store.notices(NoticeQuery(in: bench.alice.scope))
        #expect(notices.map(\.kind) == [.completed, .failed])
        #expect(notices.last?.text?.contains("after 120") == true)
    }

    @Test("schedule_task, list_schedules and cancel_schedule are one owner's, and say what they did")
    func schedule() async throws {
        let bench = try bench(echo())
        let made = try await call(
            bench,
            "schedule_task",
            ["tool": "echo", "arguments": ["n": 1], "cron": "0 9 * * mon-fri", "name": "morning", "watch": true, "catch_up": "skip"]
        )
        let object = try #require(made.structuredContent?.object)
        #expect(object["when"]?["time_zone"] == "Europe/Berlin")
        #expect(object["next_at"] == "2027-01-18T08:00:00.000Z")
        #expect(object["watch"] == true)
        let shown = try await call(bench, "list_schedules", ["schedule_id": "morning"])
        #expect(shown.structuredContent?["tasks"] == [])
        #expect(shown.structuredContent?["catch_up"] == "skip")
        #expect(try await call(bench, "list_schedules", [:], as: bench.bob).structuredContent?["total"] == 0)
        let foreign = try await call(bench, "cancel_schedule", ["schedule_id": "morning"], as: bench.bob)
        let missing = try await call(bench, "cancel_schedule", ["schedule_id": "morning2"])
        #expect(foreign.isError && missing.isError)
        #expect(foreign.structuredContent?["error"]?["code"] == "not_found")
        #expect(missing.text.replacing("morning2", with: "morning") == foreign.text)
        #expect(foreign.text.contains("list_schedules"))
        #expect(try await call(bench, "cancel_schedule", ["schedule_id": "morning"]).structuredContent?["cancelled"] == true)
        #expect(try await call(bench, "list_schedules", ["status": "all"]).text == "Nothing is scheduled.")
    }

    @Test(
        "refuse what is no time, with what to do",
        arguments: [
            ["tool": "echo"], ["tool": "echo", "every": "5m", "delay_seconds": 5], ["tool": "echo", "every": "5m", "cron": "* * * * *"],
            ["tool": "echo", "cron": "0 0 30 2 *"], ["tool": "echo", "at": "2020-01-01T00:00"], ["tool": "nothing", "every": "5m"],
            ["tool": "echo", "rrule": "FREQ=DAILY;BYSETPOS=1"], ["tool": "echo", "every": "5m", "time_zone": "Berlin"],
        ] as [JSONValue]
    )
    func refuse(_ arguments: JSONValue) async throws {
        let bench = try bench(echo())
        let answer = try await call(bench, "schedule_task", arguments)
        #expect(answer.isError)
        #expect(answer.structuredContent?["error"]?["code"] != nil)
        #expect(answer.text.count > 20)
    }

    @Test("send_later refuses a recipient that takes no messages, or is not there")
    func badRecipient() async throws {
        let tool = ScriptedTool()
        let bench = try bench(tool)
        let task = try await bench.background()
        for recipient in [task.id.description, "nobody", "self"] {
            let answer = try await call(bench, "send_later", ["message": "m", "delay_seconds": 5, "to": .string(recipient)])
            #expect(answer.isError)
        }
        await #expect(throws: ToolError.self) { try await call(bench, "send_later", ["message": "m", "delay_seconds": 0]) }
        tool.mayEnd.fire()
    }
}
