internal import CStrophe
import LegworkCore

/// A connection of libstrophe and what it points at. It belongs to the thread on which it sends.
@safe final class XMPPConnection {
    /// How often it is looked whether the time is over, in milliseconds.
    private static let turn: UInt = 50
    private static let isReady: Bool = {
        xmpp_initialize()
        return true
    }()

    private let account: XMPPAccount
    private var exchange: XMPPExchange?
    /// The rooms that were entered, by what entered them.
    private var rooms: Set<String> = []
    private var log: UnsafeMutablePointer<xmpp_log_t>
    private var context: OpaquePointer?
    private var connection: OpaquePointer?
    /// What libstrophe says of logging in and of TLS in its log only.
    private var hint: XMPPError?
    private var isOpen = false
    private var isAuthorized = false

    /// Sends what is in the line until there is nothing more, which blocks.
    static func serve(_ line: XMPPLine, as account: XMPPAccount, keptFor idleLimit: Duration) {
        while var request = line.nextOrEnd() {
            while let left = XMPPConnection(account).serve(request, then: line, keptFor: idleLimit) { request = left }
        }
    }

    private init(_ account: XMPPAccount) {
        self.account = account
        unsafe log = .allocate(capacity: 1)
        unsafe context = nil
        unsafe connection = nil
        let own = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe log.initialize(to: xmpp_log_t(handler: stropheSaid, userdata: own))
        guard Self.isReady else { return }
        unsafe context = xmpp_ctx_new(nil, log)
        if let context = unsafe context { unsafe connection = xmpp_conn_new(context) }
    }

    deinit {
        if let connection = unsafe connection {
            unsafe xmpp_conn_release(connection)
            XMPPSocket.forget(UInt(bitPattern: connection))
        }
        if let context = unsafe context { unsafe xmpp_ctx_free(context) }
        unsafe log.deallocate()
    }

    /// Connects, sends a message, and then those that follow.
    ///
    /// - Returns: a message that did not work over the connection that was kept: it is for a new one.
    private func serve(_ first: XMPPRequest, then line: XMPPLine, keptFor idleLimit: Duration) -> XMPPRequest? {
        var (request, isFirst) = (first, true)
        defer { close() }
        while true {
            if request.begin() {
                let outcome = isFirst ? connect(for: request.message) ?? send(request) : send(request)
                if case .failure(let error) = outcome {
                    if !isFirst, error.code != .cancelled, error.code != .timedOut { return request }
                    request.finish(outcome)
                    return nil
                }
                if let entrance = request.message.entrance { rooms.insert(entrance) }
                request.finish(outcome)
            } else if isFirst {
                return nil
            }
            guard let next = next(in: line, within: idleLimit) else { return nil }
            (request, isFirst) = (next, false)
        }
    }

    /// Waits for the next message while the connection is kept.
    private func next(in line: XMPPLine, within idleLimit: Duration) -> XMPPRequest? {
        let end = ContinuousClock.now + idleLimit
        while isOpen, !line.isClosed, ContinuousClock.now < end {
            if let request = line.next() { return request }
            if let context = unsafe context { unsafe xmpp_run_once(context, Self.turn) }
        }
        return nil
    }

    /// - Returns: why it does not come about; nil when it is begun.
    private func connect(for message: XMPPMessage) -> XMPPRequest.Outcome? {
        guard unsafe context != nil, let connection = unsafe connection else {
            return .failure(XMPPError(.failed, "libstrophe could not be started"))
        }
        exchange = XMPPExchange(message, from: account.jid)
        let flags = account.requiresEncryption ? XMPP_CONN_FLAG_MANDATORY_TLS : XMPP_CONN_FLAG_DISABLE_TLS
        unsafe xmpp_conn_set_flags(connection, Int(flags))
        unsafe xmpp_conn_set_jid(connection, account.jid.description)
        unsafe xmpp_conn_set_pass(connection, account.password.revealed)
        unsafe xmpp_conn_set_sockopt_callback(connection, stropheOpened)
        if let file = account.trustedCertificates { unsafe xmpp_conn_set_cafile(connection, file) }
        let own = unsafe Unmanaged.passUnretained(self).toOpaque()
        let host = account.host ?? (account.port == nil ? nil : account.jid.domain)
        let code =
            if let host {
                unsafe xmpp_connect_client(connection, host, account.port ?? 5222, stropheChanged, own)
            } else {
                unsafe xmpp_connect_client(connection, nil, 0, stropheChanged, own)
            }
        isOpen = code == XMPP_EOK
        return isOpen ? nil : .failure(objectionToSocket ?? hint ?? XMPPError(.unreachable, "the XMPP server cannot be reached"))
    }

    /// Sends a message: the first as soon as the connection stands, another at once.
    private func send(_ request: XMPPRequest) -> XMPPRequest.Outcome {
        if isAuthorized {
            let isInRoom = request.message.entrance.map(rooms.contains) ?? false
            var exchange = XMPPExchange(request.message, from: account.jid, isInRoom: isInRoom)
            say(exchange.connected())
            self.exchange = exchange
        }
        while true {
            if let outcome = exchange?.outcome { return outcome }
            if let error = request.objection ?? objectionToSocket { return .failure(error) }
            guard isOpen, let context = unsafe context else {
                return .failure(hint ?? XMPPError(.unreachable, "the connection to the XMPP server ended"))
            }
            unsafe xmpp_run_once(context, Self.turn)
        }
    }

    private func close() {
        // A good-bye, and what waits before it, is for nobody whom nothing may be said.
        guard isOpen, objectionToSocket == nil, let context = unsafe context, let connection = unsafe connection else { return }
        unsafe xmpp_disconnect(connection)
        // A good-bye that is not answered is none to wait for.
        for _ in 0..<4 where isOpen { unsafe xmpp_run_once(context, Self.turn) }
    }

    /// Why nothing may be said over the socket. What libstrophe wants to say to a new connection is said in its next turn only.
    private var objectionToSocket: XMPPError? {
        guard let connection = unsafe connection, let socket = XMPPSocket.last(of: UInt(bitPattern: connection)) else { return nil }
        if socket.isTooLarge { return Self.tooManyFiles }
        guard account.avoidsPrivateAddresses, !isAuthorized, socket.hasPublicPeer == false else { return nil }
        return XMPPError(
            .addressNotAllowed,
            "the XMPP server is at a private address, where channels may not go; set \"allow_private\": true for this channel if that is meant"
        )
    }

    private static let tooManyFiles = XMPPError(
        .failed,
        "this process has too many files open for libstrophe, which knows none beyond number \(XMPPSocket.largest)"
    )

    private func say(_ stanzas: [String]) {
        guard let connection = unsafe connection else { return }
        for stanza in stanzas { unsafe xmpp_send_raw(connection, stanza, stanza.utf8.count) }
    }

    // MARK: libstrophe's side, on the same thread

    fileprivate func changed(_ event: xmpp_conn_event_t, hasStreamError: Bool) {
        switch event {
        case XMPP_CONN_CONNECT:
            isAuthorized = true
            guard let connection = unsafe connection else { return }
            unsafe xmpp_handler_add(connection, stropheReceived, nil, nil, nil, Unmanaged.passUnretained(self).toOpaque())
            say(exchange?.connected() ?? [])
        case XMPP_CONN_DISCONNECT, XMPP_CONN_FAIL:
            isOpen = false
            exchange?.failed(hint ?? XMPPError(.unreachable, "the connection to the XMPP server ended"))
        default: break
        }
    }

    fileprivate func received(_ stanza: XMPPExchange.Stanza) { say(exchange?.received(stanza) ?? []) }

    fileprivate func said(_ text: String) {
        if text.contains("auth failed") || text.contains("Cannot authenticate") || text.contains("Password hasn't been set") {
            hint = XMPPError(.login, "the XMPP server does not let the user in; are address and password right?")
        } else if text.contains("TLS is not supported") || text.contains("Couldn't start TLS") || text.contains("verify failed") {
            hint = XMPPError(.encryption, "TLS with the XMPP server failed: it offers none, or its certificate cannot be trusted")
        }
    }
}

/// A socket was made. Answering another number than 0 closes it.
private func stropheOpened(_ connection: OpaquePointer?, _ socket: UnsafeMutableRawPointer?) -> Int32 {
    guard let connection = unsafe connection, let socket = unsafe socket else { return -1 }
    let opened = XMPPSocket(number: unsafe socket.load(as: Int32.self))
    XMPPSocket.note(opened, of: UInt(bitPattern: connection))
    return opened.isTooLarge ? -1 : 0
}

/// The connection has changed.
private func stropheChanged(
    _: OpaquePointer?,
    _ event: xmpp_conn_event_t,
    _: Int32,
    _ error: UnsafeMutablePointer<xmpp_stream_error_t>?,
    _ context: UnsafeMutableRawPointer?
) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<XMPPConnection>.fromOpaque(context).takeUnretainedValue().changed(event, hasStreamError: error != nil)
}

/// A stanza has come. Answering 0 would mean that no other is wanted.
private func stropheReceived(_: OpaquePointer?, _ stanza: OpaquePointer?, _ context: UnsafeMutableRawPointer?) -> Int32 {
    guard let context = unsafe context, let stanza = unsafe stanza else { return 1 }
    func text(_ pointer: UnsafePointer<CChar>?) -> String? { unsafe pointer.map { unsafe String(cString: $0) } }
    var read = unsafe XMPPExchange.Stanza(name: text(xmpp_stanza_get_name(stanza)) ?? "")
    read.type = unsafe text(xmpp_stanza_get_type(stanza))
    read.id = unsafe text(xmpp_stanza_get_id(stanza))
    read.from = unsafe text(xmpp_stanza_get_from(stanza))
    if let error = unsafe xmpp_stanza_get_child_by_name(stanza, "error"), let first = unsafe xmpp_stanza_get_children(error) {
        read.condition = unsafe text(xmpp_stanza_get_name(first))
    }
    if let user = unsafe xmpp_stanza_get_child_by_ns(stanza, "http://jabber.org/protocol/muc#user") {
        var child = unsafe xmpp_stanza_get_children(user)
        while let status = unsafe child {
            if unsafe text(xmpp_stanza_get_attribute(status, "code")) == "110" { read.isOwnPresence = true }
            unsafe child = xmpp_stanza_get_next(status)
        }
    }
    unsafe Unmanaged<XMPPConnection>.fromOpaque(context).takeUnretainedValue().received(read)
    return 1
}

/// libstrophe writes its log.
private func stropheSaid(
    _ context: UnsafeMutableRawPointer?,
    _: xmpp_log_level_t,
    _: UnsafePointer<CChar>?,
    _ text: UnsafePointer<CChar>?
) {
    guard let context = unsafe context, let text = unsafe text else { return }
    unsafe Unmanaged<XMPPConnection>.fromOpaque(context).takeUnretainedValue().said(String(cString: text))
}
