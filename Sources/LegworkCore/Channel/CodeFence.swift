/// A line of Markdown that opens a block of code: at most three spaces, then three or more backticks or tildes
/// (CommonMark 0.31, section 4.5).
struct CodeFence: Sendable, Hashable {
    /// The longest opening that is repeated whole. What is said of a language is shorter; more is left out.
    private static let longestOpening = 24
    /// The longest run of marks that is closed again; a text that is all marks must not fill the message with more of them.
    private static let longestRun = 16

    private let mark: Character
    private let length: Int
    /// The line that opens the block again.
    let opening: String

    /// The line that closes the block.
    var closing: String { String(repeating: mark, count: length) }

    /// Reads a line; nil when it opens no block.
    init?(opening line: Substring) {
        let rest = line.drop { $0 == " " }
        guard line.distance(from: line.startIndex, to: rest.startIndex) <= 3, let mark = rest.first, mark == "`" || mark == "~" else {
            return nil
        }
        let run = rest.prefix { $0 == mark }
        let info = rest[run.endIndex...].filter { !$0.isNewline }
        guard (3...Self.longestRun).contains(run.count), mark != "`" || !info.contains("`") else { return nil }
        self.mark = mark
        length = run.count
        let whole = run + info
        opening = whole.count <= Self.longestOpening && whole.utf8.count <= 2 * Self.longestOpening ? String(whole) : String(run)
    }

    /// Whether a line closes the block.
    func isClosed(by line: Substring) -> Bool {
        let rest = line.drop { $0 == " " }
        guard line.distance(from: line.startIndex, to: rest.startIndex) <= 3 else { return false }
        let run = rest.prefix { $0 == mark }
        return run.count >= length && rest[run.endIndex...].allSatisfy(\.isWhitespace)
    }

    /// A fence that no line of a text can close.
    static func around(_ text: some StringProtocol) -> String {
        var (longest, current) = (0, 0)
        for byte in text.utf8 {
            current = byte == UInt8(ascii: "`") ? current + 1 : 0
            longest = max(longest, current)
        }
        return String(repeating: "`", count: max(3, longest + 1))
    }
}
