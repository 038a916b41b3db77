import LegworkHTTP
import Testing

/// A stream's text and the events in it.
struct EventCase: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let events: [HTTPServerSentEvent]
    var testDescription: String { name }

    static let all: [EventCase] = [
        .init(name: "line feeds", text: "data: a\n\ndata: b\n\n", events: [.init(data: "a"), .init(data: "b")]),
        .init(name: "returns", text: "data: a\r\rdata: b\r\r", events: [.init(data: "a"), .init(data: "b")]),
        .init(name: "both", text: "data: a\r\n\r\ndata: b\r\n\r\n", events: [.init(data: "a"), .init(data: "b")]),
        .init(
            name: "mixed",
            text: "data: a\r\n\ndata: b\n\rdata: c\r\r\n",
            events: [.init(data: "a"), .init(data: "b"), .init(data: "c")]
        ),
        .init(name: "several lines", text: "data: a\ndata:\ndata:  b\n\n", events: [.init(data: "a\n\n b")]),
        .init(name: "comments", text: ": hello\n:\n\n: x\ndata: a\n: y\n\n", events: [.init(data: "a")]),
        .init(name: "names", text: "event: tick\ndata: 1\n\ndata: 2\n\n", events: [.init(event: "tick", data: "1"), .init(data: "2")]),
        .init(
            name: "ids are inherited",
            text: "id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
            events: [.init(id: "7", data: "a"), .init(id: "7", data: "b"), .init(id: "", data: "c")]
        ),
        .init(name: "an id with a zero byte", text: "id: a\0b\ndata: c\n\n", events: [.init(data: "c")]),
        .init(name: "no data", text: "event: x\nid: 1\n\ndata: a\n\n", events: [.init(id: "1", data: "a")]),
        .init(name: "empty data", text: "data\n\ndata:\n\n", events: [.init(data: ""), .init(data: "")]),
        .init(name: "unknown fields", text: "foo: bar\nretry: 1500\nretry: x\ndata: a:b: c\n\n", events: [.init(data: "a:b: c")]),
        .init(name: "a byte order mark", text: "\u{feff}data: a\n\n\u{feff}data: b\n\n", events: [.init(data: "a")]),
        .init(name: "beyond ASCII", text: "data: ä€😀\n\n", events: [.init(data: "ä€😀")]),
        .init(name: "cut off", text: "data: a\n\ndata: b\n", events: [.init(data: "a")]),
    ]
}

@Suite("Reading server-sent events")
struct EventReading {
    @Test("gives the same events wherever the bytes are split", arguments: EventCase.all)
    func everySplit(example: EventCase) throws {
        let bytes = Array(example.text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var reader = HTTPEventReader()
                var events = try reader.read(bytes[..<first])
                events += try reader.read(bytes[first..<second])
                events += try reader.read(bytes[second...])
                #expect(events == example.events)
            }
        }
    }

    @Test("remembers the id and the waiting time")
    func remembers() throws {
        var reader = HTTPEventReader()
        _ = try reader.read(utf8("retry: 250\nid: x\n\n"))
        #expect(reader.retry == .milliseconds(250))
        #expect(reader.lastEventID == "x")
    }

    @Test("remembers no id of an event that was cut off, so that it is sent again")
    func forgetsCutOff() throws {
        var reader = HTTPEventReader()
        _ = try reader.read(utf8("id: 1\ndata: a\n\nid: 2\ndata: b\n"))
        #expect(reader.lastEventID == "1")
        #expect(try reader.read(utf8("\n")) == [HTTPServerSentEvent(id: "2", data: "b")])
        #expect(reader.lastEventID == "2")
    }

    @Test(
        "refuses an event that is too large",
        arguments: ["data: 0123456789abcdef", "data: 01234567\ndata: 01234567\n", ": 0123456789abcdef"]
    )
    func sizeLimit(text: String) {
        var reader = HTTPEventReader(maximumEventSize: 16)
        let error = #expect(throws: HTTPError.self) { _ = try reader.read(utf8(text)) }
        #expect(error?.code == .tooLarge)
    }
}
