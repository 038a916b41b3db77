/// The text of a delivery, made harmless, and what of it is kept when there is not room for all.
///
/// Of a text of many megabytes no more is looked at than could be kept.
struct DeliveryText: Sendable {
    /// The beginning; all of it, when it is short.
    private let head: String
    /// The end, when there is something between.
    private let tail: String
    /// How many characters are between.
    private let between: Int
    private let note: Note?
    private let form: MessageComposer.Form
    private let dialect: any MessageDialect
    /// How many characters there are.
    let count: Int

    /// The line in the content that says how much was left out when it was taken down.
    private struct Note: Sendable {
        var text: String
        var omitted: Int
    }

    var isEmpty: Bool { count == 0 }

    /// - Parameter most: more than so many characters will never be kept.
    init(
        _ text: Substring,
        of content: DeliveryContent,
        atMost most: Int,
        _ form: MessageComposer.Form,
        _ dialect: any MessageDialect
    ) {
        self.form = form
        self.dialect = dialect
        let place: TextPlace = form == .block ? .code : .prose
        // Markdown is broken line by line when it is known what is kept.
        let harmless = { (text: Substring) in
            let cleaned = HarmlessText.cleaned(text)
            return form == .markdown ? cleaned : dialect.broken(cleaned, in: place)
        }
        let all = text.count
        if all / 2 <= most {
            (head, tail, between) = (harmless(text), "", 0)
        } else {
            (head, tail, between) = (harmless(text.prefix(most)), harmless(text.suffix(most)), all - 2 * most)
        }
        count = head.count + between + tail.count
        note = content.omitted > 0 ? Note(text: "… \(content.omitted) characters left out …", omitted: content.omitted) : nil
    }

    /// The text with no more characters than so many, and a line in the middle that says how many are missing.
    ///
    /// - Parameter isBrief: whether the line is only `…`.
    func kept(_ most: Int, isBrief: Bool = false) -> KeptText {
        if between == 0, head.count <= most {
            return KeptText(text: form == .markdown ? MarkdownProse.settled(head[...], dialect).text : head, isCut: false)
        }
        let first = Self.wholeLines(head.prefix(most / 2))
        let last = Self.wholeLines(atEnd: (between == 0 ? head : tail).suffix(most - most / 2))
        let missing = count - first.count - last.count
        let mark = isBrief ? "…" : "… \(missing + omitted(first, last)) characters left out …"
        func joined(_ first: some StringProtocol, _ last: some StringProtocol) -> KeptText {
            let before = first.isEmpty || first.last?.isNewline == true ? "" : "\n"
            let after = last.isEmpty || last.first?.isNewline == true ? "" : "\n"
            return KeptText(text: "\(first)\(before)\(mark)\(after)\(last)", isCut: true)
        }
        guard form == .markdown else { return joined(first, last) }
        // An end that closes more than it opens begins within a block.
        var end = MarkdownProse.settled(last, dialect)
        if end.wasOpen { end = MarkdownProse.settled(last, dialect, beginsWithin: true) }
        return joined(MarkdownProse.settled(first, dialect).text + "\n", "\n" + end.text)
    }

    /// How many characters had been left out before in a place that is now left out itself.
    private func omitted(_ first: Substring, _ last: Substring) -> Int {
        guard let note, !first.contains(note.text), !last.contains(note.text) else { return 0 }
        return max(0, note.omitted - note.text.count)
    }

    /// A beginning without the line that is cut, unless that is a long one.
    private static func wholeLines(_ text: Substring) -> Substring {
        guard let end = text.lastIndex(of: "\n"), text[end...].count * 4 <= text.count else { return text }
        return text[...end]
    }

    /// An end without the line that is cut, unless that is a long one.
    private static func wholeLines(atEnd text: Substring) -> Substring {
        guard let end = text.firstIndex(of: "\n"), text[...end].count * 4 <= text.count else { return text }
        return text[end...].dropFirst()
    }

    /// What a content tells, without the ends of lines at its end.
    static func text(of content: DeliveryContent) -> Substring {
        let text = content.status == .inputRequired && !content.questions.isEmpty ? questions(in: content) : content.text
        var end = text.endIndex
        while end > text.startIndex, text[text.index(before: end)].isNewline { end = text.index(before: end) }
        return text[..<end]
    }

    /// What is asked, with the keys where there are several questions.
    private static func questions(in content: DeliveryContent) -> String {
        content.questions.map { question in
            var text = question["message"]?.string ?? ""
            if content.questions.count > 1, let key = question["key"]?.string { text = "\(key): \(text)" }
            let choices = question["schema"]?["enum"]?.array?.compactMap { $0.string ?? $0.json() } ?? []
            return choices.isEmpty ? text : "\(text)\nOne of: \(choices.joined(separator: ", "))"
        }
        .joined(separator: "\n\n")
    }
}

/// What is kept of a text.
struct KeptText: Sendable, Hashable {
    var text: String
    var isCut: Bool
}
