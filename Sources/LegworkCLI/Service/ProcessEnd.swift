import LegworkCore
import LegworkEventLoop
import Synchronization

/// Waits for the end of a process that need not be a child.
final class ProcessEnd: Sendable {
    private let descriptor: Int32

    /// - Throws: when there is no such process.
    init(pid: Int32) throws {
        descriptor = try ProcessControl.pidfd(of: pid).release()
    }

    deinit { _ = Descriptor(owning: descriptor) }

    func wait(on loop: EventLoop) async {
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        let watch = try? loop.watch(descriptor: descriptor, for: .read) { continuation.finish() }
        for await _ in ends {}
        watch?.cancel()
    }
}
