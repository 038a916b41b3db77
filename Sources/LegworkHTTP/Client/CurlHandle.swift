internal import CCurl
import Glibc
import LegworkCore
import LegworkEventLoop

/// Owns an easy handle of libcurl and what it points at. Belongs to the loop's thread.
@safe final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    var watchdog: EventLoop.Watch?
    /// What runs on it; the handle's callbacks refer to it.
    private(set) var transfer: (any CurlTransfer)?
    private var lists: [UnsafeMutablePointer<curl_slist>]
    private var uploaded: curl_off_t = 0
    /// Whether it may connect to public addresses only.
    fileprivate private(set) var isPublicOnly = false
    /// Whether libcurl took all options.
    private var isValid = true

    init() throws(HTTPError) {
        guard let easy = unsafe curl_easy_init() else { throw HTTPError(.failed, "libcurl has no memory for a request.") }
        unsafe self.easy = easy
        unsafe lists = []
    }

    deinit {
        watchdog?.cancel()
        unsafe curl_easy_cleanup(easy)
        freeLists()
    }

    static func handle(of easy: UnsafeMutableRawPointer) -> CurlHandle? {
        guard let context = unsafe ccurl_context(easy) else { return nil }
        return unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    }

    /// Makes the handle ready for another transfer; libcurl keeps its connections elsewhere.
    func reset() {
        watchdog?.cancel()
        watchdog = nil
        unsafe curl_easy_reset(easy)
        freeLists()
        transfer = nil
        uploaded = 0
        isValid = true
        isPublicOnly = false
    }

    private func freeLists() {
        unsafe lists.forEach { unsafe curl_slist_free_all($0) }
        unsafe lists = []
    }

    func hasUploadedMore() -> Bool {
        let now = unsafe ccurl_uploaded(easy)
        defer { uploaded = now }
        return now > uploaded
    }

    /// What the system said last.
    var systemError: SystemError {
        SystemError(operation: "connect", errno: Int32(truncatingIfNeeded: unsafe ccurl_os_errno(easy)))
    }

    // MARK: Options

    /// Makes the handle ready to run a transfer.
    func prepare(_ transfer: any CurlTransfer) throws(HTTPError) {
        self.transfer = transfer
        unsafe set(CURLOPT_PRIVATE, Unmanaged.passUnretained(self).toOpaque())
        // Signals and SIGALRM have no place in a library with threads.
        set(CURLOPT_NOSIGNAL, 1)
        do throws(HTTPError) {
            try transfer.prepare(self)
            guard isValid else { throw HTTPError(.invalidRequest, "libcurl cannot use this request.") }
        } catch {
            reset()
            throw error
        }
    }

    func set(_ option: CURLoption, _ value: Int) { unsafe check(ccurl_set_long(easy, option, value)) }

    func set(_ option: CURLoption, _ value: String) { unsafe check(ccurl_set_text(easy, option, value)) }

    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) { unsafe check(ccurl_set_pointer(easy, option, value)) }

    func set(_ option: CURLoption, _ value: Duration) {
        let (seconds, attoseconds) = value.components
        let whole = min(max(seconds, 0), 1_000_000) * 1000 + max(attoseconds, 0) / 1_000_000_000_000_000
        // Zero would mean "the default" or "for ever" to libcurl.
        set(option, Int(max(whole, 1)))
    }

    /// Lines that the handle keeps as long as it needs them.
    func set(_ option: CURLoption, _ lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else {
                isValid = false
                break
            }
            unsafe list = longer
        }
        if let list = unsafe list { unsafe lists.append(list) }
        unsafe check(ccurl_set_pointer(easy, option, list))
    }

    /// Tells the transfer of its sockets.
    ///
    /// - Parameter publicOnly: whether to connect to public addresses only.
    func watchSockets(publicOnly: Bool) {
        isPublicOnly = publicOnly
        unsafe check(ccurl_set_open_callback(easy, curlOpensSocket, Unmanaged.passUnretained(self).toOpaque()))
    }

    func check(_ code: CURLcode) { isValid = isValid && code == CURLE_OK }
}

/// Opens a socket for an address that the transfer may go to; for another it answers that there is none.
private func curlOpensSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context = unsafe context, let address = unsafe address else { return -1 }
    let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    // The structure is longer than it is declared when the address is.
    let start = unsafe UnsafeRawPointer(address) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 16)
    let bytes = unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(address.pointee.addrlen)))
    let isPublic =
        switch unsafe address.pointee.family {
        case AF_INET where bytes.count >= 8: PublicAddress.isPublic((bytes[4], bytes[5], bytes[6], bytes[7]))
        case AF_INET6 where bytes.count >= 24: PublicAddress.isPublic(Array(bytes[8..<24]))
        default: false
        }
    guard isPublic || !handle.isPublicOnly else {
        handle.transfer?.refuseAddress()
        return -1
    }
    let type = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    let number = unsafe socket(address.pointee.family, type, address.pointee.protocol)
    if number >= 0 { handle.transfer?.opened(number) }
    return number
}
