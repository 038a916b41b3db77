import LegworkCore
import LegworkHTTP
import Synchronization

/// The answers that take their time, streams and waits: how many streams there may be, and the end of all when the daemon stops.
///
/// When it stops, their handlers are cancelled. A stream then ends cleanly, and a wait is answered with 503, so that every client knows at
/// once where it stands, and comes again; nobody waits for a client that does not read.
final class LastingAnswers: Sendable {
    /// What kind of answer it is.
    enum Kind: Sendable {
        /// A stream, of which there may be so many.
        case stream
        /// A wait, of which there may be as many as connections.
        case wait
    }

    private struct State {
        var quota: StreamQuota
        var nextKey: UInt64 = 0
        var writers: [UInt64: HTTPResponseWriter] = [:]
        var isDraining = false
    }

    private let state: Lock<State>

    /// - Parameters:
    ///   - streams: the most streams in all.
    ///   - streamsPerOwner: the most of one owner.
    init(streams: Int, streamsPerOwner: Int) {
        state = Lock(State(quota: StreamQuota(limit: streams, perOwner: streamsPerOwner)))
    }

    /// Ends all there are, and refuses those that come.
    func drain() {
        let writers = state.withLock { state in
            state.isDraining = true
            return Array(state.writers.values)
        }
        for writer in writers { writer.cancelHandler() }
    }

    /// How many streams are open.
    var openStreams: Int { state.withLock { $0.quota.count } }

    /// Runs the handler of an answer that takes its time.
    ///
    /// - Throws: ``APIFault`` when there is no place for it or the daemon stops; what the body throws.
    func run(_ kind: Kind, for owner: Owner, _ writer: HTTPResponseWriter, _ body: () async throws -> Void) async throws {
        let key = try begin(kind, owner, writer)
        defer { end(key, kind, owner) }
        do {
            try await body()
        } catch is CancellationError where state.withLock({ $0.isDraining }) {
            // Of these two only one has an effect, as the answer has begun or not.
            await writer.send(Self.stopping)
            writer.endNow()
        }
    }

    private static var stopping: APIFault {
        var fault = APIFault(status: 503, code: "shutting_down", message: "the daemon is shutting down; try again when it is back")
        fault.headers["Retry-After"] = "1"
        return fault
    }

    private func begin(_ kind: Kind, _ owner: Owner, _ writer: HTTPResponseWriter) throws(APIFault) -> UInt64 {
        try state.withLock { state throws(APIFault) in
            if state.isDraining { throw Self.stopping }
            if case .stream = kind, let refusal = state.quota.take(for: owner) { throw APIFault(refusal) }
            state.nextKey += 1
            state.writers[state.nextKey] = writer
            return state.nextKey
        }
    }

    private func end(_ key: UInt64, _ kind: Kind, _ owner: Owner) {
        state.withLock { state in
            state.writers[key] = nil
            if case .stream = kind { state.quota.give(back: owner) }
        }
    }
}

extension APIFault {
    fileprivate init(_ refusal: StreamQuota.Refusal) {
        switch refusal {
        case .tooMany(let limit):
            self.init(
                status: 503,
                code: "too_many_streams",
                message: "there are \(limit) open streams, and there may be no more; try again later, or ask without a stream"
            )
        case .tooManyOfOwner(let limit):
            self.init(
                status: 429,
                code: "too_many_streams",
                message: "this owner has \(limit) open streams, and may have no more; close one, or follow all tasks by GET /v1/events"
            )
        }
        headers["Retry-After"] = "10"
    }
}
