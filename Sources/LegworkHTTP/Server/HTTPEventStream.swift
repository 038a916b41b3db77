/// A response that is a stream of server-sent events.
///
/// On a silent stream the server sends a comment every so often (`HTTPServerConfiguration.keepAliveInterval`), so that intermediaries
/// keep it open and a dead client is noticed.
public struct HTTPEventStream: Sendable {
    private let writer: HTTPResponseWriter

    /// Sends the head of the stream: status 200 and `text/event-stream`, never cached.
    public static func open(_ writer: HTTPResponseWriter, headers: HTTPHeaders = [:]) async -> HTTPEventStream {
        var headers = headers
        headers["Content-Type"] = "text/event-stream"
        headers["Cache-Control"] = "no-store"
        headers["X-Accel-Buffering"] = "no"
        await writer.start(status: 200, headers: headers)
        writer.exchange.markEventStream()
        return HTTPEventStream(writer: writer)
    }

    /// Sends one event. The data may have several lines; line breaks in the name or id become blanks.
    ///
    /// - Throws: as `HTTPResponseWriter.write`.
    public func send(event: String? = nil, id: String? = nil, data: String) async throws {
        try await writer.write(HTTPServerSentEvent(event: event, id: id, data: data).encoded)
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
