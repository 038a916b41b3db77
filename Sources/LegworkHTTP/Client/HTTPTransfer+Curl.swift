internal import CCurl
import Glibc
import LegworkEventLoop

extension HTTPTransfer: CurlTransfer {
    var idleTimeout: Duration? { request.idleTimeout }

    // MARK: Options

    func prepare(_ handle: CurlHandle) throws(HTTPError) {
        let (url, socket, isLocal) = try request.checked()
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_set_head_callback(handle.easy, curlReceivedHead, context)
        unsafe ccurl_set_body_callback(handle.easy, curlReceivedBody, context)
        handle.set(CURLOPT_URL, url)
        handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        handle.set(CURLOPT_FOLLOWLOCATION, 0)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout)
        if let total = request.totalTimeout { handle.set(CURLOPT_TIMEOUT_MS, total) }
        if let socket { handle.set(CURLOPT_UNIX_SOCKET_PATH, socket) }
        if let trusted = request.trustedCertificates { handle.set(CURLOPT_CAINFO, trusted) }
        // A proxy named in the environment must never see what is meant for this machine.
        if isLocal || request.avoidsPrivateAddresses { handle.set(CURLOPT_PROXY, "") }
        if request.avoidsPrivateAddresses { handle.watchSockets(publicOnly: true) }
        setMethod(handle)
        handle.set(CURLOPT_HTTPHEADER, fields)
    }

    private func setMethod(_ handle: CurlHandle) {
        if request.method == "HEAD" {
            handle.set(CURLOPT_NOBODY, 1)
            return
        }
        if let body = request.body {
            handle.set(CURLOPT_POST, 1)
            // An empty array has no address, and libcurl takes none for "read it by callback".
            unsafe (body.isEmpty ? [0] : body).withUnsafeBytes { bytes in
                _ = unsafe ccurl_set_body(handle.easy, bytes.baseAddress, curl_off_t(body.count))
            }
        }
        handle.set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    private var fields: [String] {
        // A form's content type and a wait for "100 Continue" are libcurl's ideas, not the caller's.
        var lines = ["Expect:"]
        if request.body != nil, !request.headers.contains("Content-Type") { lines.append("Content-Type:") }
        if !request.headers.contains("User-Agent") { lines.append("User-Agent: legwork") }
        for field in request.headers {
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        return lines
    }

    func opened(_ socket: Int32) {}

    // MARK: Results

    func finished(_ result: CURLcode, _ handle: CurlHandle) {
        end(error(for: result, handle))
    }

    /// What libcurl's result means; nil for success.
    private func error(for result: CURLcode, _ handle: CurlHandle) -> HTTPError? {
        if result == CURLE_OK { return nil }
        let text = unsafe String(cString: curl_easy_strerror(result))
        switch result {
        case CURLE_COULDNT_CONNECT where hasRefusedAddress:
            return HTTPError(.addressNotAllowed, "The host has a private or special address only, and this request may not go there.")
        case CURLE_COULDNT_CONNECT: return connectError(handle.systemError)
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

    private func connectError(_ cause: SystemError) -> HTTPError {
        let place =
            switch request.destination {
            case .unixSocket(let path, _): "at \(path)"
            default: "there"
            }
        switch cause.errno {
        case ENOENT, ENOTDIR: return HTTPError(.noSuchSocket, "There is no socket \(place).", underlying: cause)
        case EACCES, EPERM: return HTTPError(.permissionDenied, "You may not connect to the socket \(place).", underlying: cause)
        default: return HTTPError(.connectionRefused, "Nobody listens \(place).", underlying: cause)
        }
    }
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
