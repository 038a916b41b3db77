import Foundation
import LegworkTestKit
import TestPrograms
import Testing

@testable import Legwork

@Suite("The tools for evidence")
struct EvidenceToolTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Stands for `run_command`: writes its line, and ends as the line says.
    private func runner(_ started: TestSignal, _ deletes: @escaping @Sendable () async -> Void) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: "run_command", description: "")) { arguments, context in
            let line = arguments["shell"]?.string ?? ""
            if line == "cannot start" { throw ToolFault(description: "no such program") }
            let output = try context.openOutput()
            try Array("output of \(line)\n".utf8).withUnsafeBytes { try output.append($0) }
            if line == "waits" {
                started.fire()
                try await TestSignal().waitUnlessCancelled()
            }
            if line == "deletes its task" { await deletes() }
            let code = Int(line.split(separator: " ").last ?? "") ?? 0
            return .text("", structured: ["exit_code": JSONValue(code), "timed_out": .bool(line == "slow"), "duration_ms": 1500])
        }
    }

    private func bench(
        _ started: TestSignal = TestSignal(),
        deletes: @escaping @Sendable () async -> Void = {}
    ) throws -> Bench {
        let path = folder.path + "/outputs"
        let bench = try Bench(runner(started, deletes), ScriptedTool()) { $0.outputFolder = path }
        try bench.manager.registerEvidenceTools(withAliases: true)
        return bench
    }

    private func call(_ bench: Bench, _ tool: String, _ arguments: JSONValue, under parent: TaskID? = nil) async throws -> ToolResult {
        var options = CallOptions()
        options.lineage = Lineage(parent: parent)
        return try #require(try await bench.manager.call(tool, arguments, as: bench.alice, options: options).result)
    }

    @Test("keep a checklist with the calling task: written, added to, updated, listed, under both names")
    func checklist() async throws {
        defer { folder.remove() }
        let bench = try bench()
        let id = try await bench.background().id
        let items: JSONValue = ["items": [["content": "a", "status": "in_progress"], ["content": "b"]]]
        #expect(
            try await call(bench, "checklist_write", items, under: id).text
                == "Checklist updated: 2 item(s), 0% complete\n[>] 1. a\n[ ] 2. b"
        )
        let added = try await call(bench, "todo_add", ["content": "c", "status": "in_progress"], under: id)
        #expect(added.text.hasPrefix("Added todo #3 (in_progress)"))
        #expect(added.structuredContent?["in_progress_id"] == 3)
        #expect(
            try await call(bench, "checklist_update", ["id": 1, "status": "done"], under: id).text.hasPrefix("Updated todo #1 to completed")
        )
        let list = try await call(bench, "todo_list", ["task_id": .string(id.description)])
        #expect(list.structuredContent?["completion_pct"] == 33)
        let record = try await bench.manager.task(id, in: bench.alice.scope)
        #expect(record.evidence.checklist?.items.map(\.status) == [.completed, .pending, .inProgress])
        #expect(record.status == .running)
        let said = try await bench.events(of: id).filter { $0.kind == .checklist }.map(\.text)
        #expect(said.last == "Checklist updated: 3 item(s), 33% complete")

        let missing = try await call(bench, "checklist_update", ["id": 9, "status": "done"], under: id)
        #expect(missing.isError && missing.text == "Todo id 9 not found")
        await #expect(throws: ToolError.self) { try await call(bench, "checklist_add", ["content": "x", "status": "half"], under: id) }
    }

    @Test("want to know the task when none calls, and find no other owner's")
    func whose() async throws {
        defer { folder.remove() }
        let bench = try bench()
        let id = try await bench.background().id
        for (tool, arguments) in [
            ("checklist_list", [:]), ("task_artifacts", [:]), ("pr_attempt_list", [:]), ("pr_attempt_record", ["summary": "x"]),
            ("record_github_event", ["action": "close", "target": "issue", "number": 1, "summary": "x"]),
        ] as [(String, JSONValue)] {
            let result = try await call(bench, tool, arguments)
            #expect(result.isError && result.text == "task_id is required when no durable task is active", "\(tool)")
        }
        let foreign = try await bench.manager.call("checklist_list", ["task_id": .string(id.description)], as: bench.bob).result
        let none = try await bench.manager.call("checklist_list", ["task_id": .string(TaskID.random().description)], as: bench.bob).result
        #expect(foreign?.isError == true)
        #expect(foreign?.structuredContent?["error"]?["code"] == none?.structuredContent?["error"]?["code"])
    }

    @Test("belong by themselves to the task whose tool calls them, and lose nothing to what it writes meanwhile")
    func ambient() async throws {
        defer { folder.remove() }
        let bench = try bench()
        let (manager, alice) = (bench.manager, bench.alice)
        let agent = ClosureTool(ToolDescriptor(name: "agent", description: "")) { _, context in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        context.emit("at \(number)")
                        try await context.save(checkpoint: JSONValue(number))
                        let result = try await manager.call("checklist_add", ["content": .string("\(number)")], as: alice).result
                        if result?.isError != false { throw ToolFault(description: "\(String(describing: result))") }
                    }
                }
                try await group.waitForAll()
            }
            return .text("done")
        }
        try manager.tools.register(agent)
        let record = try await bench.end(of: bench.background("agent").id)
        #expect(record.status == .completed, "\(String(describing: record.result))")
        #expect(record.evidence.checklist?.items.map(\.id) == Array(1...50))
        #expect(Set(record.evidence.checklist?.items.map(\.content) ?? []) == Set((0..<50).map { "\($0)" }))
        #expect(try await bench.events(of: record.id).count { $0.kind == .checklist } == 50)
    }

    @Test("survive with their task, and stand in no other")
    func durable() async throws {
        defer { folder.remove() }
        let bench = try bench()
        let (one, other) = (try await bench.background().id, try await bench.background().id)
        _ = try await call(bench, "checklist_add", ["content": "a"], under: one)
        let event: JSONValue = ["id": "e1", "action": "comment", "target": "pr", "number": 7, "summary": "first", "url": "https://x/7"]
        _ = try await call(bench, "record_github_event", event, under: one)
        var again = try #require(event.object)
        again["summary"] = "second"
        _ = try await call(bench, "record_github_event", .object(again), under: one)
        let record = try await bench.manager.task(one, in: bench.alice.scope)
        #expect(record.evidence.githubEvents.map(\.summary) == ["second"])
        #expect(
            try await bench.events(of: one).filter { $0.kind == .github }.map(\.text) == ["comment pr#7: first", "comment pr#7: second"]
        )
        #expect(try await bench.manager.task(other, in: bench.alice.scope).evidence.isEmpty)
    }

    @Test(
        "record each run of a gate with its whole log",
        arguments: [
            ("true 0", "passed", "passed", 0), ("make 2", "failed", "test_failure", 2), ("slow", "timeout", "timeout", 0),
            ("cannot start", "failed", "test_failure", nil),
        ] as [(String, String, String, Int?)]
    )
    func gates(line: String, status: String, classification: String, code: Int?) async throws {
        defer { folder.remove() }
        let bench = try bench()
        let id = try await bench.background().id
        let result = try await call(bench, "task_gate_run", ["gate": "test", "command": .string(line)], under: id)
        #expect(!result.isError)
        let said = try #require(result.structuredContent?["gate"])
        #expect(said["status"]?.string == status)
        #expect(said["classification"]?.string == classification)
        #expect(said["exit_code"]?.int == code)
        #expect(said["id"]?.string?.hasPrefix("gate_") == true)
        #expect(result.structuredContent?["recorded"] == true)
        let gate = try #require(try await bench.manager.task(id, in: bench.alice.scope).evidence.gates.first)
        #expect(gate.json == said)
        let log = try await bench.manager.artifact(#require(gate.logPath), of: id, in: bench.alice.scope)
        let text = String(decoding: log.bytes, as: UTF8.self)
        #expect(text.hasPrefix("$ \(line)\n"))
        #expect(text.contains(code == nil ? "[spawn_error]\nno such program" : "output of \(line)"))
        #expect(try await bench.events(of: id).contains { $0.kind == .gate && $0.text?.hasPrefix("Gate test \(status): ") == true })
    }

    @Test("record that a gate was cancelled, with what it wrote until then")
    func cancelledGate() async throws {
        defer { folder.remove() }
        let started = TestSignal()
        let bench = try bench(started)
        let id = try await bench.background().id
        var options = CallOptions.background
        options.lineage = Lineage(parent: id)
        let arguments: JSONValue = ["gate": "test", "command": "waits"]
        let task = try #require(try await bench.manager.call("run_gate", arguments, as: bench.alice, options: options).task)
        await started.wait()
        _ = try await bench.manager.cancel(task.id, in: bench.alice.scope)
        #expect(try await bench.end(of: task.id).status == .cancelled)
        let gate = try #require(try await bench.manager.task(id, in: bench.alice.scope).evidence.gates.first)
        #expect(gate.status == .cancelled)
        #expect(gate.classification == "cancelled")
        #expect(gate.summary == "output of waits\n")
        let log = try await bench.manager.artifact(#require(gate.logPath), of: id, in: bench.alice.scope)
        #expect(String(decoding: log.bytes, as: UTF8.self) == "$ waits\noutput of waits\n")
    }

    @Test("say that a gate is not recorded when it cannot be")
    func lostGate() async throws {
        defer { folder.remove() }
        let gone = Sayings<TaskID>()
        let store = Sayings<TaskManager>()
        let bench = try bench {
            for id in gone.all { try? await store.all.first?.delete(id, in: .operator) }
        }
        store.add(bench.manager)
        let echo = ClosureTool(ToolDescriptor(name: "quick", description: "")) { _, _ in .text("done") }
        try bench.manager.tools.register(echo)
        let id = try await bench.end(of: bench.background("quick").id).id
        gone.add(id)
        let arguments: JSONValue = ["gate": "test", "command": "deletes its task", "task_id": .string(id.description)]
        let result = try await call(bench, "run_gate", arguments)
        #expect(result.structuredContent?["gate"]?["status"] == "passed")
        #expect(result.structuredContent?["recorded"] == false)
    }

    @Test("run a gate for nobody too, and refuse what makes no sense before anything starts")
    func looseGate() async throws {
        defer { folder.remove() }
        let bench = try bench()
        let result = try await call(bench, "run_gate", ["gate": "custom", "command": "true 0"])
        #expect(result.structuredContent?["recorded"] == false)
        #expect(result.structuredContent?["gate"]?["status"] == "passed")
        for arguments in [
            ["gate": "test"], ["gate": "test", "command": "a", "argv": ["b"]], ["gate": "test", "command": "a", "timeout_ms": 999],
            ["gate": "test", "command": "a", "timeout_ms": 600_001], ["command": "a"],
        ] as [JSONValue] {
            await #expect(throws: ToolError.self) { try await call(bench, "run_gate", arguments) }
        }
    }

    @Test("give artifacts in parts, and attempts that are not there their own words")
    func reading() async throws {
        defer { folder.remove() }
        let bench = try bench()
        let id = try await bench.background().id
        _ = try await bench.manager.keep(Array("0123456789".utf8), asArtifact: "digits", of: id, in: bench.alice.scope)
        let list = try await call(bench, "task_artifacts", [:], under: id)
        #expect(list.structuredContent?["artifacts"]?[0]?["name"] == "digits.txt")
        let part = try await call(bench, "task_artifacts", ["name": "digits.txt", "offset": 3, "limit": 4], under: id)
        #expect(part.text == "3456")
        #expect(part.structuredContent?["next_offset"] == 7)
        _ = try await bench.manager.keep(Array("äöü".utf8), asArtifact: "marks", of: id, in: bench.alice.scope)
        let marks = try await call(bench, "task_artifacts", ["name": "marks.txt", "offset": 0, "limit": 3], under: id)
        // No character is torn.
        #expect(marks.text == "ä" && marks.structuredContent?["next_offset"] == 2)
        let outside = try await call(bench, "task_artifacts", ["name": "../../etc/passwd"], under: id)
        #expect(outside.isError && outside.structuredContent?["error"]?["code"] == "not_found")
        #expect(try await call(bench, "pr_attempt_read", ["attempt_id": "x"], under: id).text == "Attempt not found: x")
        let bare = PatchAttempt(id: "bare", group: "g", index: 1, count: 1, summary: "no patch", recordedAt: .now)
        var lying = PatchAttempt(id: "lying", group: "g", index: 2, count: 2, summary: "a path", recordedAt: .now)
        lying.patchPath = "../../../etc/passwd"
        try await bench.manager.record(.attempt(bare), .attempt(lying), of: id, in: bench.alice.scope)
        for attempt in ["bare", "lying"] {
            let result = try await call(bench, "pr_attempt_preflight", ["attempt_id": .string(attempt)], under: id)
            #expect(result.isError && result.text == "Attempt has no patch artifact")
        }
    }

    @Test("are there without a tool for commands, those that need none")
    func withoutCommands() throws {
        defer { folder.remove() }
        let bench = try Bench()
        try bench.manager.registerEvidenceTools()
        #expect(bench.manager.tools.tools.map(\.descriptor.name) == Array(EvidenceTools.names.prefix(6)))
        let all = try self.bench().manager.tools.tools.map(\.descriptor.name)
        #expect(EvidenceTools.names.allSatisfy(all.contains))
    }
}
