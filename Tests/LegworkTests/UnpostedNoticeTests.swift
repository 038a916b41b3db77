import LegworkCore
import Testing

@testable import Legwork

@Suite("What a call wants its owner to know before it is a task")
struct UnpostedNoticeTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func word(_ text: String, _ key: String? = nil) -> UnpostedNotices.Word {
        UnpostedNotices.Word(text: text, data: nil, key: key, time: now)
    }

    @Test("is kept in order; words with one key are one, with the newest text and how many there were")
    func keys() {
        var notices = UnpostedNotices()
        #expect(notices.add(word("a")) == .posted(sequence: 0))
        #expect(notices.add(word("half", "share")) == .posted(sequence: 0))
        #expect(notices.add(word("a")) == .posted(sequence: 0))
        #expect(notices.add(word("all", "share")) == .coalesced(sequence: 0))
        let words = notices.take()
        #expect(words.map(\.text) == ["a", "all", "a"])
        #expect(words.map(\.count) == [1, 2, 1])
        #expect(notices.words.isEmpty)
        let record = TaskRecord(id: .random(), tool: "tool", title: "Work", caller: Caller(owner: "alice"), arguments: [:], createdAt: now)
        let notice = words[1].notice(of: record)
        #expect(notice.kind == .event && notice.text == "all" && notice.count == 2 && notice.key == "share" && notice.task == record.id)
    }

    @Test("is bounded: the next is refused, one with a known key is not, and what was put back goes first")
    func bounds() {
        var notices = UnpostedNotices()
        for number in 1..<UnpostedNotices.limit { _ = notices.add(word("\(number)")) }
        #expect(notices.add(word("half", "share")) == .posted(sequence: 0))
        #expect(notices.add(word("late")) == .full)
        #expect(notices.add(word("all", "share")) == .coalesced(sequence: 0))
        let older = notices.take()
        _ = notices.add(word("newer"))
        notices.putBack(older)
        #expect(notices.words.count == UnpostedNotices.limit)
        #expect(notices.words.first?.text == "1" && notices.words.last?.text == "all")
    }
}
