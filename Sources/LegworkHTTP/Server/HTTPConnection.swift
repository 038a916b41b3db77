import LegworkCore
import LegworkEventLoop

/// One client's connection. Everything here happens on the loop's thread.
@safe final class HTTPConnection: @unchecked Sendable {
    private enum Phase {
        case open
        /// What is encoded is still sent, then the connection closes.
        case closing(lingers: Bool)
        /// All is sent; what still arrives is thrown away, because closing on unread bytes would make the kernel destroy the response.
        case lingering
        case closed
    }

    private static let lingerTime = Duration.seconds(2)
    /// The most bytes of handshakes that may wait for a client who makes us write them and reads none.
    private static let maximumOverhead = 64 * 1024

    private let server: HTTPServer
    private let descriptor: Descriptor
    let peer: HTTPPeer
    /// What the client's bytes mean and the answers become; nil where both are plain.
    private var tls: TLSSession?
    private var parser: HTTPRequestParser
    private var phase = Phase.open
    private var reading: EventLoop.Watch?
    private var writing: EventLoop.Watch?
    /// Tells of the client's end while reading is paused.
    private var ending: EventLoop.Watch?
    private var isWriteWatched = false
    private var sending: [UInt8] = []
    private var sent = 0
    /// How much of what is being sent nobody asked for: handshakes and the like.
    private var overhead = 0
    private var exchange: HTTPExchange?
    /// What the request at hand was let in with.
    private var credential: (any HTTPCredential)?
    private var isAdvancing = false
    private var isFlushing = false
    private var isInputEnded = false
    private var hasServed = false

    /// The ticks of the server at which the current wait began.
    private var waitingSince: Int
    private var wait = HTTPRequestParser.Phase.idle
    private var lastProgress: Int

    init(server: HTTPServer, descriptor: consuming Descriptor, peer: HTTPPeer, tls: TLSSession?) {
        self.server = server
        self.descriptor = descriptor
        self.peer = peer
        self.tls = tls
        let configuration = server.configuration
        parser = HTTPRequestParser(limits: .init(head: configuration.maximumHeadSize, body: configuration.maximumBodySize))
        waitingSince = server.tick
        lastProgress = server.tick
    }

    func open() throws(SystemError) {
        reading = try server.loop.watch(descriptor: descriptor.number, for: .read) { self.readable() }
    }

    /// Answers before anything was asked, and closes.
    func refuse(_ rejection: HTTPRejection) {
        if (try? open()) == nil {
            close()
            return
        }
        reject(rejection)
    }

    var isBusy: Bool { exchange != nil }

    // MARK: Reading

    private func readable() {
        var isLast = false
        let transfer = unsafe server.receive(descriptor.number) { bytes in
            if case .open = phase { isLast = unsafe !take(bytes) }
        }
        switch transfer {
        case .wouldBlock: break
        case .failed: close()
        case .bytes(0): inputEnded()
        case .bytes:
            guard case .open = phase else { return }
            advance()
            if tls != nil { flush() }
            if isLast { inputEnded() }
            // A client that sends ahead while it is being answered waits in the kernel's buffer, not in ours.
            if exchange != nil, parser.unread > 64 * 1024 { pauseReading() }
        }
    }

    /// Takes what has arrived; false when nothing more will come.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let tls else {
            unsafe parser.append(bytes)
            return true
        }
        // No record of TLS begins with a letter, as every method does.
        if !tls.hasBegun, let first = unsafe bytes.first, first >= UInt8(ascii: "A"), first <= UInt8(ascii: "Z") {
            self.tls = nil
            reject(HTTPRejection(status: 400, code: "tls_required", message: "This port speaks TLS only: use https."))
            return true
        }
        let reading = unsafe tls.receive(bytes) { unsafe parser.append($0) }
        let before = sending.count
        tls.take(into: &sending)
        overhead += sending.count - before
        guard overhead <= Self.maximumOverhead else {
            close()
            return true
        }
        switch reading {
        case .goesOn: return true
        case .ended: return false
        case .failed:
            // Why goes out if it can; whatever else was to be said, nobody could read.
            phase = .closing(lingers: false)
            flush()
            close()
            return true
        }
    }

    private func inputEnded() {
        isInputEnded = true
        reading?.cancel()
        reading = nil
        ending?.cancel()
        ending = nil
        if let exchange {
            exchange.inputEnded()
        } else if case .open = phase, sent < sending.count {
            phase = .closing(lingers: false)
        } else if case .closing = phase {
            // Its answer is still being sent.
        } else {
            close()
        }
    }

    /// Reads and starts requests until one is being answered or more bytes are needed.
    private func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        while case .open = phase, exchange == nil, sending.count - sent <= server.configuration.highWaterMark {
            switch parser.next() {
            case .needMore:
                note(parser.phase)
                if isInputEnded { closeWhenSent() }
                resumeReading()
                return
            case .head(let head):
                switch server.configuration.admit(request(head, [])) {
                case .admitted(let credential): self.credential = credential
                case .trusted: break
                case .refused(let rejection): reject(rejection)
                }
            case .expectsContinue:
                send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
                flush()
            case .request(let head, let body):
                wait = .idle
                begin(head, body)
                flush()
            case .rejected(let rejection):
                reject(rejection)
            }
        }
    }

    /// Until this request is answered. A client that leaves meanwhile is still noticed, unless it had sent more than the kernel holds.
    private func pauseReading() {
        guard ending == nil else { return }
        reading?.disable()
        ending = try? server.loop.watch(descriptor: descriptor.number, for: .closed) { self.inputEnded() }
    }

    private func resumeReading() {
        guard let ending else { return }
        ending.cancel()
        self.ending = nil
        reading?.enable()
    }

    private func begin(_ head: HTTPRequestHead, _ body: [UInt8]) {
        hasServed = true
        let exchange = HTTPExchange(
            head: head,
            connection: self,
            loop: server.loop,
            highWaterMark: server.configuration.highWaterMark
        )
        if server.isStopping { exchange.forbidKeepAlive() }
        self.exchange = exchange
        server.start(exchange, request(head, body))
    }

    private func request(_ head: HTTPRequestHead, _ body: [UInt8]) -> HTTPRequest {
        HTTPRequest(method: head.method, target: head.target, headers: head.headers, body: body, peer: peer, credential: credential)
    }

    /// Sends an error of the server's own and closes.
    private func reject(_ rejection: HTTPRejection) {
        var bytes: [UInt8] = []
        HTTPResponseEncoder.head(
            status: rejection.status,
            headers: rejection.fields,
            length: .bytes(rejection.json.count),
            keepAlive: false,
            isVersion10: false,
            date: server.date(),
            into: &bytes
        )
        send(bytes + rejection.json)
        phase = .closing(lingers: true)
        flush()
    }

    // MARK: Writing

    /// The handler has put something into its exchange.
    func flushFromHandler() {
        // While requests are being read, the reader flushes.
        if !isAdvancing { flush() }
    }

    /// Puts bytes of the server's own among those to be sent. Before a handshake nobody can be told anything.
    private func send(_ bytes: [UInt8]) {
        if let tls { _ = tls.send(bytes, into: &sending) } else { sending += bytes }
    }

    /// Puts what the handler has answered among the bytes to be sent; false when there is nothing.
    private func take(from exchange: HTTPExchange) -> Bool {
        guard let tls else { return exchange.take(into: &sending) }
        var answer: [UInt8] = []
        guard exchange.take(into: &answer) else { return false }
        if !tls.send(answer, into: &sending) { close() }
        return true
    }

    private func flush() {
        guard !isFlushing else { return }
        if case .closed = phase { return }
        isFlushing = true
        let isDone = sendAll()
        isFlushing = false
        guard isDone else { return }
        if isWriteWatched {
            isWriteWatched = false
            writing?.disable()
        }
        finishStep()
    }

    /// Sends until nothing is left or the kernel takes no more; true when nothing is left.
    private func sendAll() -> Bool {
        while true {
            if sent == sending.count {
                sending.removeAll(keepingCapacity: sending.capacity <= 128 * 1024)
                sent = 0
                overhead = 0
                guard let exchange, take(from: exchange) else { break }
                if case .closed = phase { return false }
            }
            let number = descriptor.number
            let from = sent
            let transfer = unsafe sending.withUnsafeBytes { bytes in
                unsafe Descriptor.write(number, from: UnsafeRawBufferPointer(rebasing: bytes[from...]), isSocket: true)
            }
            switch transfer {
            case .bytes(let count):
                sent += count
                lastProgress = server.tick
            case .wouldBlock:
                exchange?.report(inFlight: sending.count - sent)
                watchWriting()
                return false
            case .failed:
                close()
                return false
            }
        }
        exchange?.report(inFlight: 0)
        return true
    }

    private func watchWriting() {
        guard !isWriteWatched else { return }
        isWriteWatched = true
        lastProgress = server.tick
        if let writing {
            writing.enable()
            return
        }
        do throws(SystemError) {
            writing = try server.loop.watch(descriptor: descriptor.number, for: .write) { self.flush() }
        } catch {
            close()
        }
    }

    /// Everything encoded has been sent: what now?
    private func finishStep() {
        if let exchange {
            let outcome = exchange.outcome
            guard outcome.isFinished else { return }
            self.exchange = nil
            credential = nil
            waitingSince = server.tick
            wait = .idle
            if isInputEnded || !outcome.keepAlive || server.isStopping { phase = .closing(lingers: parser.unread > 0) }
        }
        switch phase {
        case .open: advance()
        case .closing(let lingers):
            // Without that word the client could not tell a whole answer from one that was cut short on its way.
            if let tls, tls.finish(into: &sending) {
                flush()
            } else if lingers, !isInputEnded {
                linger()
            } else {
                close()
            }
        case .lingering, .closed: break
        }
    }

    private func closeWhenSent() {
        phase = .closing(lingers: false)
        flush()
    }

    private func linger() {
        StreamSocket.finishSending(descriptor.number)
        phase = .lingering
        waitingSince = server.tick
        resumeReading()
    }

    // MARK: Ends

    /// The server stops: idle connections close at once, others after their response.
    func stopGracefully() {
        if let exchange {
            exchange.forbidKeepAlive()
        } else if case .open = phase {
            closeWhenSent()
        }
    }

    /// The response cannot be completed: what there is of it still goes out, then the connection closes, so that the client notices.
    func breakOff() {
        flush()
        close()
    }

    /// Closes now, whatever is going on; the handler is cancelled.
    func close() {
        if case .closed = phase { return }
        phase = .closed
        reading?.cancel()
        writing?.cancel()
        ending?.cancel()
        reading = nil
        writing = nil
        ending = nil
        sending = []
        sent = 0
        let exchange = exchange
        self.exchange = nil
        server.remove(self)
        // The number is free for the next client only when nothing here can touch it any more: the descriptor goes with this object,
        // and the peer learns of the end now.
        StreamSocket.disconnect(descriptor.number)
        exchange?.abandon()
    }

    /// Cuts off whoever is no longer let in, in the middle of an answer or of a body.
    func closeIfInvalid() {
        if let credential, !credential.isValid { close() }
    }

    private func note(_ phase: HTTPRequestParser.Phase) {
        if phase != wait {
            wait = phase
            waitingSince = server.tick
        }
    }

    /// Called at every tick: ends what has taken too long.
    func checkTimeouts() {
        let configuration = server.configuration
        if case .lingering = phase {
            if server.elapsed(since: waitingSince) >= Self.lingerTime { close() }
            return
        }
        if isWriteWatched {
            if server.elapsed(since: lastProgress) >= configuration.writeTimeout { close() }
            return
        }
        guard case .open = phase, exchange == nil else { return }
        let elapsed = server.elapsed(since: waitingSince)
        switch wait {
        case .idle:
            if elapsed >= (hasServed ? configuration.idleTimeout : configuration.headTimeout) { closeWhenSent() }
        case .head:
            if elapsed >= configuration.headTimeout { rejectSlow("head") }
        case .body:
            let allowance = Duration.seconds(parser.body.count / (16 * 1024))
            if elapsed >= configuration.bodyTimeout + allowance { rejectSlow("body") }
        }
    }

    private func rejectSlow(_ part: String) {
        reject(HTTPRejection(status: 408, code: "request_timeout", message: "The request's \(part) did not arrive in time."))
    }
}
