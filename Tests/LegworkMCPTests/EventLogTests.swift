import LegworkMCP
import Testing

@Suite("The events of a stream")
struct EventLogTests {
    private func positions(_ log: MCPEventLog, after position: Int) -> [Int] { log.events(after: position).map(\.position) }

    @Test("are read on from any place")
    func places() {
        var log = MCPEventLog()
        #expect(positions(log, after: 0).isEmpty)
        for text in ["a", "b", "c"] { log.append(Array(text.utf8)) }
        #expect(log.events(after: 0).map { String(decoding: $0.message, as: UTF8.self) } == ["a", "b", "c"])
        #expect(positions(log, after: 2) == [3])
        #expect(positions(log, after: 3).isEmpty)
        #expect(positions(log, after: 1000).isEmpty)
        #expect(positions(log, after: .max).isEmpty)
        #expect(log.last == 3)
    }

    @Test("are bounded in number, and the oldest go")
    func number() {
        var log = MCPEventLog(maximumEvents: 3)
        for _ in 0..<5 { log.append([1]) }
        #expect(positions(log, after: 0) == [3, 4, 5])
        #expect(positions(log, after: 4) == [5])
        #expect(log.bytes == 3)
    }

    @Test("are bounded in bytes, and the newest stays however large it is")
    func bytes() {
        var log = MCPEventLog(maximumBytes: 10)
        log.append([UInt8](repeating: 0, count: 6))
        log.append([UInt8](repeating: 0, count: 6))
        #expect(positions(log, after: 0) == [2])
        log.append([UInt8](repeating: 0, count: 100))
        #expect(positions(log, after: 0) == [3])
        #expect(log.bytes == 100)
        log.append([1])
        #expect(positions(log, after: 0) == [4])
    }

    @Test("end")
    func end() {
        var log = MCPEventLog()
        log.append([1])
        log.finish()
        log.append([2])
        #expect(positions(log, after: 0) == [1])
        #expect(log.isFinished)
    }

    @Test("have ids that name the stream and the place")
    func ids() {
        #expect(MCPEventID(stream: 3, position: 17).description == "3-17")
        #expect(MCPEventID("3-17") == MCPEventID(stream: 3, position: 17))
    }
}
