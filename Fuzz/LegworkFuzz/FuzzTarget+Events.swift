import LegworkHTTP

extension FuzzTarget {
    /// A stream of server-sent events: pieces do not matter, what is kept is bounded, and an event that was read is read again when it is sent.
    static let sse = FuzzTarget("sse") { input throws(FuzzFailure) in
        let readings = Pieces.all(of: input).map { EventReading($0) }
        for other in readings.dropFirst() {
            try FuzzFailure.unless(other.isTooLarge == readings[0].isTooLarge, "the same streams are too large")
            guard !other.isTooLarge else { continue }
            try FuzzFailure.unless(other == readings[0], "events cut otherwise are the same events: \(readings[0]) \(other)")
        }
        for event in readings[0].events { try checkAgain(event) }
        // Any text is data: its lines come out as they went in, whatever ends them.
        try checkAgain(HTTPServerSentEvent(event: nil, id: nil, data: String(decoding: input, as: UTF8.self)))
    }

    private static func checkAgain(_ event: HTTPServerSentEvent) throws(FuzzFailure) {
        let again = EventReading([event.encoded[...]], limit: 1 << 20)
        let bare = event.data.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).joined(separator: [0x0a])
        var lines: [UInt8] = []
        for byte in bare {
            if byte == 0x0a, lines.last == 0x0d { lines.removeLast() }
            lines.append(byte)
        }
        let expected = HTTPServerSentEvent(
            event: event.event.map { HTTPServerSentEvent.oneLine($0) },
            id: event.id,
            data: String(decoding: lines.map { $0 == 0x0d ? 0x0a : $0 }, as: UTF8.self)
        )
        try FuzzFailure.unless(again.events == [expected], "an event that is sent is read as it was: \(event) \(again.events)")
    }
}

/// What a reader made of a stream.
private struct EventReading: Equatable {
    private(set) var events: [HTTPServerSentEvent] = []
    private(set) var isTooLarge = false
    private(set) var lastEventID: String?
    private(set) var retry: Duration?

    init(_ pieces: [ArraySlice<UInt8>], limit: Int = 512) {
        var reader = HTTPEventReader(maximumEventSize: limit)
        do {
            for piece in pieces { events += try reader.read(piece) }
        } catch {
            isTooLarge = true
        }
        lastEventID = reader.lastEventID
        retry = reader.retry
    }
}
