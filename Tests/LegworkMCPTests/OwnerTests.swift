import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@Suite("Owners over MCP")
struct OwnerTests {
    @Test("never see each other's tasks, by whatever tool or method")
    func isolated() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let foreign = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let missing = TaskID.random()
        let bob = bench.server.connect(as: bench.bob, over: .http)

        func answers(_ id: TaskID) async throws -> [String] {
            var answers: [String] = []
            // These name no task.
            let others: Set = [
                "list_tasks", "recover_failed_messages", "submit_task", "schedule_task", "list_schedules", "cancel_schedule",
            ]
            for name in CompanionTools.names where !others.contains(name) {
                var arguments: JSONObject = ["task_id": .string(id.description)]
                if name == "send_message" { arguments = ["to": .string(id.description), "message": "hello"] }
                if name == "send_later" { arguments = ["to": .string(id.description), "message": "hello", "delay_seconds": 5] }
                if name == "answer_task" { arguments["answers"] = ["key": true] }
                let params: JSONObject = ["name": .string(name), "arguments": .object(arguments)]
                let result = try #require(try await bob.askModern("tools/call", params)["result"])
                #expect(result["isError"] == true, "\(name)")
                #expect(result["structuredContent"]?["error"]?["code"] == "not_found", "\(name)")
                answers.append(result.json())
            }
            for method in ["tasks/get", "tasks/cancel", "tasks/update"] {
                answers.append(try await bob.askModern(method, ["taskId": .string(id.description), "inputResponses": [:]]).json())
            }
            return answers.map { $0.replacing(id.description, with: "ID") }
        }
        #expect(try await answers(foreign) == answers(missing))
        let list = try await bob.askModern("tools/call", ["name": "list_tasks"])["result"]
        #expect(list?["structuredContent"] == ["tasks": [], "count": 0, "totals": [:]])
        #expect(try await bench.manager.task(foreign, in: .operator).lifecycle.isCancelRequested == false)
        tool.mayEnd.fire()
    }

    @Test("keep their tasks when their client comes back with another connection")
    func comesBack() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let first = try await bench.legacy()
        async let asked = first.ask("tools/call", ["name": "slow"])
        await tool.began.wait()
        first.close()
        _ = try await asked
        tool.mayEnd.fire()
        let second = try await bench.legacy()
        let listed = try await second.ask("tools/call", ["name": "list_tasks"])["result"]?["structuredContent"]?["tasks"]?[0]
        let id = try #require(listed?["task_id"])
        let result = try await second.ask("tools/call", ["name": "await_task", "arguments": ["task_id": id]])["result"]
        #expect(result?["structuredContent"]?["status"] == "completed")
        #expect(result?["structuredContent"]?["result"] == "done")
    }
}
