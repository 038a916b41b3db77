import LegworkCore
import Testing

@testable import LegworkRedis

@Suite("The layout of a task in Redis")
struct LayoutTests {
    private let id = TaskID.random()

    private func layout(_ record: TaskRecord, keeping limit: Int = 512 << 10) -> ResultLayout { ResultLayout(record, keeping: limit) }

    @Test("of a completed task is the first system's, byte for byte")
    func completed() throws {
        let origin = Caller.Origin(platform: "discord", channel: "42", user: "7")
        let record = try Sample.running(id, origin: origin).ended(
            .completed,
            result: .text("say \"ü\"\n"),
            at: Sample.start + .milliseconds(1500)
        )
        let layout = layout(record)
        #expect(layout.json == #"{"task_id":"\#(id)","status":"completed","user_id":"ann","result":"say \"ü\"\n"}"#)
        #expect(
            layout.fields == [
                "task_id", id.description, "tool_name", "search", "status", "completed", "created_at", "1800000000.0", "user_id", "ann",
                "channel_id", "42", "platform", "discord", "finished_at", "1800000001.5", "result", "say \"ü\"\n", "version", "2",
            ]
        )
    }

    @Test("of a failed task has the error in place of the result")
    func failed() throws {
        let thrown = try Sample.running(id).ended(.failed(.toolError), failure: "TimeoutError: too slow", at: Sample.start)
        #expect(layout(thrown).json == #"{"task_id":"\#(id)","status":"failed","user_id":"ann","error":"TimeoutError: too slow"}"#)
        let told = try Sample.running(id).ended(.failed(.toolError), result: .error("no such page"), at: Sample.start)
        #expect(layout(told).json == #"{"task_id":"\#(id)","status":"failed","user_id":"ann","error":"no such page"}"#)
        let silent = try Sample.running(id).ended(.limitReached(.wallLimit), at: Sample.start)
        #expect(layout(silent).json == #"{"task_id":"\#(id)","status":"failed","user_id":"ann","error":"wall_limit"}"#)
    }

    @Test("of a cancelled task says so in the first system's words, whatever result came late")
    func cancelled() throws {
        var record = Sample.running(id)
        _ = try record.apply(.cancelRequested, at: Sample.start)
        record = try record.ended(.cancelled, result: .text("late"), at: Sample.start)
        #expect(layout(record).json == #"{"task_id":"\#(id)","status":"failed","user_id":"ann","error":"Task was cancelled."}"#)
    }

    @Test("of an unfinished task is the hash alone")
    func running() {
        let layout = layout(Sample.running(id))
        #expect(layout.json == nil)
        #expect(
            layout.fields == [
                "task_id", id.description, "tool_name", "search", "status", "running", "created_at", "1800000000.0", "user_id", "ann",
                "channel_id", "", "platform", "", "version", "1",
            ]
        )
    }

    @Test("keeps the beginning of a large result, and says how large it is and where the whole is")
    func large() throws {
        let record = try Sample.completed(id, text: String(repeating: "ä", count: 100))
        let json = try JSONValue(parsing: try #require(layout(record, keeping: 64).json))
        #expect(json["result"]?.string == String(repeating: "ä", count: 30) + "…")
        #expect(json["truncated"] == true)
        #expect(json["total_bytes"] == 200)
        #expect(json["whole"]?.string == ResultLayout.whole)
        #expect(layout(record, keeping: 64).fields.contains("truncated"))
        // At the limit nothing is missing.
        let whole = try JSONValue(parsing: try #require(layout(record, keeping: 200).json))
        #expect(whole.object?.keys == ["task_id", "status", "user_id", "result"])
    }

    @Test("cuts a large error as it does a result")
    func largeError() throws {
        let record = try Sample.running(id).ended(.failed(.toolError), failure: String(repeating: "x", count: 1000), at: Sample.start)
        let json = try JSONValue(parsing: try #require(layout(record, keeping: 100).json))
        #expect(json["error"]?.string?.utf8.count == 100)
        #expect(json["total_bytes"] == 1000)
    }

    @Test("tells a result without text as JSON")
    func withoutText() throws {
        let structured = ToolResult(content: [], structuredContent: ["n": 1])
        let image = ToolResult(content: [.image(base64: "AA==", mimeType: "image/png")])
        for (result, text) in [
            (structured, #"{"n":1}"#), (image, #"[{"type":"image","data":"AA==","mimeType":"image/png"}]"#), (ToolResult(content: []), ""),
        ] {
            let record = try Sample.running(id).ended(.completed, result: result, at: Sample.start)
            #expect(try JSONValue(parsing: try #require(layout(record).json))["result"]?.string == text)
        }
    }
}
