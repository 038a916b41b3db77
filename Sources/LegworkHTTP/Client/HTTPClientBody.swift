/// The body of a response as it arrives: pieces of any size, for one reader.
///
/// While the reader does not take what is there (256 KiB), the server has to wait. Cancelling the reading task, or letting go of the
/// body, aborts the transfer, and the server sees the connection close.
public struct HTTPClientBody: AsyncSequence, Sendable {
    /// Takes the pieces one by one.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let handle: Handle

        /// The next piece, never empty; nil at the end.
        ///
        /// - Throws: `HTTPError`, of the code `cancelled` when the task was.
        public mutating func next() async throws -> [UInt8]? {
            try await handle.transfer.nextPiece()
        }
    }

    /// Aborts the transfer when nobody can read it any more.
    fileprivate final class Handle: Sendable {
        let transfer: HTTPTransfer

        init(_ transfer: HTTPTransfer) {
            self.transfer = transfer
        }

        deinit {
            transfer.abort(HTTPError(.cancelled, "Nobody reads the body."))
        }
    }

    private let handle: Handle

    init(_ transfer: HTTPTransfer) {
        handle = Handle(transfer)
    }

    /// Begins reading; where an earlier iterator stopped, this one goes on.
    public func makeAsyncIterator() -> Iterator {
        Iterator(handle: handle)
    }

    /// Reads the whole body.
    ///
    /// - Throws: `HTTPError` with the code `tooLarge` when it has more bytes than the limit.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in self {
            guard bytes.count + piece.count <= limit else {
                throw HTTPError(.tooLarge, "The body is larger than \(limit) bytes.")
            }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }

    /// The server-sent events of the body.
    public func events(maximumEventSize: Int = 1024 * 1024) -> HTTPClientEvents {
        HTTPClientEvents(body: self, maximumEventSize: maximumEventSize)
    }
}
