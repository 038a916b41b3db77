public import LegworkEventLoop

/// An HTTP client over libcurl: Unix sockets, `http` and `https`, connections kept for reuse, bodies streamed with back-pressure.
///
/// Redirects are not followed and cookies not kept. Letting go of the client does not disturb transfers under way.
public final class HTTPClient: Sendable {
    private let driver: CurlDriver

    /// Makes a client that runs on the loop, which must outlive its requests.
    ///
    /// - Throws: `HTTPError` with the code `failed` when memory or descriptors have run out.
    public init(loop: EventLoop) throws(HTTPError) {
        driver = try CurlDriver(loop: loop)
    }

    deinit {
        driver.retire()
    }

    /// Sends a request and waits for the head of the response.
    ///
    /// Cancelling the task aborts the transfer at once, and the server sees the connection close.
    ///
    /// - Throws: `HTTPError`: `invalidRequest` for a malformed request; `noSuchSocket`, `connectionRefused`, `permissionDenied`, `hostNotFound`,
    ///   `tlsFailed` when no connection comes about; `timedOut`, `cancelled`, `connectionLost`, `protocolViolation`, `tooLarge` afterwards.
    public func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        try await HTTPTransfer(request: request, driver: driver).run()
    }
}
