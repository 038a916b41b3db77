internal import CCurl
import LegworkCore
import LegworkEventLoop
import Synchronization

/// Drives libcurl's multi handle from the event loop: the loop watches its sockets and its one timer.
///
/// Everything that touches libcurl happens on the loop's thread, and nothing from inside libcurl's callbacks.
@safe final class CurlDriver: @unchecked Sendable {
    private struct SocketWatches {
        var read: EventLoop.Watch?
        var write: EventLoop.Watch?
    }

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    private static let idleHandlesKept = 16

    let loop: EventLoop
    // All of this belongs to the loop's thread.
    private let multi: UnsafeMutableRawPointer
    private var watches: [Int32: SocketWatches] = [:]
    private var timer: EventLoop.Watch?
    private var running: [ObjectIdentifier: CurlHandle] = [:]
    private var idleHandles: [CurlHandle] = []
    private var isRetired = false

    init(loop: EventLoop) throws(HTTPError) {
        guard Self.isReady, let multi = unsafe curl_multi_init() else { throw HTTPError(.failed, "libcurl could not be started.") }
        unsafe self.multi = multi
        self.loop = loop
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_multi_set_callbacks(multi, curlSocketChanged, curlTimerChanged, context)
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 64)
    }

    deinit {
        // Nobody refers to the driver, so no closure of the loop can be using it; its sockets are watched no more.
        idleHandles = []
        unsafe ccurl_multi_set_callbacks(multi, nil, nil, nil)
        unsafe curl_multi_cleanup(multi)
    }

    /// The client is gone: kept connections close as soon as nothing runs.
    func retire() {
        loop.perform {
            self.isRetired = true
            self.retireIfIdle()
        }
    }

    private func retireIfIdle() {
        guard isRetired, running.isEmpty else { return }
        timer?.cancel()
        timer = nil
        for watch in watches.values {
            watch.read?.cancel()
            watch.write?.cancel()
        }
        watches = [:]
    }

    // MARK: Transfers

    func start(_ transfer: any CurlTransfer) {
        let isAccepted = loop.execute { self.add(transfer) }
        if !isAccepted { transfer.end(HTTPError(.closed, "The event loop has stopped.")) }
    }

    private func add(_ transfer: any CurlTransfer) {
        // Cancelled while it was on its way here: it must not be sent.
        if transfer.isEnded { return }
        do throws(HTTPError) {
            let handle = if let idle = idleHandles.popLast() { idle } else { try CurlHandle() }
            try handle.prepare(transfer)
            running[ObjectIdentifier(transfer)] = handle
            guard unsafe curl_multi_add_handle(multi, handle.easy) == CURLM_OK else {
                running[ObjectIdentifier(transfer)] = nil
                throw HTTPError(.failed, "libcurl refused the request.")
            }
            if let limit = transfer.idleTimeout { watchIdleness(of: transfer, handle, limit, in: limit) }
        } catch {
            transfer.end(error)
        }
    }

    private func watchIdleness(of transfer: any CurlTransfer, _ handle: CurlHandle, _ limit: Duration, in delay: Duration) {
        handle.watchdog?.cancel()
        handle.watchdog = try? loop.schedule(after: delay) { [weak self, weak transfer] in
            guard let self, let transfer, let handle = running[ObjectIdentifier(transfer)] else { return }
            if handle.hasUploadedMore() { transfer.noteActivity() }
            let left = limit - transfer.idleTime
            if left > .zero {
                watchIdleness(of: transfer, handle, limit, in: left)
            } else {
                abort(transfer, HTTPError(.timedOut, "Nothing arrived for \(limit)."))
            }
        }
    }

    /// The reader has taken what was there: libcurl may go on.
    func resume(_ transfer: any CurlTransfer) {
        loop.execute {
            guard let handle = self.running[ObjectIdentifier(transfer)] else { return }
            unsafe curl_easy_pause(handle.easy, CURLPAUSE_CONT)
            // Unpausing may have completed the transfer.
            self.act(on: CURL_SOCKET_TIMEOUT, 0)
        }
    }

    /// Ends a transfer at once and closes its connection. Does nothing when it has ended.
    func abort(_ transfer: any CurlTransfer, _ error: HTTPError) {
        guard transfer.end(error) else { return }
        loop.execute {
            guard let handle = self.running.removeValue(forKey: ObjectIdentifier(transfer)) else { return }
            self.release(handle)
        }
    }

    private func release(_ handle: CurlHandle) {
        unsafe curl_multi_remove_handle(multi, handle.easy)
        handle.reset()
        if idleHandles.count < Self.idleHandlesKept, !isRetired { idleHandles.append(handle) }
        retireIfIdle()
    }

    private func act(on socket: Int32, _ events: Int32) {
        var count: Int32 = 0
        unsafe curl_multi_socket_action(multi, socket, events, &count)
        var result = CURLE_OK
        while let easy = unsafe ccurl_multi_next_finished(multi, &result) {
            guard let transfer = unsafe CurlHandle.handle(of: easy)?.transfer else { continue }
            guard let handle = running.removeValue(forKey: ObjectIdentifier(transfer)) else { continue }
            transfer.finished(result, handle)
            release(handle)
        }
    }

    // MARK: Callbacks of libcurl

    fileprivate func socketChanged(_ socket: Int32, _ what: Int32) {
        var current = watches.removeValue(forKey: socket) ?? SocketWatches()
        let wantsRead = what == CURL_POLL_IN || what == CURL_POLL_INOUT
        let wantsWrite = what == CURL_POLL_OUT || what == CURL_POLL_INOUT
        update(&current.read, wantsRead, socket, .read)
        update(&current.write, wantsWrite, socket, .write)
        if what != CURL_POLL_REMOVE { watches[socket] = current }
    }

    private func update(_ watch: inout EventLoop.Watch?, _ isWanted: Bool, _ socket: Int32, _ interest: EventLoop.Interest) {
        if isWanted, watch == nil {
            let event = interest == .read ? CURL_CSELECT_IN : CURL_CSELECT_OUT
            watch = try? loop.watch(descriptor: socket, for: interest) { [weak self] in self?.act(on: socket, event) }
        } else if !isWanted {
            watch?.cancel()
            watch = nil
        }
    }

    fileprivate func timerChanged(_ milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = try? loop.schedule(after: .milliseconds(milliseconds)) { [weak self] in
            guard let self else { return }
            timer?.cancel()
            timer = nil
            act(on: CURL_SOCKET_TIMEOUT, 0)
        }
    }
}

/// libcurl wants a socket watched differently.
private func curlSocketChanged(
    _: UnsafeMutableRawPointer?,
    _ socket: Int32,
    _ what: Int32,
    _ context: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return 0 }
    unsafe Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue().socketChanged(socket, what)
    return 0
}

/// libcurl wants to be called after a time.
private func curlTimerChanged(_: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?) -> Int32 {
    guard let context = unsafe context else { return 0 }
    unsafe Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue().timerChanged(milliseconds)
    return 0
}
