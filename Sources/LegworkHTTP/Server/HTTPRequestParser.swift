/// Reads requests from the bytes of a connection, strictly: where two readers of HTTP/1.1 could differ, it refuses.
///
/// Every line ends in CR LF; nothing is folded, trimmed or guessed. After a rejection the connection has to be closed, because where the
/// next request begins is unknown. The source is RFC 9112, with each "MAY accept" answered no.
///
/// libevent's evhttp is not used for this: before anybody can look, it has joined folded lines, cut values off at zero bytes, taken lone
/// line feeds for line ends and read `0x3` or `+3` as a chunk's size.
package struct HTTPRequestParser: Sendable {
    package struct Limits: Sendable {
        /// Bytes of the request line and the fields together.
        package var head: Int
        package var fieldCount: Int
        package var body: Int

        package init(head: Int = 64 * 1024, fieldCount: Int = 128, body: Int = 16 * 1024 * 1024) {
            self.head = head
            self.fieldCount = fieldCount
            self.body = body
        }
    }

    package enum Event: Sendable {
        case needMore
        /// The head of a request whose body is still to be read.
        case head(HTTPRequestHead)
        /// The client waits for "100 Continue" before it sends the body.
        case expectsContinue
        case request(HTTPRequestHead, body: [UInt8])
        case rejected(HTTPRejection)
    }

    /// What is being waited for; each has its own timeout.
    enum Phase: Sendable {
        case idle, head, body
    }

    private enum State {
        case requestLine, fields, beforeBody, fixedBody(remaining: Int), chunkSize, chunkData(remaining: Int), chunkEnd, trailers, failed
    }

    private let limits: Limits
    private var buffer: [UInt8] = []
    /// Where the unread bytes begin.
    private var position = 0
    /// Up to where no line feed was found.
    private var scanned = 0
    private var state = State.requestLine
    private var head = HTTPRequestHead()
    private var lineBytes = 0
    private var skippedLine = false
    private(set) var body: [UInt8] = []

    package init(limits: Limits) {
        self.limits = limits
    }

    var phase: Phase {
        switch state {
        case .requestLine: buffer.count == position && !skippedLine ? .idle : .head
        case .fields: .head
        case .beforeBody, .fixedBody, .chunkSize, .chunkData, .chunkEnd, .trailers: .body
        case .failed: .idle
        }
    }

    /// Bytes that are held in memory, whether in use or not.
    package var held: Int { buffer.capacity + body.capacity }

    /// Bytes that were received and not yet read.
    package var unread: Int { buffer.count - position }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        compact()
        unsafe buffer.append(contentsOf: bytes)
    }

    /// The next event; call until `needMore` or `rejected`. Unless another is to be read, do not call it after `request`.
    package mutating func next() -> Event {
        while true {
            let event: Event?
            switch state {
            case .requestLine: event = readRequestLine()
            case .fields: event = readField()
            case .beforeBody: event = beginBody()
            case .fixedBody(let remaining): event = readFixedBody(remaining)
            case .chunkSize: event = readChunkSize()
            case .chunkData(let remaining): event = readChunkData(remaining)
            case .chunkEnd: event = readChunkEnd()
            case .trailers: event = readTrailer()
            case .failed: return .rejected(.badRequest("The connection is already broken."))
            }
            guard let event else { continue }
            if case .rejected = event { state = .failed }
            return event
        }
    }

    // MARK: Lines

    private enum Line {
        /// Without its end.
        case found(Range<Int>)
        case incomplete
        case rejected(HTTPRejection)
    }

    /// Takes one line off the buffer. `budget` is how many bytes, its end included, it may have.
    private mutating func takeLine(budget: Int) -> Line {
        let index = Self.lineFeed(in: buffer.span, from: max(scanned, position))
        scanned = index
        if index - position >= budget {
            return .rejected(HTTPRejection(status: 431, code: "head_too_large", message: "The request's head is too large."))
        }
        if index == buffer.count { return .incomplete }
        guard index > position, buffer[index - 1] == 0x0d else {
            return .rejected(.badRequest("A line does not end in CR LF."))
        }
        let line = position..<(index - 1)
        lineBytes += index + 1 - position
        position = index + 1
        scanned = position
        return .found(line)
    }

    private static func lineFeed(in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != 0x0a { index += 1 }
        return index
    }

    private mutating func compact() {
        if position == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 128 * 1024)
        } else if position > 32 * 1024 {
            buffer.removeSubrange(..<position)
        } else {
            return
        }
        scanned = max(0, scanned - position)
        if buffer.isEmpty { scanned = 0 }
        position = 0
    }

    // MARK: Head

    private mutating func readRequestLine() -> Event? {
        switch takeLine(budget: limits.head - lineBytes) {
        case .incomplete: return .needMore
        case .rejected(let rejection):
            if rejection.status != 431 { return .rejected(rejection) }
            return .rejected(HTTPRejection(status: 414, code: "target_too_long", message: "The request line is too long."))
        case .found(let line):
            if line.isEmpty {
                // RFC 9112 §2.2: one empty line before a request is to be overlooked.
                if skippedLine { return .rejected(.badRequest("The request line is empty.")) }
                skippedLine = true
                return nil
            }
            if let rejection = head.setRequestLine(buffer[line]) { return .rejected(rejection) }
            state = .fields
            return nil
        }
    }

    private mutating func readField() -> Event? {
        switch takeLine(budget: limits.head - lineBytes) {
        case .incomplete: return .needMore
        case .rejected(let rejection): return .rejected(rejection)
        case .found(let line):
            if line.isEmpty { return finishHead() }
            guard head.headers.count < limits.fieldCount else {
                return .rejected(HTTPRejection(status: 431, code: "head_too_large", message: "The request has too many header fields."))
            }
            switch HTTPRequestHead.field(buffer[line]) {
            case .success(let field): head.headers.add(field.name, field.value)
            case .failure(let failure): return .rejected(failure.rejection)
            }
            return nil
        }
    }

    private mutating func finishHead() -> Event? {
        if let rejection = head.check(maximumBody: limits.body) { return .rejected(rejection) }
        state = .beforeBody
        return .head(head)
    }

    private mutating func beginBody() -> Event? {
        body = []
        switch head.framing {
        case .none: return finishRequest()
        case .fixed(let length):
            state = .fixedBody(remaining: length)
            body.reserveCapacity(min(length, 256 * 1024))
        case .chunked: state = .chunkSize
        }
        lineBytes = 0
        // Who has sent part of the body already does not wait.
        return head.expectsContinue && unread == 0 ? .expectsContinue : nil
    }

    private mutating func finishRequest() -> Event {
        let event = Event.request(head, body: body)
        head = HTTPRequestHead()
        body = []
        lineBytes = 0
        skippedLine = false
        state = .requestLine
        return event
    }

    // MARK: Body

    private mutating func takeBody(_ wanted: Int) -> Int {
        let count = min(wanted, unread)
        body.append(contentsOf: buffer[position..<(position + count)])
        position += count
        scanned = position
        return wanted - count
    }

    private mutating func readFixedBody(_ remaining: Int) -> Event? {
        let left = takeBody(remaining)
        state = .fixedBody(remaining: left)
        return left == 0 ? finishRequest() : .needMore
    }

    private mutating func readChunkSize() -> Event? {
        switch takeLine(budget: 1024) {
        case .incomplete: return .needMore
        case .rejected(let rejection):
            return .rejected(rejection.status == 431 ? .badRequest("A chunk's size line is too long.") : rejection)
        case .found(let line):
            guard let size = Self.chunkSize(buffer[line]) else { return .rejected(.badRequest("A chunk's size is malformed.")) }
            guard size <= limits.body - body.count else { return .rejected(HTTPRequestHead.tooLarge(limits.body)) }
            lineBytes = 0
            state = size == 0 ? .trailers : .chunkData(remaining: size)
            return nil
        }
    }

    /// The figure of a size line, whose extensions are overlooked; nil when it is malformed.
    private static func chunkSize(_ line: ArraySlice<UInt8>) -> Int? {
        let figures = line.prefix { HTTPSyntax.hexDigit($0) != nil }
        guard (1...12).contains(figures.count) else { return nil }
        let rest = line.dropFirst(figures.count)
        guard rest.isEmpty || rest.first == UInt8(ascii: ";"), rest.allSatisfy(HTTPSyntax.isFieldValue) else { return nil }
        return figures.reduce(0) { $0 << 4 | (HTTPSyntax.hexDigit($1) ?? 0) }
    }

    private mutating func readChunkData(_ remaining: Int) -> Event? {
        let left = takeBody(remaining)
        state = left == 0 ? .chunkEnd : .chunkData(remaining: left)
        return left == 0 ? nil : .needMore
    }

    private mutating func readChunkEnd() -> Event? {
        guard unread >= 2 else {
            if unread == 1, buffer[position] != 0x0d { return .rejected(.badRequest("A chunk is longer than its size.")) }
            return .needMore
        }
        guard buffer[position] == 0x0d, buffer[position + 1] == 0x0a else {
            return .rejected(.badRequest("A chunk is longer than its size."))
        }
        position += 2
        scanned = position
        state = .chunkSize
        return nil
    }

    private mutating func readTrailer() -> Event? {
        switch takeLine(budget: 8192 - lineBytes) {
        case .incomplete: return .needMore
        case .rejected(let rejection): return .rejected(rejection)
        case .found(let line):
            if line.isEmpty { return finishRequest() }
            // Trailers are checked and dropped: nothing here may change what the head said.
            if case .failure(let failure) = HTTPRequestHead.field(buffer[line]) { return .rejected(failure.rejection) }
            return nil
        }
    }
}
