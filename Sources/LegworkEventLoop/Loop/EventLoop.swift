internal import CLibevent
internal import CLinux
import Glibc
import LegworkCore
import Synchronization

/// One thread that waits for descriptors, timers and signals, and runs Swift tasks between them.
///
/// Give work to it with `Task(executorPreference: loop)`: such a task runs on the loop's thread, so it neither needs a lock for what
/// only that thread touches nor pays for a change of threads. Nothing on the loop may block or compute for long.
///
/// The loop lives until `stop()` or the end of the last reference. Stop what uses it (servers, clients) first.
@safe public final class EventLoop: TaskExecutor, Sendable {
    let core: EventLoopCore

    /// Starts the thread.
    ///
    /// - Parameter name: the thread's name as debuggers show it; 15 bytes of it count.
    /// - Throws: `SystemError` when descriptors, memory or threads have run out.
    public init(name: String) throws(SystemError) {
        core = try EventLoopCore(name: name)
        unsafe core.start(executor: UnownedTaskExecutor(ordinary: self))
        try core.launch()
    }

    deinit {
        core.stop()
    }

    /// Ends the loop: what is queued still runs, watches and timers are cancelled, the thread is joined.
    ///
    /// Calling it again does nothing. On the loop's own thread it cannot wait, and returns at once. Tasks that prefer this loop
    /// afterwards run on Swift's own threads.
    public func stop() {
        core.stop()
    }

    /// Whether the caller runs on the loop's thread.
    public var isCurrent: Bool { core.isCurrent }

    /// Queues a job for the loop's thread. Called by Swift.
    public func enqueue(_ job: consuming ExecutorJob) {
        core.enqueue(UnownedJob(job))
    }

    /// Runs a closure on the loop's thread, soon and in the order of the calls, also when called on that thread.
    ///
    /// - Returns: false when the loop has stopped; the closure is then dropped.
    @discardableResult
    public func execute(_ work: @escaping @Sendable () -> Void) -> Bool {
        core.enqueue(work)
    }

    /// Runs a closure at once when the caller is on the loop's thread, soon otherwise.
    package func perform(_ work: @escaping @Sendable () -> Void) {
        if isCurrent { work() } else { execute(work) }
    }

    /// Makes writing to a pipe that nobody reads an error (`EPIPE`) instead of the death of the process. Process-wide; children are
    /// started with the default again.
    public static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }
}
