/// A response that is a stream of server-sent events.
///
/// On a silent stream the server sends a comment every so often (`HTTPServerConfiguration.keepAliveInterval`), so that intermediaries
/// keep it open and a dead client is noticed.
public struct HTTPEventStream: Sendable {
    /// How many bytes may wait for a client that reads slowly before whoever sends has to wait: less than of other responses, for there may
    /// be many streams.
    static let highWaterMark = 64 * 1024

    private let writer: HTTPResponseWriter

    /// Sends the head of the stream: status 200 and `text/event-stream`, never cached.
    public static func open(_ writer: HTTPResponseWriter, headers: HTTPHeaders = [:]) async -> HTTPEventStream {
        var headers = headers
        headers["Content-Type"] = "text/event-stream"
        headers["Cache-Control"] = "no-store"
        headers["X-Accel-Buffering"] = "no"
        await writer.start(status: 200, headers: headers)
        writer.exchange.markEventStream(highWaterMark: highWaterMark)
        return HTTPEventStream(writer: writer)
    }

    /// Sends one event. The data may have several lines; line breaks in the name or id become blanks.
    ///
    /// - Throws: as `HTTPResponseWriter.write`.
    public func send(event: String? = nil, id: String? = nil, data: String) async throws {
        try await writer.write(HTTPServerSentEvent(event: event, id: id, data: data).encoded)
    }

    /// Sends several events at once.
    ///
    /// - Throws: as `HTTPResponseWriter.write`.
    public func send(_ events: [HTTPServerSentEvent]) async throws {
        try await writer.write(events.flatMap(\.encoded))
    }

    /// Says from where a client that loses the stream has to resume, without an event.
    public func mark(id: String) async throws {
        try await writer.write(Array("id: \(HTTPServerSentEvent.oneLine(id))\n\n".utf8))
    }

    /// Says how long a client that lost the stream should wait before it connects again, in whole milliseconds.
    public func retry(after time: Duration) async throws {
        let milliseconds = time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
        try await writer.write(Array("retry: \(milliseconds)\n\n".utf8))
    }

    /// Sends a line that clients overlook.
    public func comment(_ text: String) async throws {
        try await writer.write(Array((": " + HTTPServerSentEvent.oneLine(text) + "\n\n").utf8))
    }

    /// Ends the stream.
    public func finish() async {
        await writer.finish()
    }
}
