/// The server-sent events of a response, as they arrive.
public struct HTTPClientEvents: AsyncSequence, Sendable {
    /// Takes the events one by one.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var pieces: HTTPClientBody.Iterator
        fileprivate var reader: HTTPEventReader
        fileprivate var waiting: ArraySlice<HTTPServerSentEvent> = []

        /// The next event; nil when the server has ended the stream.
        ///
        /// - Throws: `HTTPError`, as the body does; `tooLarge` when an event is.
        public mutating func next() async throws -> HTTPServerSentEvent? {
            while true {
                if let event = waiting.popFirst() { return event }
                guard let piece = try await pieces.next() else { return nil }
                waiting = try reader.read(piece)[...]
            }
        }
    }

    let body: HTTPClientBody
    let maximumEventSize: Int

    /// Begins reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pieces: body.makeAsyncIterator(), reader: HTTPEventReader(maximumEventSize: maximumEventSize))
    }
}
