import Legwork
import LegworkCore
import Testing

@Suite("The envelopes of the system that came before")
struct SeedEnvelopeTests {
    private static let start = Timestamp(milliseconds: 1_700_000_000_250)

    private static func record(_ change: (inout TaskRecord) throws -> Void = { _ in }) throws -> TaskRecord {
        var record = TaskRecord(
            id: TaskID("task_" + String(repeating: "a", count: 26)) ?? .random(),
            tool: "search",
            title: "search",
            caller: Caller(owner: "user-7"),
            arguments: [:],
            lifecycle: .promoted,
            createdAt: start
        )
        try change(&record)
        return record
    }

    @Test("a call that goes on says so, with the words that programs look for")
    func backgrounded() throws {
        let record = try Self.record()
        #expect(
            SeedEnvelopes.backgrounded(record)
                == #"{"task_id":"\#(record.id)","tool_name":"search","status":"running","message":"Tool 'search' is running in the background. Use check_task with task_id '\#(record.id)' to get the result."}"#
        )
    }

    @Test("a task that runs, completed, failed, was cancelled, is not there")
    func results() throws {
        let now = Self.start + .milliseconds(12_340)
        let running = try Self.record()
        #expect(
            SeedEnvelopes.result(of: running, now: now)
                == #"{"task_id":"\#(running.id)","tool_name":"search","status":"running","elapsed_seconds":12.3}"#
        )
        let completed = try Self.record {
            $0.result = .text("{\"error\": \"looks like one\"}")
            _ = try $0.apply(.completed, at: now)
        }
        #expect(SeedEnvelopes.result(of: completed, now: now) == "{\"error\": \"looks like one\"}")
        let failed = try Self.record {
            $0.failure = "ValueError: no"
            _ = try $0.apply(.failed(.toolError), at: now)
        }
        #expect(SeedEnvelopes.result(of: failed, now: now) == #"{"task_id":"\#(failed.id)","status":"failed","error":"ValueError: no"}"#)
        let cancelled = try Self.record {
            _ = try $0.apply(.cancelRequested, at: now)
            _ = try $0.apply(.cancelled, at: now)
        }
        #expect(
            SeedEnvelopes.result(of: cancelled, now: now)
                == #"{"task_id":"\#(cancelled.id)","status":"failed","error":"Task was cancelled."}"#
        )
        #expect(SeedEnvelopes.notFound("abc") == #"{"error":"Task 'abc' not found."}"#)
        #expect(SeedEnvelopes.timeout(running.id, after: 300).contains("did not complete within 300s"))
    }

    @Test("a list counts, and the time of an ended task stands still")
    func list() throws {
        let end = Self.start + .seconds(2)
        let failed = try Self.record {
            $0.failure = "broken"
            _ = try $0.apply(.failed(.toolError), at: end)
        }
        #expect(
            SeedEnvelopes.list([failed], now: end + .seconds(100))
                == #"{"tasks":[{"task_id":"\#(failed.id)","tool_name":"search","status":"failed","user_id":"user-7","elapsed_seconds":2.0,"created_at":1700000000.25,"error":"broken"}],"count":1}"#
        )
    }
}
