import LegworkCore
public import LegworkEventLoop
import Synchronization

/// An HTTP/1.1 server on an event loop: Unix sockets and TCP, keep-alive, streaming with back-pressure, strict about what it accepts.
///
/// It keeps itself alive while it listens or serves; `shutdown` ends it. Malformed, oversized and slow requests are answered with
/// `application/problem+json` and never reach the handler.
@safe public final class HTTPServer: @unchecked Sendable {
    /// The limits in force.
    public let configuration: HTTPServerConfiguration
    /// The loop on which everything runs.
    public let loop: EventLoop
    private let handler: any HTTPHandler

    // All of this belongs to the loop's thread.
    private var listeners: [HTTPListener] = []
    private(set) var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private(set) var exchanges: [ObjectIdentifier: HTTPExchange] = [:]
    private(set) var tcpConnections = 0
    private var ticker: EventLoop.Watch?
    private var keepAliveTimer: EventLoop.Watch?
    private var stopWaiters: [CheckedContinuation<Void, Never>] = []
    private var cachedDate = HTTPDate()
    private let receiveBuffer: UnsafeMutableRawBufferPointer
    /// How often the ticker has fired; a coarse clock that costs nothing per request.
    private(set) var tick = 0
    private(set) var isStopping = false
    private let tickInterval: Duration
    private let isClosed = Lock(false)

    /// Makes a server that does not listen yet.
    public init(loop: EventLoop, configuration: HTTPServerConfiguration = .init(), handler: any HTTPHandler) {
        self.loop = loop
        self.configuration = configuration
        self.handler = handler
        let shortest = min(
            configuration.headTimeout,
            configuration.bodyTimeout,
            configuration.idleTimeout,
            configuration.writeTimeout
        )
        tickInterval = min(.seconds(1), max(.milliseconds(5), shortest / 8))
        unsafe receiveBuffer = .allocate(byteCount: 64 * 1024, alignment: 16)
    }

    /// Makes a server whose handler is a closure.
    public convenience init(
        loop: EventLoop,
        configuration: HTTPServerConfiguration = .init(),
        handler: @escaping @Sendable (HTTPRequest, HTTPResponseWriter) async throws -> Void
    ) {
        self.init(loop: loop, configuration: configuration, handler: HTTPClosureHandler(handler))
    }

    deinit {
        unsafe receiveBuffer.deallocate()
    }

    // MARK: Listening

    /// Listens at a path in the file system, mode 0600; a missing folder is made with mode 0700.
    ///
    /// - Parameter isShared: true for mode 0666: every user who may enter the folder may connect, and ``HTTPServerConfiguration/authorize``
    ///   says who of them is served.
    /// - Throws: `HTTPError` with the code `listenFailed` when the path is too long (more than 107 bytes), others may write in the folder,
    ///   or another process listens there. A socket file that nobody listens at is replaced.
    public func listen(unixSocket path: String, isShared: Bool = false) throws(HTTPError) {
        let backlog = configuration.backlog
        try listen { () throws(SystemError) in
            let socket = try StreamSocket.listen(path: path, isShared: isShared, backlog: backlog)
            return HTTPListener(descriptor: socket, path: path)
        }
    }

    /// Listens at a TCP port of a loopback address.
    ///
    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - allowRemote: true to accept any address, also one that other machines reach.
    ///   - tls: the files with which TLS is spoken there, and nothing else; nil speaks plainly.
    /// - Returns: the port in use.
    /// - Throws: `HTTPError` with the code `listenFailed`, or `tlsFailed` for files that cannot be used.
    @discardableResult
    public func listen(
        host: String = "127.0.0.1",
        port: UInt16,
        allowRemote: Bool = false,
        tls: TLSFiles? = nil
    ) throws(HTTPError) -> UInt16 {
        let backlog = configuration.backlog
        var source: TLSSource?
        if let tls { source = try TLSSource(tls, onProblem: configuration.onProblem) }
        let chosen = source
        var bound: UInt16 = port
        try listen { () throws(SystemError) in
            let socket = try StreamSocket.listen(host: host, port: port, allowRemote: allowRemote, backlog: backlog)
            bound = StreamSocket.address(of: socket.number, remote: false)?.port ?? port
            return HTTPListener(descriptor: socket, path: nil, tls: chosen)
        }
        return bound
    }

    private func listen(_ make: () throws(SystemError) -> HTTPListener) throws(HTTPError) {
        do throws(SystemError) {
            let listener = try make()
            try listener.start(on: loop) { self.accept(from: listener) }
            // In this order with any `shutdown` that was called before or will be after.
            loop.perform { self.isStopping ? listener.close() : self.listeners.append(listener) }
        } catch {
            throw HTTPError(.listenFailed, error.description, underlying: error)
        }
    }

    private func accept(from listener: HTTPListener) {
        // A bound, so that a flood of connections leaves the others their turn.
        for _ in 0..<64 {
            switch StreamSocket.accept(listener.number) {
            case .none: return
            case .exhausted:
                listener.pause(for: .milliseconds(200), on: loop)
                return
            case .connection(let number): welcome(Descriptor(owning: number), from: listener)
            }
        }
    }

    private func welcome(_ descriptor: consuming Descriptor, from listener: HTTPListener) {
        let number = descriptor.number
        let isUnix = listener.isUnix
        let peer: HTTPPeer
        if isUnix {
            guard let credentials = try? PeerCredentials.of(descriptor: number) else { return }
            peer = .unix(pid: credentials.pid, uid: credentials.uid, gid: credentials.gid)
        } else {
            guard let address = StreamSocket.address(of: number, remote: true) else { return }
            StreamSocket.setNoDelay(number)
            peer = .tcp(address: address.host, port: address.port)
        }
        // How many there are more than there may be.
        let excess = max(
            connections.count - configuration.maximumConnections,
            isUnix ? .min : tcpConnections - configuration.maximumTCPConnections
        )
        let rejection: HTTPRejection? =
            if excess >= 0 {
                HTTPRejection(status: 503, code: "too_many_connections", message: "The server has too many connections; try again later.")
            } else if !configuration.authorize(peer) {
                HTTPRejection(status: 403, code: "forbidden", message: "You may not use this server.")
            } else {
                nil
            }
        // Those who are turned away get a moment to read why, but not without bound.
        if rejection != nil, excess >= 64 { return }
        var session: TLSSession?
        if let tls = listener.tls {
            // A handshake costs more than they are worth.
            guard rejection == nil, let new = TLSSession(tls.current()) else { return }
            session = new
        }
        let connection = HTTPConnection(server: self, descriptor: descriptor, peer: peer, tls: session)
        connections[ObjectIdentifier(connection)] = connection
        if !isUnix { tcpConnections += 1 }
        startTicker()
        if let rejection {
            connection.refuse(rejection)
        } else if (try? connection.open()) == nil {
            connection.close()
        }
    }

    /// Cuts off the requests whose credential no longer lets them in, as after the revocation of a token. What was answered before this
    /// call still goes out.
    public func closeInvalid() {
        loop.execute {
            for connection in Array(self.connections.values) { connection.closeIfInvalid() }
        }
    }

    // MARK: For the connections

    func receive(_ number: Int32, _ body: (UnsafeRawBufferPointer) -> Void) -> Descriptor.Transfer {
        let transfer = unsafe Descriptor.read(number, into: receiveBuffer)
        if case .bytes(let count) = transfer, count > 0 {
            unsafe body(UnsafeRawBufferPointer(rebasing: receiveBuffer[..<count]))
        }
        return transfer
    }

    func date() -> [UInt8] {
        cachedDate.now()
    }

    func elapsed(since tick: Int) -> Duration {
        tickInterval * (self.tick - tick)
    }

    func start(_ exchange: HTTPExchange, _ request: HTTPRequest) {
        exchanges[ObjectIdentifier(exchange)] = exchange
        let (handler, loop) = (handler, loop)
        let task = Task.immediate(executorPreference: loop) {
            do {
                try await handler.respond(to: request, writer: HTTPResponseWriter(exchange: exchange))
                exchange.handlerEnded(nil)
            } catch {
                exchange.handlerEnded(error)
            }
            loop.perform { self.ended(exchange) }
        }
        exchange.attach(task)
    }

    private func ended(_ exchange: HTTPExchange) {
        exchanges[ObjectIdentifier(exchange)] = nil
        settle()
    }

    func remove(_ connection: HTTPConnection) {
        if connections.removeValue(forKey: ObjectIdentifier(connection)) != nil, case .tcp = connection.peer { tcpConnections -= 1 }
        settle()
    }

    // MARK: Time

    /// Runs only while there are connections: an idle server uses no processor time.
    private func startTicker() {
        guard ticker == nil else { return }
        ticker = try? loop.schedule(after: tickInterval, repeating: true) { self.ticked() }
        keepAliveTimer = try? loop.schedule(after: configuration.keepAliveInterval, repeating: true) {
            for exchange in self.exchanges.values { exchange.keepAlive() }
        }
    }

    private func ticked() {
        tick += 1
        for connection in Array(connections.values) {
            connection.closeIfInvalid()
            connection.checkTimeouts()
        }
        if connections.isEmpty { stopTicker() }
    }

    private func stopTicker() {
        ticker?.cancel()
        keepAliveTimer?.cancel()
        ticker = nil
        keepAliveTimer = nil
    }

    // MARK: Stopping

    /// Stops: no new connections, idle ones close, requests in flight may finish until the deadline, then are cancelled and cut off.
    ///
    /// Returns when all connections are closed. A handler that ignores its cancellation is not waited for. Calling it again waits for
    /// the same end, cutting off at the earlier deadline.
    public func shutdown(deadline: Duration = .seconds(5)) async {
        await withCheckedContinuation { continuation in
            let isAccepted = loop.execute {
                self.stopWaiters.append(continuation)
                self.beginStop(deadline)
            }
            if !isAccepted { continuation.resume() }
        }
    }

    private func beginStop(_ deadline: Duration) {
        isStopping = true
        for listener in listeners { listener.close() }
        listeners = []
        for connection in Array(connections.values) { connection.stopGracefully() }
        settle()
        if stopWaiters.isEmpty { return }
        _ = try? loop.schedule(after: deadline) { self.cutOff() }
    }

    private func cutOff() {
        for connection in Array(connections.values) { connection.close() }
        exchanges = [:]
        settle()
    }

    /// Answers those who wait for the end, once it is there.
    private func settle() {
        guard isStopping, connections.isEmpty, exchanges.isEmpty else { return }
        stopTicker()
        let waiters = stopWaiters
        stopWaiters = []
        for waiter in waiters { waiter.resume() }
    }
}
