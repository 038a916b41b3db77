import Testing

@testable import LegworkAgents

@Suite("Cutting output into lines")
struct LineSplittingTests {
    static let text = Array("one\r\ntwo\n\n0123456789abc\nlast".utf8)

    @Test("gives the same lines however the bytes arrive", arguments: 1...30)
    func pieces(size: Int) {
        var splitter = LineSplitter(limit: 8)
        var lines: [LineSplitter.Line] = []
        for start in stride(from: 0, to: Self.text.count, by: size) {
            lines += splitter.append(Self.text[start..<min(start + size, Self.text.count)])
        }
        if let last = splitter.finish() { lines.append(last) }
        #expect(lines == [.whole(Array("one".utf8)), .whole(Array("two".utf8)), .tooLong(13), .whole(Array("last".utf8))])
        #expect(splitter.finish() == nil)
    }
}
