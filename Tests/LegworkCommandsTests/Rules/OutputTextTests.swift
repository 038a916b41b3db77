import LegworkCommands
import Testing

@Suite("The end of an output as text")
struct OutputTextTests {
    @Test("A tail keeps the last bytes, however they come", arguments: [1, 3, 7, 10, 11, 40])
    func tail(pieceSize: Int) {
        let bytes = (0..<100).map { UInt8($0) }
        var tail = TailBuffer(capacity: 10)
        for start in stride(from: 0, to: bytes.count, by: pieceSize) {
            tail.append(bytes[start..<min(start + pieceSize, bytes.count)])
        }
        #expect(Array(tail.bytes) == Array(90..<100))
        #expect(tail.total == 100)
    }

    @Test("A tail of nothing counts")
    func emptyTail() {
        var tail = TailBuffer(capacity: 0)
        tail.append([1, 2, 3])
        #expect(tail.bytes.isEmpty)
        #expect(tail.total == 3)
    }

    @Test(
        "An excerpt begins with a line where that is cheap, and with a character always",
        arguments: [
            ("one\ntwo\n", 100, "one\ntwo", 0),
            ("one\ntwo\n", 8, "one\ntwo", 0),
            ("one\ntwo\n", 4, "two", 4),
            ("one\ntwo\n", 5, "two", 4),
            ("one\ntwo\nthree\n", 11, "two\nthree", 4),
            ("one\ntwo\nthree\n", 9, "three", 8),
            ("aaaaaaaaaaaaaaaaaaaa\nb\n", 10, "aaaaaaa\nb", 13),
            ("ääääääääää", 5, "ää", 16),
            ("x😀😀", 7, "😀", 5),
            ("anything", 0, "", 8),
            ("", 10, "", 0),
            ("\n", 10, "", 0),
        ] as [(String, Int, String, Int)]
    )
    func excerpt(output: String, limit: Int, text: String, omitted: Int) {
        let bytes = Array(output.utf8)
        let excerpt = OutputExcerpt(tail: bytes.suffix(limit + 1), total: bytes.count, limit: limit)
        #expect(excerpt.text == text)
        #expect(excerpt.omittedBytes == omitted)
    }

    @Test("What is no UTF-8 is repaired")
    func repair() {
        let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0x28, 0x62, 0xE2, 0x82]
        #expect(OutputExcerpt(tail: bytes[...], total: 7, limit: 100).text == "a\u{FFFD}\u{FFFD}(b\u{FFFD}")
    }

    @Test(
        "The last line that shows anything, without what only a terminal understands",
        arguments: [
            ("one\ntwo\n", "two"),
            ("one\ntwo\n\n  \n", "two"),
            ("one\r\ntwo\r\n", "two"),
            ("10%\r50%\r90%", "90%"),
            ("\u{1B}[1;31merror:\u{1B}[0m it\u{1B}[K broke\n", "error: it broke"),
            ("\u{1B}]0;title\u{7}text", "text"),
            ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
            ("\u{1B}(Bplain\u{1B}=", "plain"),
            ("done\n\u{1B}[0m\n", "done"),
            ("a\tb\u{8}\u{0}c", "a bc"),
            ("\u{202E}abc", "abc"),
            ("", nil),
            ("\n\n\u{1B}[2J", nil),
        ] as [(String, String?)]
    )
    func lastLine(output: String, line: String?) {
        #expect(TerminalText.lastLine(of: Array(output.utf8)[...], limit: 200) == line)
    }

    @Test("A long last line is cut at a character, with a mark")
    func longLine() throws {
        let line = try #require(TerminalText.lastLine(of: Array(String(repeating: "ä", count: 500).utf8)[...], limit: 200))
        #expect(line == String(repeating: "ä", count: 98) + "…")
    }
}
