#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A thread of its own for one duty that must not be late: the cooperative pool stands still when tools block its threads.
///
/// The duty is async like any other code, and what it awaits goes on here. Only a clock of the system would wake it by way of the pool, so
/// it sleeps with ``sleep(for:)``.
@safe package final class DutyThread: TaskExecutor, @unchecked Sendable {
    private struct Sleeper {
        var deadline: ContinuousClock.Instant
        var continuation: CheckedContinuation<Void, Never>
    }

    // A condition variable, because the thread must sleep, and the standard library's mutex has none.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var jobs: [UnownedJob] = []
    private var sleeper: Sleeper?
    /// Whether the duty was cancelled: it sleeps no more.
    private var isCancelled = false
    private var isOver = false

    private init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        #if !canImport(Darwin)
            unsafe pthread_condattr_setclock(&attributes, Self.clock)
        #endif
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs a duty on a thread of its own, which ends with it.
    ///
    /// - Returns: the duty, to be cancelled; nil when there is no further thread.
    package static func run(_ duty: @escaping @Sendable (DutyThread) async -> Void) -> Task<Void, Never>? {
        let thread = DutyThread()
        guard BlockingThread.start({ thread.work() }) == nil else { return nil }
        return Task.detached(executorPreference: thread) {
            await duty(thread)
            thread.end()
        }
    }

    /// Queues a job. Called by Swift.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        withLock { jobs.append(job) }
    }

    /// Sleeps, or returns at once when the duty is cancelled. Only for the duty itself.
    package func sleep(for duration: Duration) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAwake = withLock {
                    if !isCancelled { sleeper = Sleeper(deadline: .now + duration, continuation: continuation) }
                    return isCancelled
                }
                if isAwake { continuation.resume() }
            }
        } onCancel: {
            let sleeper = withLock {
                isCancelled = true
                return self.sleeper.take()
            }
            sleeper?.continuation.resume()
        }
    }

    private func end() { withLock { isOver = true } }

    private func withLock<Value>(_ body: () -> Value) -> Value {
        unsafe pthread_mutex_lock(mutex)
        defer {
            unsafe pthread_cond_signal(condition)
            unsafe pthread_mutex_unlock(mutex)
        }
        return body()
    }

    // MARK: - The thread

    private enum Next {
        case job(UnownedJob)
        case wake(CheckedContinuation<Void, Never>)
        case end
    }

    private func work() {
        while true {
            switch next() {
            case .job(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            case .wake(let continuation): continuation.resume()
            case .end: return
            }
        }
    }

    private func next() -> Next {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if !jobs.isEmpty { return .job(jobs.removeFirst()) }
            if isOver { return .end }
            guard let sleeper else {
                unsafe pthread_cond_wait(condition, mutex)
                continue
            }
            let rest = ContinuousClock.now.duration(to: sleeper.deadline)
            if rest <= .zero {
                self.sleeper = nil
                return .wake(sleeper.continuation)
            }
            var end = Self.time(in: rest)
            unsafe pthread_cond_timedwait(condition, mutex, &end)
        }
    }

    #if canImport(Darwin)
        private static let clock = CLOCK_REALTIME
    #else
        private static let clock = CLOCK_MONOTONIC
    #endif

    private static func time(in duration: Duration) -> timespec {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        // An hour is as good as longer: the deadline is looked at again.
        let (seconds, attoseconds) = min(duration, .seconds(3600)).components
        let nanoseconds = time.tv_nsec + Int(attoseconds / 1_000_000_000)
        time.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        return time
    }
}

extension TaskClock {
    /// Sleeps as ``sleep(until:)`` does, on a thread that has a duty; returns at once when that is cancelled.
    package func sleep(until uptime: Duration, on thread: DutyThread) async {
        if self is SystemClock {
            await thread.sleep(for: uptime - self.uptime)
        } else {
            try? await sleep(until: uptime)
        }
    }
}
