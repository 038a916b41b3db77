import LegworkCore
import LegworkEventLoop
import Synchronization

/// A socket that accepts connections.
final class HTTPListener: Sendable {
    private struct State {
        var watch: EventLoop.Watch?
        var isClosed = false
    }

    private let descriptor: Descriptor
    private let path: String?
    private let identity: (device: UInt64, inode: UInt64)?
    private let state = Lock(State())

    /// What lets those who come here speak TLS; nil where they speak plainly.
    let tls: TLSSource?

    init(descriptor: consuming Descriptor, path: String?, tls: TLSSource? = nil) {
        self.descriptor = descriptor
        self.tls = tls
        self.path = path
        identity = path.flatMap { StreamSocket.identity(of: $0) }
    }

    var number: Int32 { descriptor.number }
    var isUnix: Bool { path != nil }

    func start(on loop: EventLoop, accept: @escaping @Sendable () -> Void) throws(SystemError) {
        let watch = try loop.watch(descriptor: number, for: .read, handler: accept)
        state.withLock { $0.watch = watch }
    }

    /// Descriptors have run out: level-triggered readiness would spin until one is free.
    func pause(for time: Duration, on loop: EventLoop) {
        let watch = state.withLock { $0.watch }
        watch?.disable()
        _ = try? loop.schedule(after: time) { watch?.enable() }
    }

    func close() {
        let watch = state.withLock { state in
            state.isClosed = true
            defer { state.watch = nil }
            return state.watch
        }
        watch?.cancel()
        StreamSocket.disconnect(number)
        if let path, let identity { StreamSocket.remove(path, ifStill: identity) }
    }
}
