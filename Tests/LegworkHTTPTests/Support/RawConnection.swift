import LegworkCore
import LegworkEventLoop
import Synchronization

/// A socket without any manners: sends what it is told, keeps what it hears.
final class RawConnection: Sendable {
    private struct State {
        var received: [UInt8] = []
        var isEnded = false
        var waiter: (until: @Sendable ([UInt8]) -> Bool, continuation: CheckedContinuation<Void, Never>)?
        var watch: EventLoop.Watch?
    }

    private let loop: EventLoop
    private let number: Int32
    private let state = Lock(State())

    init(loop: EventLoop, descriptor: consuming Descriptor) throws {
        self.loop = loop
        number = descriptor.release()
        let watch = try loop.watch(descriptor: number, for: .read) { self.readable() }
        state.withLock { $0.watch = watch }
    }

    /// Sends what fits into the kernel's buffer, and answers how much that was; a closed connection takes nothing.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let transfer = unsafe bytes[sent...].withUnsafeBytes { unsafe Descriptor.write(number, from: $0, isSocket: true) }
            guard case .bytes(let count) = transfer else { break }
            sent += count
        }
        return sent
    }

    func send(_ text: String) {
        send(utf8(text))
    }

    private func readable() {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let transfer = unsafe bytes.withUnsafeMutableBytes { unsafe Descriptor.read(number, into: $0) }
        let ready = state.withLock { state -> CheckedContinuation<Void, Never>? in
            switch transfer {
            case .wouldBlock: return nil
            case .bytes(let count) where count > 0: state.received.append(contentsOf: bytes[..<count])
            case .bytes, .failed:
                state.isEnded = true
                state.watch?.cancel()
                state.watch = nil
            }
            guard let waiter = state.waiter, state.isEnded || waiter.until(state.received) else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        ready?.resume()
    }

    /// Waits until what was heard satisfies the predicate, or the server has closed; answers all of it.
    func read(until: @escaping @Sendable ([UInt8]) -> Bool) async -> String {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.isEnded || until(state.received) { return true }
                state.waiter = (until, continuation)
                return false
            }
            if isReady { continuation.resume() }
        }
        return String(decoding: state.withLock { $0.received }, as: UTF8.self)
    }

    func read(until text: String) async -> String {
        await read { String(decoding: $0, as: UTF8.self).contains(text) }
    }

    func readToEnd() async -> String {
        await read { _ in false }
    }

    /// Stops listening, so that the server finds its path blocked.
    func pauseReading() async {
        let watch = state.withLock { $0.watch }
        await loop.settle { watch?.disable() }
    }

    func resumeReading() {
        state.withLock { $0.watch }?.enable()
    }

    func finishSending() {
        StreamSocket.finishSending(number)
    }

    /// Closes; to be called once.
    func close() {
        let watch = state.withLock { state in
            defer { state.watch = nil }
            return state.watch
        }
        let number = number
        let isAccepted = loop.execute {
            watch?.cancel()
            _ = Descriptor(owning: number)
        }
        if !isAccepted { _ = Descriptor(owning: number) }
    }
}
