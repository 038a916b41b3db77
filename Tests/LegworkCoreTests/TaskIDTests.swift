import LegworkCore
import Testing

@Suite("Task ids")
struct TaskIDTests {
    @Test("print and read back", arguments: 0..<50)
    func roundTrip(_: Int) throws {
        let id = TaskID.random()
        let text = id.description
        #expect(text.utf8.count == TaskID.length)
        #expect(text.hasPrefix("task_"))
        #expect(text.dropFirst(5).allSatisfy { "abcdefghijklmnopqrstuvwxyz234567".contains($0) })
        #expect(TaskID(text) == id)
    }

    @Test("the extremes of the bits survive", arguments: [(UInt64.min, UInt64.min), (.max, .max), (1, 0), (0, 1), (1 << 63, 1)])
    func extremes(high: UInt64, low: UInt64) {
        let id = TaskID(high: high, low: low)
        #expect(TaskID(id.description) == id)
    }

    @Test(
        "nothing else is an id",
        arguments: [
            "", "task_", "task_aaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "task_AAAAAAAAAAAAAAAAAAAAAAAAAA",
            "task_aaaaaaaaaaaaaaaaaaaaaaaaa1",
            "task_aaaaaaaaaaaaaaaaaaaaaaaaab", "task_aaaaaaaaaaaaaaaaaaaaaaaaaaa", "task_aaaaaaaaaaaaaaaaaaaaaaaaa\u{E9}",
            " task_aaaaaaaaaaaaaaaaaaaaaaaaa",
        ]
    )
    func rejects(text: String) {
        #expect(TaskID(text) == nil)
    }

    @Test(
        "a prefix needs four digits, with or without the marker",
        arguments: [
            ("abcd", "task_abcd"), ("task_abcd", "task_abcd"), ("abc", nil), ("task_abc", nil), ("", nil), ("ABCD", nil), ("abc1", nil),
        ] as [(String, String?)]
    )
    func prefixes(text: String, expected: String?) {
        #expect(TaskID.prefix(from: text) == expected)
    }

    @Test("the order of ids is that of their texts' digits")
    func order() {
        let ids = (0..<100).map { _ in TaskID.random() }
        let digits = Array("abcdefghijklmnopqrstuvwxyz234567")
        let byText = ids.sorted { left, right in
            left.description.dropFirst(5).map { digits.firstIndex(of: $0) ?? 0 }
                .lexicographicallyPrecedes(right.description.dropFirst(5).map { digits.firstIndex(of: $0) ?? 0 })
        }
        #expect(ids.sorted() == byText)
    }
}
