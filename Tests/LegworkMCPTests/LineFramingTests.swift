import LegworkMCP
import Testing

@Suite("Lines in a stream of bytes")
struct LineFramingTests {
    private static func lines(_ stream: String, cuts: [Int], limit: Int = 1000) -> [LineFramer.Event] {
        var framer = LineFramer(limit: limit)
        let bytes = Array(stream.utf8)
        var events: [LineFramer.Event] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            events += framer.append(Array(bytes[start..<cut]))
            start = cut
        }
        if let last = framer.finish() { events.append(last) }
        return events
    }

    private static func line(_ text: String) -> LineFramer.Event { .line(Array(text.utf8)) }

    static let stream = "{\"a\":1}\n\r\n{\"b\":\"é\"}\r\n \t \n\n{\"c\":3}\r\nlast"

    @Test("are found wherever the stream is cut in three", arguments: 0...stream.utf8.count)
    func everyCut(first: Int) {
        let expected = [Self.line("{\"a\":1}"), Self.line("{\"b\":\"é\"}"), Self.line("{\"c\":3}"), Self.line("last")]
        for second in first...Self.stream.utf8.count {
            #expect(Self.lines(Self.stream, cuts: [first, second]) == expected)
        }
    }

    @Test("may be as long as the limit, with either line end, and no longer", arguments: ["\n", "\r\n"])
    func limit(end: String) {
        let stream = "12345" + end + "123456" + end + "1234567890123456" + end + "ok" + end
        for cut in 0...stream.utf8.count {
            #expect(
                Self.lines(stream, cuts: [cut], limit: 5) == [Self.line("12345"), .tooLong, .tooLong, Self.line("ok")],
                "cut at \(cut)"
            )
        }
    }

    @Test("that are too long are skipped without being kept")
    func constantMemory() {
        var framer = LineFramer(limit: 1000)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
        var events: [LineFramer.Event] = []
        for _ in 0..<10_000 {
            events += framer.append(piece)
            #expect(framer.heldBytes <= 1001)
        }
        #expect(events == [.tooLong])
        #expect(framer.append(Array("\nok\n".utf8)) == [Self.line("ok")])
        #expect(framer.finish() == nil)
    }

    @Test("that never end are told of once, and the end of the stream ends them")
    func endOfStream() {
        #expect(Self.lines("123456", cuts: [], limit: 5) == [.tooLong])
        #expect(Self.lines("1234567", cuts: [], limit: 5) == [.tooLong])
        #expect(Self.lines("12345\r", cuts: [], limit: 5) == [Self.line("12345")])
        #expect(Self.lines("", cuts: []) == [])
        #expect(Self.lines("\n\n", cuts: []) == [])
    }
}
