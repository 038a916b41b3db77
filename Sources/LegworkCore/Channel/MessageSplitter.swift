/// Cuts a long text into messages. Pure.
///
/// It cuts between paragraphs where it can, else between lines, else between words, else between characters, and never within what a reader
/// takes for one character (unless that alone is longer than a message). A block of code that is cut is closed at the end of its message and
/// opened again in the next. The bodies of all messages one after the other are the text.
public struct MessageSplitter: Sendable {
    /// A piece of the text, fit to be sent.
    public struct Message: Sendable, Hashable {
        /// What of the text it holds.
        public let body: Substring
        /// The line that opens a block of code again which the message before had to close; empty when there is none.
        public let opening: String
        /// The line that closes a block of code which goes on in the next message; empty when there is none.
        public let closing: String

        /// The message.
        public var text: String { opening + body + closing }
    }

    private let measure: @Sendable (Substring) -> Int
    private let room: Int
    private let firstRoom: Int
    private let knowsBlocks: Bool

    /// Makes a splitter.
    public init(_ limit: MessageLimit) { self.init(room: limit.count) { limit.length(of: $0) } }

    /// Makes a splitter for texts that are sent in another form, which takes more room.
    ///
    /// - Parameters:
    ///   - room: how long a message may be, in whatever is measured.
    ///   - firstRoom: how long the first one may be; nil for as long as the others.
    ///   - knowsBlocks: whether lines that open blocks of code, and paragraphs, mean something.
    ///   - measure: how long a piece of the text is, at least 1 for every character. Two pieces may not be longer together than one by one.
    package init(room: Int, firstRoom: Int? = nil, knowsBlocks: Bool = true, measure: @escaping @Sendable (Substring) -> Int) {
        self.measure = measure
        self.room = room
        self.firstRoom = firstRoom ?? room
        self.knowsBlocks = knowsBlocks
    }

    /// Cuts a text; gives no message for an empty one.
    ///
    /// - Parameter count: at most so many messages; the rest of the text is left, and begins where the last body ends.
    public func split(_ text: String, atMost count: Int = .max) -> [Message] {
        var messages: [Message] = []
        var rest = text[...]
        var fence: CodeFence?
        while !rest.isEmpty, messages.count < count {
            let opening = fence.map { $0.opening + "\n" } ?? ""
            let room = (messages.isEmpty ? firstRoom : room) - measure(opening[...])
            let cut = cut(rest, room: room, within: fence)
            let body = rest[..<cut.end]
            let closing = cut.fence.map { (body.last?.isNewline == true ? "" : "\n") + $0.closing } ?? ""
            messages.append(Message(body: body, opening: opening, closing: cut.end == text.endIndex ? "" : closing))
            rest = rest[cut.end...]
            fence = cut.fence
        }
        return messages
    }

    /// A place where the text may be cut, and the block of code that is open there.
    private struct Cut {
        var end: Substring.Index
        var fence: CodeFence?
    }

    /// Where a message that begins with a text ends.
    private func cut(_ text: Substring, room: Int, within fence: CodeFence?) -> Cut {
        var best: Cut?
        var paragraph: (cut: Cut, used: Int)?
        var (used, current, start) = (0, fence, text.startIndex)
        while start < text.endIndex {
            // A character counts for one at least, so nothing behind this fits.
            let visible = text[start...].prefix(max(0, room - used) + 1)
            let end = visible.firstIndex(where: \.isNewline).map(text.index(after:)) ?? visible.endIndex
            let line = text[start..<end]
            let isBlank = knowsBlocks && line.allSatisfy(\.isWhitespace)
            let (length, after) = (measure(line), self.fence(after: line, current))
            // At the end of the text nothing has to be closed.
            let reserve = end == text.endIndex ? 0 : closingLength(after, afterNewline: true)
            guard used + length + reserve <= room else {
                return best.map { shorter($0, used, paragraph) } ?? cutLine(line, room: room, within: current)
            }
            used += length
            current = after
            start = end
            let here = Cut(end: end, fence: current)
            best = here
            if isBlank { paragraph = (here, used) }
        }
        return Cut(end: text.endIndex, fence: current)
    }

    /// The end of the last paragraph, when not too much room is lost by it.
    private func shorter(_ cut: Cut, _ used: Int, _ paragraph: (cut: Cut, used: Int)?) -> Cut {
        guard let paragraph, paragraph.used * 2 >= used else { return cut }
        return paragraph.cut
    }

    /// Where a line that is too long for a message is cut: after a word, or after a character.
    private func cutLine(_ line: Substring, room: Int, within fence: CodeFence?) -> Cut {
        // The beginning of a line that opens a block opens it, and what is left of the line is then within.
        let fence = self.fence(after: line, fence)
        let room = room - closingLength(fence, afterNewline: false)
        var (used, end, word) = (0, line.startIndex, line.startIndex)
        for character in line {
            let next = line.index(after: end)
            used += measure(line[end..<next])
            if used > room { break }
            end = next
            if character.isWhitespace { word = next }
        }
        if end == line.startIndex { return Cut(end: cutCharacter(line, room: room), fence: fence) }
        let isWordLate = measure(line[..<word]) * 2 >= measure(line[..<end])
        return Cut(end: word > line.startIndex && isWordLate ? word : end, fence: fence)
    }

    /// Where a character is cut that is longer than a message, as only malice makes them: between its scalars.
    private func cutCharacter(_ line: Substring, room: Int) -> Substring.Index {
        let scalars = line.unicodeScalars
        var (used, end) = (0, scalars.startIndex)
        while end < scalars.endIndex {
            let next = scalars.index(after: end)
            used += measure(line[end..<next])
            if used > room, end > scalars.startIndex { break }
            end = next
        }
        return end
    }

    private func closingLength(_ fence: CodeFence?, afterNewline: Bool) -> Int {
        guard let fence else { return 0 }
        return measure(fence.closing[...]) + (afterNewline ? 0 : measure("\n"))
    }

    private func fence(after line: Substring, _ fence: CodeFence?) -> CodeFence? {
        guard knowsBlocks else { return nil }
        guard let fence else { return CodeFence(opening: line) }
        return fence.isClosed(by: line) ? nil : fence
    }
}
