import LegworkCore
import LegworkEventLoop

/// Waits for the end of a process that need not be a child.
final class ProcessEnd: Sendable {
    private let descriptor: Int32

    /// - Throws: when there is no such process.
    init(pid: Int32) throws {
        descriptor = try ProcessControl.pidfd(of: pid).release()
    }

    deinit { _ = Descriptor(owning: descriptor) }

    /// - Returns: whether it has ended; false when the time is over before.
    func wait(on loop: EventLoop, atMost limit: Duration) async -> Bool {
        let (ends, continuation) = AsyncStream.makeStream(of: Bool.self)
        let watch = try? loop.watch(descriptor: descriptor, for: .read) { continuation.yield(true) }
        let timer = try? loop.schedule(after: limit) { continuation.yield(false) }
        defer {
            watch?.cancel()
            timer?.cancel()
        }
        for await hasEnded in ends { return hasEnded }
        return false
    }
}
