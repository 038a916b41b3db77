import LegworkCore

/// What a tool wants its owner to know while its call is no task yet. Pure; bounded as the store bounds it.
struct UnpostedNotices: Sendable {
    /// One thing to say.
    struct Word: Sendable {
        var text: String
        var data: JSONValue?
        var key: String?
        var count = 1
        var time: Timestamp

        /// The notice that says it.
        func notice(of record: TaskRecord) -> Notice {
            var notice = Notice(of: record, kind: .event, text: text, data: data, key: key, at: time)
            notice.count = count
            return notice
        }
    }

    /// The most that is kept; it is also the most that a task may have lying at its owner.
    static let limit = 64

    private(set) var words: [Word] = []

    mutating func add(_ word: Word) -> PostResult {
        if let key = word.key, let index = words.firstIndex(where: { $0.key.isExactly(key) }) {
            (words[index].text, words[index].data) = (word.text, word.data)
            words[index].count += 1
            return .coalesced(sequence: 0)
        }
        guard words.count < Self.limit else { return .full }
        words.append(word)
        return .posted(sequence: 0)
    }

    /// Takes everything, to be posted.
    mutating func take() -> [Word] {
        defer { words = [] }
        return words
    }

    /// Puts older ones, which could not be posted, before those that came since.
    mutating func putBack(_ older: [Word]) {
        words = Array((older + words).prefix(Self.limit))
    }
}
