internal import CCurl

/// What the driver runs, whatever the protocol: between libcurl on the loop and the task that waits.
protocol CurlTransfer: AnyObject, Sendable {
    /// How long it may go without a byte in either direction; nil waits for ever.
    var idleTimeout: Duration? { get }
    /// How long nothing has moved.
    var idleTime: Duration { get }
    /// Whether its end was told: it must not begin any more.
    var isEnded: Bool { get }

    /// Sets the options of a handle that has none yet. On the loop.
    func prepare(_ handle: CurlHandle) throws(HTTPError)

    /// Something has moved.
    func noteActivity()

    /// An address of the host was one that it may not go to.
    func refuseAddress()

    /// A socket was opened for it, which libcurl closes. Only where ``CurlHandle/watchSockets(publicOnly:)`` was asked for.
    func opened(_ socket: Int32)

    /// libcurl has finished. On the loop.
    func finished(_ result: CURLcode, _ handle: CurlHandle)

    /// It is over before libcurl has finished.
    ///
    /// - Returns: false when it had ended before.
    @discardableResult
    func end(_ error: HTTPError?) -> Bool
}
