import LegworkCore
import Testing

@Suite("A timeline")
struct TimelineTests {
    private func event(_ sequence: Int) -> TaskEvent {
        TaskEvent(sequence: sequence, time: Timestamp(milliseconds: Int64(sequence)), kind: .custom)
    }

    @Test(
        "keeps its first and its newest entries",
        arguments: [(1, nil), (5, nil), (6, 3...3), (20, 3...17)] as [(Int, ClosedRange<Int>?)]
    )
    func droppable(last: Int, expected: ClosedRange<Int>?) {
        #expect(TimelineLimit(first: 2, newest: 3).droppable(last: last) == expected)
    }

    @Test("says where and how many entries are missing")
    func gaps() {
        let marked = TimelineLimit.marking([event(1), event(2), event(18), event(19)], after: 0)
        #expect(marked.map(\.sequence) == [1, 2, 17, 18, 19])
        #expect(marked[2].kind == .omitted)
        #expect(marked[2].data == ["count": 15])
        #expect(TimelineLimit.marking([event(18), event(19)], after: 17).count == 2)
        #expect(TimelineLimit.marking([event(18)], after: 2).first?.data == ["count": 15])
    }

    @Test("a long text is cut between characters and marked", arguments: ["a", "é", "e\u{301}", "👩‍👩‍👧", "漢"])
    func truncation(character: String) {
        let text = String(repeating: character, count: 3000)
        let event = TaskEvent(sequence: 1, time: .now, kind: .message, text: text)
        let kept = event.text ?? ""
        #expect(kept.utf8.count <= TaskEvent.maximumTextBytes)
        if text.utf8.count > TaskEvent.maximumTextBytes {
            #expect(kept.last == "…")
            #expect(text.hasPrefix(kept.dropLast()))
            #expect(kept.dropLast().allSatisfy { String($0) == character })
        } else {
            #expect(kept == text)
        }
    }
}
