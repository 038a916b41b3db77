/// A response whose head has arrived; the body may still be on its way.
public struct HTTPClientResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body. Letting go of it unread aborts the transfer.
    public let body: HTTPClientBody
}
