/// The rules of one response: what may be sent when, how it is framed, and when a writer has to wait. Pure.
struct HTTPResponseMachine {
    enum Framing: Sendable, Hashable {
        /// Head only: HEAD, 204, 304.
        case bodiless
        /// A Content-Length was promised; so much of it is missing.
        case counted(remaining: Int)
        case chunked
        /// HTTP/1.0: the end of the connection is the end of the body.
        case untilClose
    }

    enum Phase: Sendable, Hashable {
        case waiting
        case streaming(Framing)
        case finished
        /// The client is gone, or the response broke off: nothing more is sent.
        case abandoned
    }

    /// What writing came to.
    enum WriteResult: Sendable, Hashable {
        case accepted
        /// Accepted, and the writer is to wait until the client has read.
        case full
        /// Not accepted; the value says why.
        case refused(String)
    }

    private(set) var phase = Phase.waiting
    /// What the response says, once it has begun.
    private(set) var status: Int?
    /// Encoded bytes that the connection has not taken yet.
    private(set) var pending: [UInt8] = []
    /// Bytes that the connection has taken and the kernel has not.
    private(set) var inFlight = 0
    /// Whether the connection can be used for another request afterwards.
    private(set) var keepAlive: Bool
    private let isHead: Bool
    private let isVersion10: Bool
    private var highWaterMark: Int

    init(head: HTTPRequestHead, highWaterMark: Int) {
        isHead = head.method == "HEAD"
        isVersion10 = head.isVersion10
        keepAlive = head.keepAlive
        self.highWaterMark = highWaterMark
    }

    var unsent: Int { pending.count + inFlight }

    /// Whether waiting writers may go on: a quarter of the mark, so that they do not wake for every few bytes.
    var isDrained: Bool { unsent <= highWaterMark / 4 }

    /// From now on writers wait earlier.
    mutating func lowerHighWaterMark(to mark: Int) { highWaterMark = min(highWaterMark, mark) }

    /// From now on the connection closes after the response.
    mutating func forbidKeepAlive() {
        keepAlive = false
    }

    // MARK: The handler's side

    /// A whole response. False when one has begun already or the client is gone.
    mutating func send(status: Int, headers: HTTPHeaders, body: [UInt8], date: [UInt8]) -> Bool {
        guard phase == .waiting else { return false }
        self.status = status
        let isBodiless = HTTPResponseEncoder.isBodiless(status)
        pending.reserveCapacity(256 + headers.count * 48 + body.count)
        HTTPResponseEncoder.head(
            status: status,
            headers: headers,
            length: isBodiless ? .none : .bytes(body.count),
            keepAlive: keepAlive,
            isVersion10: isVersion10,
            date: date,
            into: &pending
        )
        if !isHead, !isBodiless { pending.append(contentsOf: body) }
        phase = .finished
        return true
    }

    /// The head of a streamed response. False when one has begun already or the client is gone.
    mutating func start(status: Int, headers: HTTPHeaders, date: [UInt8]) -> Bool {
        guard phase == .waiting else { return false }
        self.status = status
        let promised = headers["Content-Length"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
        let length: HTTPResponseEncoder.Length
        if HTTPResponseEncoder.isBodiless(status) {
            length = .none
            phase = .streaming(.bodiless)
        } else if let promised {
            length = .bytes(promised)
            phase = .streaming(isHead ? .bodiless : .counted(remaining: promised))
        } else if isVersion10 {
            keepAlive = false
            length = .none
            phase = .streaming(isHead ? .bodiless : .untilClose)
        } else {
            length = .chunked
            phase = .streaming(isHead ? .bodiless : .chunked)
        }
        HTTPResponseEncoder.head(
            status: status,
            headers: headers,
            length: length,
            keepAlive: keepAlive,
            isVersion10: isVersion10,
            date: date,
            into: &pending
        )
        return true
    }

    /// A piece of a streamed body.
    mutating func write(_ bytes: [UInt8]) -> WriteResult {
        switch phase {
        case .waiting: return .refused("start the response before writing")
        case .finished: return .refused("the response is finished")
        case .abandoned: return .refused("the client is gone")
        case .streaming(let framing):
            if bytes.isEmpty { return .accepted }
            switch framing {
            case .bodiless: return .accepted
            case .untilClose: pending.append(contentsOf: bytes)
            case .chunked: HTTPResponseEncoder.chunk(bytes, into: &pending)
            case .counted(let remaining):
                guard bytes.count <= remaining else { return .refused("the body is longer than its Content-Length") }
                pending.append(contentsOf: bytes)
                phase = .streaming(.counted(remaining: remaining - bytes.count))
            }
            return unsent > highWaterMark ? .full : .accepted
        }
    }

    /// The end of a streamed body. False when a promised length was not reached: then the connection has to break.
    mutating func finish() -> Bool {
        guard case .streaming(let framing) = phase else { return true }
        switch framing {
        case .chunked: pending.append(contentsOf: [0x30, 0x0d, 0x0a, 0x0d, 0x0a])
        case .counted(let remaining) where remaining > 0:
            phase = .abandoned
            return false
        case .counted, .bodiless, .untilClose: break
        }
        phase = .finished
        return true
    }

    // MARK: The connection's side

    /// Hands over what is encoded, in exchange for an empty array. False when there is nothing.
    mutating func take(into bytes: inout [UInt8]) -> Bool {
        guard !pending.isEmpty else { return false }
        swap(&pending, &bytes)
        inFlight = bytes.count
        return true
    }

    /// Says how much of what was taken is still unsent.
    mutating func report(inFlight count: Int) {
        inFlight = count
    }

    /// The client is gone or must be broken off from.
    mutating func abandon() {
        if phase != .finished { phase = .abandoned }
        pending = []
        inFlight = 0
    }
}
