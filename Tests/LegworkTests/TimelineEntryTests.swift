import LegworkCore
import Testing

@testable import Legwork

@Suite("An entry of the timeline")
struct TimelineEntryTests {
    private let now = Timestamp(milliseconds: 0)

    private func draft(_ text: String?, _ data: JSONValue? = nil, threshold: Int? = 1200) -> TimelineEntryDraft {
        TimelineEntryDraft(text: text, data: data, at: now, threshold: threshold)
    }

    @Test("keeps the beginning of a text of 1200 bytes or more, the rest is an artifact", arguments: [1199, 1200, 5000, 3 << 20])
    func text(count: Int) throws {
        let text = String(repeating: "x", count: count)
        var draft = draft(text, ["kind": "message"])
        guard count >= 1200 else {
            #expect(draft.overflow.isEmpty)
            #expect(draft.text == text)
            return
        }
        let overflow = try #require(draft.overflow.first)
        #expect(overflow.bytes.count == min(count, TimelineEntryDraft.maximumOverflow))
        #expect(draft.text.map { $0.utf8.count < 1200 && $0.hasSuffix("…") } == true)
        draft.settleOverflow(Result<String, OutputError>.success("message.txt"))
        #expect(draft.data?["artifact"] == "message.txt")
        #expect(draft.data?["text_bytes"] == JSONValue(count))
        #expect(draft.data?["artifact_cut"] == (count > TimelineEntryDraft.maximumOverflow ? true : nil))
        #expect(draft.data?["kind"] == "message")
    }

    @Test("keeps of large data what is short and tells what it is about")
    func data() throws {
        var draft = draft("look", ["kind": "report", "rows": .string(String(repeating: "x", count: 100_000)), "n": 7])
        #expect(try JSONValue(parsing: #require(draft.overflow.first).bytes)["n"] == 7)
        draft.settleOverflow(Result<String, OutputError>.success("report-data.json"))
        #expect(draft.data?["kind"] == "report")
        #expect(draft.data?["n"] == 7)
        #expect(draft.data?["rows"] == nil)
        #expect(draft.data?["data_artifact"] == "report-data.json")
    }

    @Test("says when its artifact could not be kept")
    func lost() {
        var draft = draft(String(repeating: "x", count: 2000), [1])
        draft.settleOverflow(Result<String, OutputError>.failure(OutputError("the disk is full")))
        #expect(draft.data == ["value": [1], "artifact_error": "the disk is full", "text_bytes": 2000])
        #expect(draft.text?.hasPrefix("xxx") == true)
    }

    @Test("of a call holds short arguments and results, and the beginning of long ones", arguments: [10, 1200, 100_000])
    func calls(count: Int) throws {
        let long = String(repeating: "x", count: count)
        let call = TimelineEntryDraft.OpenCall(name: "shell", startedAt: now)
        var began = TimelineEntryDraft.began("call_1", call, arguments: ["line": .string(long)], threshold: 1200)
        var ended = TimelineEntryDraft.ended("call_1", call, result: long, isError: true, at: now + .seconds(3), threshold: 1200)
        #expect(ended.data?["duration_ms"] == 3000)
        #expect(ended.data?["name"] == "shell")
        #expect(ended.data?["is_error"] == true)
        if count < 1200 {
            #expect(began.data?["arguments"] == ["line": .string(long)])
            #expect(ended.data?["result"] == .string(long))
            #expect(began.overflow.isEmpty && ended.overflow.isEmpty)
        } else {
            #expect(try JSONValue(parsing: #require(began.overflow.first).bytes) == ["line": .string(long)])
            #expect(ended.overflow.first?.bytes.count == count)
            began.settleOverflow(Result<String, OutputError>.success("a.json"))
            ended.settleOverflow(Result<String, OutputError>.success("r.txt"))
            #expect(began.data?["arguments_artifact"] == "a.json")
            #expect(ended.data?["result_artifact"] == "r.txt")
            #expect(ended.data?["result_bytes"] == JSONValue(count))
            #expect(ended.data?["result"]?.string.map { $0.utf8.count <= 1200 } == true)
        }
        let deep = TimelineEntryDraft.began("call_2", call, arguments: nested(1100), threshold: nil)
        #expect(deep.data?["arguments"] == "[left out: too large or too deep]")
    }

    @Test("joins the pieces of a message that follow each other, and keeps the newest of what is said again and again")
    func joining() {
        var reports = UnwrittenReports()
        let delta: JSONValue = ["kind": "message", "delta": true]
        for piece in ["He", "l", "lo"] { reports.add(draft(piece, delta)) }
        for number in 1...5 { reports.add(draft("\(number)", ["kind": "tool_progress", "call_id": "a"])) }
        reports.add(draft("other", ["kind": "tool_progress", "call_id": "b"]))
        for _ in 0..<2 { reports.add(draft("whole", ["kind": "message"])) }
        for _ in 0..<2 { reports.add(draft("again")) }
        reports.add(draft("!", delta))
        var record = TaskRecord(id: .random(), tool: "x", title: "", caller: Caller(owner: "a"), arguments: [:], createdAt: now)
        let events = reports.apply(to: &record, at: now)
        #expect(events.map(\.text) == ["Hello", "5", "other", "whole", "whole", "again", "again", "!"])
        #expect(events[1].data == ["kind": "tool_progress", "call_id": "a", "count": 5])
    }

    @Test("of pieces never grows to an artifact: a new one begins")
    func longMessage() {
        var reports = UnwrittenReports()
        for _ in 0..<30 { reports.add(draft(String(repeating: "x", count: 100), ["kind": "message", "delta": true]), threshold: 1200) }
        var record = TaskRecord(id: .random(), tool: "x", title: "", caller: Caller(owner: "a"), arguments: [:], createdAt: now)
        let events = reports.apply(to: &record, at: now)
        #expect(events.map { $0.text?.utf8.count } == [1100, 1100, 800])
        #expect(reports.overflow.isEmpty)
    }
}
