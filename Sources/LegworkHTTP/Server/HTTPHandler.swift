/// Answers requests.
public protocol HTTPHandler: Sendable {
    /// Answers one request through the writer.
    ///
    /// Runs as a task on the server's loop: hop off for anything that computes long. The task is cancelled as soon as the client goes away.
    /// Returning without an answer gives the client a 500; so does an error, whose text the client never sees.
    func respond(to request: HTTPRequest, writer: HTTPResponseWriter) async throws
}

/// A handler made of a closure.
public struct HTTPClosureHandler: HTTPHandler {
    private let body: @Sendable (HTTPRequest, HTTPResponseWriter) async throws -> Void

    /// Wraps a closure.
    public init(_ body: @escaping @Sendable (HTTPRequest, HTTPResponseWriter) async throws -> Void) {
        self.body = body
    }

    /// Calls the closure.
    public func respond(to request: HTTPRequest, writer: HTTPResponseWriter) async throws {
        try await body(request, writer)
    }
}
