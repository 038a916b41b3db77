import LegworkCore
import Testing

@testable import Legwork

@Suite("What a tool said and is not written")
struct UnwrittenReportTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func record() -> TaskRecord {
        TaskRecord(id: .random(), tool: "tool", title: "Work", caller: Caller(owner: "alice"), arguments: [:], createdAt: now)
    }

    private func entries(_ texts: [String]) -> UnwrittenReports {
        var reports = UnwrittenReports()
        for text in texts { reports.add(text: text, data: nil, at: now) }
        return reports
    }

    @Test("keeps the newest of what replaces, and all of what adds up, in order")
    func newest() {
        var reports = UnwrittenReports()
        #expect(reports.isEmpty)
        reports.add(ToolReport(progress: TaskProgress(done: 1, total: 4), message: "one"))
        reports.add(ToolReport(progress: TaskProgress(done: 2, total: 4), message: nil))
        reports.add(checkpoint: 1)
        reports.add(checkpoint: 2)
        reports.outputGrew(to: 10)
        reports.add(text: "a", data: nil, at: now)
        reports.add(text: "b", data: ["c": 1], at: now)
        var record = record()
        let events = reports.apply(to: &record, at: now)
        #expect(record.progress == TaskProgress(done: 2, total: 4))
        #expect(record.statusMessage == "one")
        #expect(record.checkpoint == 2)
        #expect(record.outputBytes == 10)
        #expect(events.map(\.kind) == [.checkpoint, .custom, .custom, .message])
        #expect(events.map(\.sequence) == [1, 2, 3, 4])
        #expect(events[2].data == ["c": 1])
        // The same message once more is no news.
        #expect(reports.apply(to: &record, at: now).map(\.kind) == [.checkpoint, .custom, .custom])
    }

    @Test("that could not be written stands before what came since, and newer states win")
    func putBack() {
        var reports = entries(["a"])
        reports.add(checkpoint: 1)
        reports.add(ToolReport(progress: nil, message: "old"))
        reports.outputGrew(to: 5)
        let older = reports.take()
        #expect(reports.isEmpty && !older.isEmpty)
        reports.add(text: "b", data: nil, at: now)
        reports.add(checkpoint: 2)
        reports.putBack(older)
        var record = record()
        let events = reports.apply(to: &record, at: now)
        #expect(events.filter { $0.kind == .custom }.map(\.text) == ["a", "b"])
        #expect(record.checkpoint == 2)
        #expect(record.statusMessage == "old")
        #expect(record.outputBytes == 5)
    }

    @Test("is bounded, and what was dropped is counted, whether it came or was put back")
    func bounds() {
        let most = UnwrittenReports.maximumEntries
        let older = entries((0..<most - 1).map(String.init))
        var reports = entries(["x", "y", "z"])
        reports.putBack(older)
        reports.add(text: "late", data: nil, at: now)
        var record = record()
        let texts = reports.apply(to: &record, at: now).map(\.text)
        #expect(texts.count == most + 1)
        #expect(texts[most - 2] == "\(most - 2)" && texts[most - 1] == "x")
        #expect(texts.last == "3 more came faster than they could be written")
    }

    @Test("loses no evidence, however much else is said, also when it is put back")
    func evidence() {
        let now = now
        func artifact(_ name: String) -> TimelineEntryDraft {
            TimelineEntryDraft(.artifact(Artifact(label: name, path: name, summary: "", createdAt: now)), at: now)
        }
        let older = entries((0..<UnwrittenReports.maximumEntries + 5).map(String.init))
        var reports = entries(["x"])
        reports.add(artifact("a.txt"))
        reports.putBack(older)
        reports.add(artifact("b.txt"))
        var record = record()
        let events = reports.apply(to: &record, at: now)
        #expect(record.evidence.artifacts.map(\.path) == ["a.txt", "b.txt"])
        #expect(events.last?.text == "6 more came faster than they could be written")
    }

    @Test("leaves out data that is too large, and says so")
    func largeData() {
        var reports = UnwrittenReports()
        let large = JSONValue.string(String(repeating: "x", count: UnwrittenReports.maximumDataBytes + 1))
        reports.add(text: "look", data: large, at: now)
        reports.add(text: nil, data: large, at: now)
        var record = record()
        let events = reports.apply(to: &record, at: now)
        #expect(events.allSatisfy { $0.data == nil })
        #expect(events[0].text?.hasPrefix("look [data left out: ") == true)
        #expect(events[1].text?.hasPrefix("[data left out: ") == true)
    }

    @Test("and never will be is replaced by one entry that says why")
    func refused() {
        var reports = entries(["a", "b"])
        reports.add(checkpoint: 1)
        reports.refuse(StoreError(.invalid, "it nests too deep"), at: now)
        var record = record()
        let events = reports.apply(to: &record, at: now)
        #expect(events.count == 1)
        #expect(events[0].text?.contains("it nests too deep") == true)
        #expect(record.checkpoint == nil)
    }
}
