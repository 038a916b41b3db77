/// The rules of one transfer as its user sees it: first the head, then pieces, then the end. Pure.
struct HTTPTransferMachine {
    enum Phase {
        case head, body, ended(HTTPError?)
    }

    enum Piece {
        case bytes([UInt8], resumes: Bool)
        case end
        case failed(HTTPError)
        /// Nothing yet.
        case wait
    }

    private static let highWaterMark = 256 * 1024
    private static let maximumHead = 256 * 1024

    private(set) var phase = Phase.head
    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    private var headBytes = 0
    private var pieces: [[UInt8]] = []
    private var buffered = 0
    private(set) var isPaused = false

    /// One line of the head, its end included. True when the head is complete.
    ///
    /// - Throws: `tooLarge` or `protocolViolation`.
    mutating func headLine(_ bytes: [UInt8]) throws(HTTPError) -> Bool {
        guard case .head = phase else { return false }
        headBytes += bytes.count
        guard headBytes <= Self.maximumHead else {
            throw HTTPError(.tooLarge, "The response's head is larger than \(Self.maximumHead) bytes.")
        }
        var line = bytes[...]
        while let last = line.last, last == 0x0a || last == 0x0d { line.removeLast() }
        if line.isEmpty {
            // An interim response, such as 100 Continue, is followed by the real one.
            if status < 200 { return false }
            phase = .body
            return true
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            let words = text.split(separator: " ", maxSplits: 2)
            guard words.count >= 2, words[1].utf8.count == 3, let status = Int(words[1]), status >= 100 else {
                throw HTTPError(.protocolViolation, "The server's status line is malformed.")
            }
            self.status = status
            headers = HTTPHeaders()
        } else if let colon = text.firstIndex(of: ":") {
            headers.add(String(text[..<colon]), HTTPSyntax.trimmed(text[text.index(after: colon)...]))
        }
        return false
    }

    /// A piece of the body has arrived. False when there is no room for it: the transfer pauses and the piece comes again.
    mutating func receive(_ bytes: [UInt8]) -> Bool {
        if buffered >= Self.highWaterMark {
            isPaused = true
            return false
        }
        pieces.append(bytes)
        buffered += bytes.count
        return true
    }

    /// The reader wants the next piece; all that is there comes as one.
    mutating func take() -> Piece {
        if !pieces.isEmpty {
            let all = pieces.count == 1 ? pieces[0] : Array(pieces.joined())
            pieces.removeAll(keepingCapacity: true)
            buffered = 0
            defer { isPaused = false }
            return .bytes(all, resumes: isPaused)
        }
        switch phase {
        case .head, .body: return .wait
        case .ended(nil): return .end
        case .ended(let error?): return .failed(error)
        }
    }

    /// The transfer is over. The first end counts; a failure drops nothing that has arrived.
    mutating func end(_ error: HTTPError?) {
        if case .ended = phase { return }
        if case .head = phase, error == nil {
            phase = .ended(HTTPError(.protocolViolation, "The server sent no complete response."))
        } else {
            phase = .ended(error)
        }
    }

    var isEnded: Bool {
        if case .ended = phase { true } else { false }
    }
}
