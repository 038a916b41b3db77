internal import CCurl
import Glibc
import LegworkEventLoop

/// Owns an easy handle of libcurl and what it points at. Belongs to the loop's thread.
@safe final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    var watchdog: EventLoop.Watch?
    private var fields: UnsafeMutablePointer<curl_slist>?
    /// The handle's callbacks refer to it.
    private var transfer: HTTPTransfer?
    private var uploaded: curl_off_t = 0

    init() throws(HTTPError) {
        guard let easy = unsafe curl_easy_init() else { throw HTTPError(.failed, "libcurl has no memory for a request.") }
        unsafe self.easy = easy
        unsafe fields = nil
    }

    deinit {
        watchdog?.cancel()
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(fields)
    }

    static func transfer(of easy: UnsafeMutableRawPointer) -> HTTPTransfer? {
        guard let context = unsafe ccurl_context(easy) else { return nil }
        return unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Makes the handle ready for another request; libcurl keeps its connections elsewhere.
    func reset() {
        watchdog?.cancel()
        watchdog = nil
        unsafe curl_easy_reset(easy)
        unsafe curl_slist_free_all(fields)
        unsafe fields = nil
        transfer = nil
        uploaded = 0
    }

    func hasUploadedMore() -> Bool {
        let now = unsafe ccurl_uploaded(easy)
        defer { uploaded = now }
        return now > uploaded
    }

    // MARK: Options

    func prepare(_ transfer: HTTPTransfer) throws(HTTPError) {
        let request = transfer.request
        let (url, socket, isLocal) = try request.checked()
        self.transfer = transfer
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        var isValid = unsafe ccurl_set_pointer(easy, CURLOPT_PRIVATE, context) == CURLE_OK
        func set(_ option: CURLoption, _ value: Int) {
            let code = unsafe ccurl_set_long(easy, option, value)
            isValid = isValid && code == CURLE_OK
        }
        func set(_ option: CURLoption, _ value: String) {
            let code = unsafe ccurl_set_text(easy, option, value)
            isValid = isValid && code == CURLE_OK
        }
        unsafe ccurl_set_head_callback(easy, curlReceivedHead, context)
        unsafe ccurl_set_body_callback(easy, curlReceivedBody, context)
        // Signals and SIGALRM have no place in a library with threads.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_URL, url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectTimeout))
        if let total = request.totalTimeout { set(CURLOPT_TIMEOUT_MS, Self.milliseconds(total)) }
        if let socket { set(CURLOPT_UNIX_SOCKET_PATH, socket) }
        if let trusted = request.trustedCertificates { set(CURLOPT_CAINFO, trusted) }
        // A proxy named in the environment must never see what is meant for this machine.
        if isLocal || request.avoidsPrivateAddresses { set(CURLOPT_PROXY, "") }
        if request.avoidsPrivateAddresses { unsafe ccurl_set_open_callback(easy, curlOpensSocket, context) }
        setMethod(request, set)
        setFields(request)
        unsafe ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, fields)
        if !isValid {
            reset()
            throw HTTPError(.invalidRequest, "libcurl cannot use this request.")
        }
    }

    private func setMethod(_ request: HTTPClientRequest, _ set: (CURLoption, Int) -> Void) {
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
            return
        }
        if let body = request.body {
            set(CURLOPT_POST, 1)
            // An empty array has no address, and libcurl takes none for "read it by callback".
            unsafe (body.isEmpty ? [0] : body).withUnsafeBytes { bytes in
                _ = unsafe ccurl_set_body(easy, bytes.baseAddress, curl_off_t(body.count))
            }
        }
        _ = unsafe ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func setFields(_ request: HTTPClientRequest) {
        // A form's content type and a wait for "100 Continue" are libcurl's ideas, not the caller's.
        var lines = ["Expect:"]
        if request.body != nil, !request.headers.contains("Content-Type") { lines.append("Content-Type:") }
        if !request.headers.contains("User-Agent") { lines.append("User-Agent: legwork") }
        for field in request.headers {
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        for line in lines { unsafe fields = curl_slist_append(fields, line) }
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        let whole = min(max(seconds, 0), 1_000_000) * 1000 + max(attoseconds, 0) / 1_000_000_000_000_000
        // Zero would mean "the default" or "for ever" to libcurl.
        return Int(max(whole, 1))
    }

    // MARK: Results

    /// What libcurl's result means; nil for success.
    func error(for result: CURLcode) -> HTTPError? {
        if result == CURLE_OK { return nil }
        let text = unsafe String(cString: curl_easy_strerror(result))
        switch result {
        case CURLE_COULDNT_CONNECT where transfer?.hasRefusedAddress == true:
            return HTTPError(.addressNotAllowed, "The host has a private or special address only, and this request may not go there.")
        case CURLE_COULDNT_CONNECT: return connectError(text)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return HTTPError(.hostNotFound, "The host's name has no address.")
        case CURLE_OPERATION_TIMEDOUT: return HTTPError(.timedOut, "The server did not answer in time.")
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
            return HTTPError(.connectionLost, "The connection ended before the response did (\(text)).")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_WRITE_ERROR:
            return HTTPError(.protocolViolation, "The server's answer is not understandable HTTP (\(text)).")
        case CURLE_URL_MALFORMAT: return HTTPError(.invalidRequest, "The URL is malformed.")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE:
            return HTTPError(.tlsFailed, "The secure connection failed (\(text)).")
        default: return HTTPError(.failed, "The transfer failed (\(text)).")
        }
    }

    private func connectError(_ text: String) -> HTTPError {
        let place =
            switch transfer?.request.destination {
            case .unixSocket(let path, _): "at \(path)"
            default: "there"
            }
        let number = Int32(truncatingIfNeeded: unsafe ccurl_os_errno(easy))
        let cause = SystemError(operation: "connect", errno: number)
        switch number {
        case ENOENT, ENOTDIR: return HTTPError(.noSuchSocket, "There is no socket \(place).", underlying: cause)
        case EACCES, EPERM: return HTTPError(.permissionDenied, "You may not connect to the socket \(place).", underlying: cause)
        default: return HTTPError(.connectionRefused, "Nobody listens \(place).", underlying: cause)
        }
    }
}

/// Opens a socket for an address that the request may go to; for another it answers that there is none.
private func curlOpensSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context = unsafe context, let address = unsafe address else { return -1 }
    let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
    // The structure is longer than it is declared when the address is.
    let start = unsafe UnsafeRawPointer(address) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 16)
    let bytes = unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(address.pointee.addrlen)))
    let isPublic =
        switch unsafe address.pointee.family {
        case AF_INET where bytes.count >= 8: PublicAddress.isPublic((bytes[4], bytes[5], bytes[6], bytes[7]))
        case AF_INET6 where bytes.count >= 24: PublicAddress.isPublic(Array(bytes[8..<24]))
        default: false
        }
    guard isPublic else {
        transfer.refuseAddress()
        return -1
    }
    return unsafe socket(address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
}

/// A line of the head; answering less than it aborts the transfer.
private func curlReceivedHead(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context, let bytes = unsafe bytes else { return 0 }
    let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
    let line = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return transfer.headLine(line) ? size * count : 0
}

/// A piece of the body; answering "pause" makes it come again after `curl_easy_pause`.
private func curlReceivedBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context, let bytes = unsafe bytes else { return 0 }
    let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
    let piece = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return piece.isEmpty || transfer.receive(piece) ? size * count : Int(CURL_WRITEFUNC_PAUSE)
}
