internal import CCurl
import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization

/// One message on its way, between libcurl on the loop and the task that waits.
final class MailTransfer: CurlTransfer {
    typealias Outcome = Result<SMTPReply, MailError>

    private struct State {
        var dialogue = SMTPDialogue()
        var sent = 0
        var waiter: CheckedContinuation<Outcome, Never>?
        var outcome: Outcome?
        var lastActivity = ContinuousClock.now
        var hasRefusedAddress = false
        /// Duplicates of the connection's sockets, of our own: libcurl may close its own at any time.
        var sockets: [Int32] = []
    }

    private let message: MailMessage
    private let content: [UInt8]
    private let server: MailServer
    private let driver: CurlDriver
    private let state = Lock(State())

    init(_ message: MailMessage, to server: MailServer, driver: CurlDriver) {
        self.message = message
        content = message.encoded()
        self.server = server
        self.driver = driver
    }

    deinit { state.withLock { $0.sockets }.forEach { close($0) } }

    func run() async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state in
                    if state.outcome == nil { state.waiter = continuation }
                    return state.outcome
                }
                if let outcome { continuation.resume(returning: outcome) } else { driver.start(self) }
            }
        } onCancel: {
            driver.abort(self, HTTPError(.cancelled, "sending the message was cancelled"))
        }
    }

    // MARK: libcurl's side, on the loop

    var idleTimeout: Duration? { server.idleTimeout }
    var idleTime: Duration { state.withLock { $0.lastActivity.duration(to: .now) } }
    var isEnded: Bool { state.withLock { $0.outcome != nil } }

    func noteActivity() { state.withLock { $0.lastActivity = .now } }

    func refuseAddress() { state.withLock { $0.hasRefusedAddress = true } }

    func prepare(_ handle: CurlHandle) throws(HTTPError) {
        do throws(MailError) {
            handle.set(CURLOPT_URL, try server.url())
        } catch {
            throw HTTPError(.invalidRequest, error.message)
        }
        handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, server.connectTimeout)
        handle.set(CURLOPT_PROXY, "")
        handle.set(CURLOPT_FRESH_CONNECT, 1)
        handle.set(CURLOPT_FORBID_REUSE, 1)
        handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if server.security != .none { handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let trusted = server.trustedCertificates { handle.set(CURLOPT_CAINFO, trusted) }
        handle.watchSockets(publicOnly: server.avoidsPrivateAddresses)
        if let login = server.login {
            handle.set(CURLOPT_USERNAME, login.user)
            handle.set(CURLOPT_PASSWORD, login.password)
        }
        handle.set(CURLOPT_MAIL_FROM, message.from.description)
        handle.set(CURLOPT_MAIL_RCPT, message.to.map(\.description))
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe handle.check(ccurl_set_upload(handle.easy, curlReadsMail, context, curl_off_t(content.count)))
        unsafe handle.check(ccurl_set_trace_callback(handle.easy, curlTracesMail, context))
    }

    fileprivate func heard(_ bytes: [UInt8]) {
        state.withLock { state in
            state.lastActivity = .now
            state.dialogue.received(bytes)
        }
    }

    fileprivate func said(_ bytes: [UInt8]) {
        state.withLock { state in
            state.lastActivity = .now
            state.dialogue.sent(bytes)
            // libcurl would stop the loop until it hears the answer to its good-bye.
            if state.dialogue.isOver || bytes.isEmpty { Self.hangUp(state.sockets, bytes.isEmpty ? SHUT_RDWR : SHUT_RD) }
        }
    }

    func opened(_ socket: Int32) {
        let own = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        if own >= 0 { state.withLock { $0.sockets.append(own) } }
    }

    private static func hangUp(_ sockets: [Int32], _ way: Int) {
        for socket in sockets { shutdown(socket, Int32(way)) }
    }

    /// The next of the message.
    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let range = state.withLock { state in
            let start = state.sent
            state.sent = min(content.count, start + buffer.count)
            return start..<state.sent
        }
        unsafe buffer.copyBytes(from: content[range])
        return range.count
    }

    func finished(_ result: CURLcode, _ handle: CurlHandle) {
        let (dialogue, hasRefusedAddress) = state.withLock { ($0.dialogue, $0.hasRefusedAddress) }
        let reply = dialogue.reply.map { SMTPReply(code: $0.code, text: server.login?.discreet($0.text) ?? $0.text) }
        if result == CURLE_OK {
            finish(.success(reply ?? SMTPReply(code: 250, text: "")))
        } else {
            finish(.failure(MailError(result, dialogue.stage, reply, hasRefusedAddress: hasRefusedAddress)))
        }
    }

    @discardableResult
    func end(_ error: HTTPError?) -> Bool {
        // Whoever does not answer would not answer libcurl's good-bye either.
        state.withLock { Self.hangUp($0.sockets, SHUT_RDWR) }
        return finish(.failure(MailError(error ?? HTTPError(.failed, "the transfer ended"))))
    }

    /// Tells who waits. False when it had ended before.
    @discardableResult
    private func finish(_ outcome: Outcome) -> Bool {
        let (isFirst, waiter) = state.withLock { state in
            let isFirst = state.outcome == nil
            if isFirst { state.outcome = outcome }
            defer { state.waiter = nil }
            return (isFirst, state.waiter)
        }
        if isFirst { waiter?.resume(returning: outcome) }
        return isFirst
    }
}

extension MailError {
    /// Says what libcurl's result and what was said before mean.
    fileprivate init(_ result: CURLcode, _ stage: Stage, _ reply: SMTPReply?, hasRefusedAddress: Bool) {
        let text = unsafe String(cString: curl_easy_strerror(result))
        switch result {
        case CURLE_COULDNT_CONNECT where hasRefusedAddress:
            self.init(.addressNotAllowed, "the mail server has a private or special address only, which is not allowed unless it is said")
        case CURLE_COULDNT_CONNECT: self.init(.unreachable, "nobody listens at the mail server's address and port")
        case CURLE_COULDNT_RESOLVE_HOST: self.init(.unreachable, "the mail server's name has no address")
        case CURLE_OPERATION_TIMEDOUT: self.init(.timedOut, "the mail server did not answer in time", stage: stage)
        case CURLE_USE_SSL_FAILED:
            self.init(.noEncryption, "the mail server offers no STARTTLS, and nothing is sent without", stage: .encryption)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CERTPROBLEM:
            self.init(.untrusted, "the mail server's certificate cannot be trusted (\(text)); is its CA's file named?", stage: .encryption)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER:
            self.init(.encryptionFailed, "the secure connection to the mail server failed (\(text))", stage: .encryption)
        default:
            if let reply, reply.code >= 400 {
                self.init(.refused, "the mail server answered: \(reply)", reply: reply, stage: stage)
            } else if result == CURLE_LOGIN_DENIED {
                self.init(.noLogin, "the mail server offers no way to log in that is known here", stage: .login)
            } else if [CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR].contains(result) {
                self.init(.connectionLost, "the connection to the mail server ended too early (\(text))", stage: stage)
            } else {
                self.init(.failed, "the message could not be sent (\(text))", stage: stage)
            }
        }
    }

    /// What the driver says.
    fileprivate init(_ error: HTTPError) {
        let code: Code =
            switch error.code {
            case .cancelled: .cancelled
            case .timedOut: .timedOut
            case .closed: .closed
            case .invalidRequest: .invalid
            default: .failed
            }
        self.init(code, error.message)
    }
}

/// libcurl wants more of the message.
private func curlReadsMail(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context, let bytes = unsafe bytes else { return 0 }
    let transfer = unsafe Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
    return unsafe transfer.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
}

/// Something was said.
private func curlTracesMail(
    _: UnsafeMutableRawPointer?,
    _ kind: curl_infotype,
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context, let bytes = unsafe bytes else { return 0 }
    let transfer = unsafe Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
    let said = { unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count)) }
    if kind == CURLINFO_HEADER_IN { transfer.heard(said()) }
    if kind == CURLINFO_HEADER_OUT { transfer.said(said()) }
    return 0
}
