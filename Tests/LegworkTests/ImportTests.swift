import Foundation
import Glibc
import LegworkTestKit
import TestPrograms
import Testing

@testable import Legwork

@Suite("Taking over a queue of prompts")
struct ImportTests {
    private let folder: TemporaryFolder
    /// What the agent was asked, in order.
    private let prompts = Sayings<String>()
    private var source: String { folder.path + "/tasks-of-old" }

    init() throws {
        folder = try TemporaryFolder()
        for path in ["", "/tasks", "/artifacts"] { mkdir(source + path, 0o700) }
    }

    private func write(_ text: String, _ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (source + "/" + path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(source)/\(path)"))
    }

    private func file(_ id: String, _ status: String, _ change: (inout JSONObject) -> Void = { _ in }) throws {
        var object: JSONObject = [
            "schema_version": 2, "id": .string(id), "prompt": "Mend it\nand say so", "model": "m", "workspace": "/work", "mode": "yolo",
            "allow_shell": true, "trust_mode": false, "status": .string(status), "created_at": "2026-01-02T03:04:05.678901Z",
        ]
        if status != "queued" { object["started_at"] = "2026-01-02T03:04:06Z" }
        if ["completed", "failed", "canceled"].contains(status) {
            object["ended_at"] = "2026-01-02T03:05:06Z"
            object["duration_ms"] = 60_000
        }
        change(&object)
        try write(JSONValue.object(object).json(), "tasks/\(id).json")
    }

    private func agent() -> ClosureTool {
        let schema: JSONValue = [
            "type": "object", "required": ["prompt"],
            "properties": ["prompt": ["type": "string"], "cwd": ["type": "string"], "mode": ["enum": ["agent", "plan"]]],
        ]
        return ClosureTool(ToolDescriptor(name: "coder", description: "", inputSchema: schema)) { [prompts] arguments, _ in
            let prompt = arguments["prompt"]?.string ?? ""
            prompts.add(prompt)
            return .text("did: \(prompt)")
        }
    }

    private func bench() throws -> Bench {
        let path = folder.path + "/outputs"
        return try Bench(agent()) { configuration in
            configuration.outputFolder = path
            configuration.maximumArgumentBytes = 200_000
            configuration.workers = 1
        }
    }

    private func run(_ bench: Bench, enqueue: Bool = false) async throws -> ImportReport {
        try await bench.manager.importTasks(ImportRequest(folder: source, as: bench.alice, tool: "coder", enqueues: enqueue))
    }

    @Test("keeps what a finished task was: times, prompt, result, calls, timeline, evidence and artifacts")
    func finished() async throws {
        defer { folder.remove() }
        let long = String(repeating: "the whole result ", count: 200)
        try write(long, "artifacts/task_0a1b2c3d/20260102T030506.001Z_result.txt")
        try write("$ make\nok\n", "artifacts/task_0a1b2c3d/20260102T030506.002Z_gate.txt")
        try file("task_0a1b2c3d", "completed") { object in
            object["result_summary"] = "the whole..."
            object["result_detail_path"] = "artifacts/task_0a1b2c3d/20260102T030506.001Z_result.txt"
            object["thread_id"] = "thread_1"
            object["checklist"] = [
                "items": [["id": 1, "content": "mend", "status": "completed"]], "completion_pct": 100, "updated_at": "2026-01-02T03:04:50Z",
            ]
            object["gates"] = [
                [
                    "id": "gate_1", "gate": "test", "command": "make", "cwd": "/work", "exit_code": 0, "status": "passed",
                    "classification": "passed", "duration_ms": 5, "summary": "ok", "recorded_at": "2026-01-02T03:04:55Z",
                    "log_path": "artifacts/task_0a1b2c3d/20260102T030506.002Z_gate.txt",
                ]
            ]
            object["tool_calls"] = [
                [
                    "id": "call_1", "name": "shell", "status": "success", "started_at": "2026-01-02T03:04:10Z",
                    "ended_at": "2026-01-02T03:04:20Z", "duration_ms": 10_000, "input_summary": "ls", "output_summary": "a b",
                ],
                // The fault of that system: its calls never left this state.
                ["id": "call_2", "name": "shell", "status": "running", "started_at": "2026-01-02T03:04:30Z"],
            ]
            object["timeline"] = [
                ["timestamp": "2026-01-02T03:04:05Z", "kind": "queued", "summary": "Task queued"],
                ["timestamp": "2026-01-02T03:04:06Z", "kind": "running", "summary": "Task started"],
                ["timestamp": "2026-01-02T03:04:40Z", "kind": "message", "summary": "I am at it"],
                [
                    "timestamp": "2026-01-02T03:04:55Z", "kind": "gate", "summary": "Gate test passed: ok",
                    "detail_path": "artifacts/task_0a1b2c3d/20260102T030506.002Z_gate.txt",
                ],
                ["kind": "no time"], ["timestamp": "2026-01-02T03:05:06Z", "kind": "finished", "summary": "Task completed"],
            ]
        }
        let bench = try bench()
        let report = try await run(bench)
        #expect(report.damaged == [])
        #expect(report.imported.map(\.source) == ["task_0a1b2c3d"])
        // It is found by its old id.
        let record = try await bench.manager.task("task_0a1b2c3d", in: bench.alice.scope)
        #expect(record.status == .completed && record.isPinned)
        #expect(record.title == "Mend it")
        #expect(record.arguments == ["prompt": "Mend it\nand say so", "cwd": "/work", "mode": "agent"])
        #expect(record.createdAt == Timestamp(rfc3339: "2026-01-02T03:04:05.678Z"))
        #expect(record.finishedAt == Timestamp(rfc3339: "2026-01-02T03:05:06Z"))
        #expect(record.result == .text(long))
        #expect(record.metadata["imported"]?["thread_id"] == "thread_1")
        #expect(record.metadata["prompt_options"]?["allow_shell"] == true)
        // What is not said is not granted.
        #expect(record.metadata["prompt_options"]?["auto_approve"] == false)
        #expect(record.evidence.checklist?.completionPercentage == 100)
        let log = try await bench.manager.artifact(#require(record.evidence.gates.first?.logPath), of: record.id, in: bench.alice.scope)
        #expect(String(decoding: log.bytes, as: UTF8.self) == "$ make\nok\n")
        let calls = try await bench.manager.toolCalls(of: record.id, in: bench.alice.scope)
        #expect(calls.map(\.status) == [.success, .cancelled])
        #expect(calls[0].duration == .seconds(10))
        #expect(calls[0].result == "a b")
        let events = try await bench.events(of: record.id)
        #expect(
            events.map(\.topic) == ["created", "started", "tool_call", "tool_call", "tool_call", "message", "gate", "completed"]
        )
        #expect(events.map(\.sequence) == Array(1...8))
    }

    @Test("lets what had failed or was cancelled be that, with the reason")
    func unsuccessful() async throws {
        defer { folder.remove() }
        try file("task_1", "failed") { $0["error"] = "model gone" }
        try file("task_2", "failed") { $0["terminal_reason"] = "idle_timeout" }
        try file("task_3", "canceled") { $0["result_summary"] = "half of it" }
        let bench = try bench()
        _ = try await run(bench)
        let records = try await ["task_1", "task_2", "task_3"].asyncMap { try await bench.manager.task($0, in: bench.alice.scope) }
        #expect(records.map(\.status) == [.failed, .failed, .cancelled])
        #expect(records.map(\.failure) == ["model gone", "unknown error", nil])
        #expect(records[1].reason == .idleLimit)
        // What came late is not thrown away.
        #expect(records[2].result == .text("half of it"))
    }

    @Test("does nothing a second time, whatever became of the tasks meanwhile")
    func twice() async throws {
        defer { folder.remove() }
        for number in 1...3 { try file("task_\(number)", "completed") }
        try file("task_4", "queued")
        let bench = try bench()
        #expect(try await run(bench).imported.count == 4)
        let before = try await bench.manager.tasks(TaskQuery(in: .operator)).tasks
        let again = try await run(bench, enqueue: true)
        #expect(again.imported == [])
        #expect(again.known == 4)
        #expect(try await bench.manager.tasks(TaskQuery(in: .operator)).tasks == before)
        // Another owner's are his own.
        let other = ImportRequest(folder: source, as: bench.bob, tool: "coder")
        #expect(try await bench.manager.importTasks(other).imported.count == 4)
    }

    @Test("stops what ran, for nobody knows what it has done, and what waited unless it is to wait here")
    func live() async throws {
        defer { folder.remove() }
        try file("task_run", "running")
        try file("task_wait", "queued")
        let bench = try bench()
        _ = try await run(bench)
        let ran = try await bench.manager.task("task_run", in: bench.alice.scope)
        let waited = try await bench.manager.task("task_wait", in: bench.alice.scope)
        #expect(ran.status == .stopped && ran.reason == .orphaned)
        #expect(waited.status == .stopped && waited.reason == .imported)
        #expect(!ran.isPinned)
        try await bench.manager.resume(waited.id, in: bench.alice.scope)
        #expect(try await bench.end(of: waited.id).result == .text("did: Mend it\nand say so"))
    }

    @Test("lets what waited wait here in the order of its queue, those that the queue forgot last")
    func enqueued() async throws {
        defer { folder.remove() }
        // The times say otherwise than the queue.
        for (id, second) in [("task_a", 4), ("task_b", 3), ("task_c", 9), ("task_d", 1)] {
            try file(id, "queued") { object in
                object["prompt"] = .string(id)
                object["created_at"] = .string("2026-01-02T03:04:0\(second)Z")
            }
        }
        try file("task_done", "completed")
        try write(#"{"queue": ["task_c", "task_gone", "task_a", "task_c", "task_done", 7]}"#, "queue.json")
        let bench = try bench()
        let report = try await run(bench, enqueue: true)
        #expect(report.imported.map(\.source) == ["task_done", "task_c", "task_a", "task_b", "task_d"])
        #expect(report.imported.map(\.status) == [.completed, .queued, .queued, .queued, .queued])
        let running = Task { try await bench.manager.run() }
        for item in report.imported { #expect(try await bench.end(of: item.id).status == .completed) }
        #expect(prompts.all == ["task_c", "task_a", "task_b", "task_d"])
        running.cancel()
        try await running.value
    }

    @Test("tells of every file that is damaged, and takes over all others")
    func damaged() async throws {
        defer { folder.remove() }
        try file("task_good", "completed") { $0["result_detail_path"] = "../../../etc/passwd" }
        try write("{", "tasks/task_half.json")
        try write("[]", "tasks/task_list.json")
        try write(String(repeating: "[", count: 100_000), "tasks/task_deep.json")
        try write("", "tasks/task_empty.json")
        try write("\u{0}\u{1}", "tasks/task_noise.json")
        try file("task_new", "completed") { $0["schema_version"] = 5 }
        try file("task_odd", "melted")
        try file("task_timeless", "completed") { $0["created_at"] = "yesterday" }
        try file("task_liar", "completed") { $0["id"] = "task_other" }
        try file("task_path", "completed") { $0["id"] = "../task_path" }
        try file("task_mute", "completed") { $0["prompt"] = 7 }
        try write("x", "tasks/.task_staged.json.pending")
        try write("x", "tasks/notes.txt")
        try write("[1", "queue.json")
        symlink("/etc/passwd", source + "/tasks/task_link.json")
        mkfifo(source + "/tasks/task_pipe.json", 0o600)
        mkdir(source + "/tasks/task_folder.json", 0o700)
        // A link out of the folder is not followed.
        symlink("/etc", source + "/artifacts/task_good")
        let bench = try bench()
        let report = try await run(bench)
        #expect(report.imported.map(\.source) == ["task_good"])
        let files = report.damaged.map(\.file)
        let names = ["half", "list", "deep", "empty", "noise", "new", "odd", "timeless", "liar", "path", "mute", "link", "pipe", "folder"]
        #expect(Set(files) == Set(names.map { "tasks/task_\($0).json" } + ["queue.json", "tasks/task_good.json"]))
        #expect(try await bench.manager.artifacts(of: report.imported[0].id, in: .operator) == [])
        #expect(report.damaged.first { $0.file.contains("task_new") }?.problem == "Task schema v5 is newer than supported v4")
        #expect(report.damaged.first { $0.file.contains("task_good") }?.problem.contains("is not there") == true)
        #expect(
            await bench.code { _ = try await bench.manager.importTasks(ImportRequest(folder: "/nowhere", as: bench.alice, tool: "x")) }
                == .invalidArgument
        )
    }

    @Test("gives no task a name that means another")
    func reserved() async throws {
        defer { folder.remove() }
        let id = TaskID.random().description
        for name in ["self", "all", id] { try file(name, "completed") }
        let bench = try bench()
        #expect(try await run(bench).imported.count == 3)
        let records = try await bench.manager.tasks(TaskQuery(in: .operator)).tasks
        #expect(records.allSatisfy { $0.name == nil })
        // They are known all the same.
        #expect(try await run(bench).known == 3)
        #expect(try await bench.manager.tasks(TaskQuery(in: .operator)).tasks.count == 3)
    }

    @Test("is not ended by a file that the store never takes, or whose texts are without measure")
    func unfit() async throws {
        defer { folder.remove() }
        let huge = String(repeating: "x", count: 300_000)
        try file("task_1", "completed")
        try file("task_2", "queued") { $0["prompt"] = .string(huge) }
        try file("task_3", "failed") { object in
            object["error"] = .string(huge)
            object["result_summary"] = .string(huge)
            object["tool_calls"] = [
                [
                    "id": .string(huge), "name": .string(huge), "status": "success", "started_at": "2026-01-02T03:04:10Z",
                    "input_summary": .string(huge), "output_summary": .string(huge),
                ]
            ]
            object["attempts"] = [["id": "a", "base_ref": .string(huge), "recorded_at": "2026-01-02T03:04:10Z"]]
            object["timeline"] = [["timestamp": "2026-01-02T03:04:40Z", "kind": .string(huge), "summary": .string(huge)]]
        }
        try write("log", "artifacts/task_1/log.txt")
        let bench = try bench()
        bench.store.fail(.insert, times: 1, with: StoreError(.invalid, "never"))
        let report = try await run(bench)
        #expect(report.imported.map(\.source) == ["task_3"])
        #expect(report.damaged.map(\.file) == ["tasks/task_1.json", "tasks/task_2.json"])
        #expect(report.damaged.first?.problem == "never")
        let record = try await bench.manager.task("task_3", in: .operator)
        #expect(record.result.map { $0.text.utf8.count <= 64 << 10 } == true)
        #expect(JSONValue.object(record.evidence.json).json().utf8.count < 5000)
        #expect(try await bench.events(of: record.id).allSatisfy { ($0.data?.json().utf8.count ?? 0) < 10_000 })
        // What was copied for it is not left.
        #expect(try await run(bench).imported.map(\.source) == ["task_1"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/outputs").count == 1)
    }

    @Test("of a timeline without end keeps its beginning and its end")
    func bounded() async throws {
        defer { folder.remove() }
        try file("task_long", "completed") { object in
            let entry: JSONValue = ["timestamp": "2026-01-02T03:04:40Z", "kind": "runtime_event", "summary": "#1 delta"]
            object["timeline"] = .array(Array(repeating: entry, count: 20_000))
        }
        let bench = try bench()
        let report = try await run(bench)
        let events = try await bench.events(of: try #require(report.imported.first).id)
        #expect(events.count == 501)
        #expect(events.contains { $0.kind == .omitted && $0.data == ["count": 19_503] })
        #expect(events.last?.kind == .completed)
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
