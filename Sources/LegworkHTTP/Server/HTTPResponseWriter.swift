/// Sends the response to one request. Usable from any task; the calls of one response must not overlap.
public struct HTTPResponseWriter: Sendable {
    let exchange: HTTPExchange

    /// The status of the response, once it has begun.
    public var status: Int? { exchange.status }

    /// Sends a whole response. Ignored when a response has begun already or the client is gone.
    ///
    /// The server itself sets `Date`, `Connection`, `Content-Length` and `Transfer-Encoding`. Line breaks in values become blanks.
    public func send(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) async {
        exchange.send(status: status, headers: headers, body: body)
    }

    /// Sends a problem as RFC 9457 has it.
    public func send(_ rejection: HTTPRejection) async {
        exchange.send(status: rejection.status, headers: rejection.fields, body: rejection.json)
    }

    /// Begins a streamed response: chunked, or of exactly the `Content-Length` given.
    public func start(status: Int, headers: HTTPHeaders = [:]) async {
        exchange.start(status: status, headers: headers)
    }

    /// Sends a piece of a streamed response. Waits while more than the high-water mark is unread by the client.
    ///
    /// - Throws: `HTTPError` with the code `closed` when the client is gone, the response is finished or its length would be exceeded;
    ///   `CancellationError` when the task is cancelled.
    public func write(_ bytes: [UInt8]) async throws {
        try await exchange.write(bytes)
    }

    /// Cancels the Swift task of the handler that answers this request, from another one. Its client is still there, and what the handler
    /// sends all the same arrives.
    public func cancelHandler() { exchange.cancelHandler() }

    /// Ends a streamed response and its connection at once: a client that reads gets all of it, one that does not is not waited for.
    ///
    /// Does nothing where no streamed response is open.
    public func endNow() { exchange.endNow() }

    /// Ends a streamed response. When less than the promised `Content-Length` was written, the connection is broken off, so that the
    /// client notices.
    public func finish() async {
        exchange.finish()
    }
}
