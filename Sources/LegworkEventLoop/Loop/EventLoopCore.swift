internal import CLibevent
internal import CLinux
import Glibc
import LegworkCore
import Synchronization

/// The part of an event loop that its thread keeps alive, so that the loop itself can end when its last user lets go.
///
/// `event_base` is guarded by libevent's own lock (`evthread_use_pthreads`), and freed only when neither thread nor loop refers to it.
@safe final class EventLoopCore: @unchecked Sendable {
    /// What waits to run on the thread.
    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Queue {
        var waiting: [Work] = []
        /// The thread has been told of work and has not yet found the queue empty again.
        var isAwake = false
        var isClosed = false
    }

    private enum Life {
        case created, running(pthread_t), stopping, stopped
    }

    struct Registry {
        var watches: [ObjectIdentifier: EventLoop.Watch] = [:]
        var isClosed = false
    }

    /// So many refills of the queue run before descriptors are looked at again.
    private static let roundsPerTurn = 16

    nonisolated(unsafe) let base: OpaquePointer
    private nonisolated(unsafe) var wakeUp: OpaquePointer?
    private nonisolated(unsafe) var executor: UnownedTaskExecutor?
    private let name: String
    private let threadNumber = Atomic<UInt>(0)
    private let queue = Lock(Queue())
    private let life = Lock(Life.created)
    let registry = Lock(Registry())
    /// Only the loop's thread touches it: the emptied array of the last round, to save its allocation.
    private nonisolated(unsafe) var spare: [Work] = []

    private static let threadSupport: Int32 = {
        // libevent would write to standard error; every failure it can warn about is also a returned one, which is thrown.
        unsafe event_set_log_callback { _, _ in }
        return evthread_use_pthreads()
    }()

    init(name: String) throws(SystemError) {
        self.name = name
        guard Self.threadSupport == 0 else { throw SystemError(operation: "prepare libevent for threads", errno: ENOSYS) }
        guard let configuration = unsafe event_config_new() else { throw SystemError(operation: "create an event loop", errno: ENOMEM) }
        defer { unsafe event_config_free(configuration) }
        // Without these two, a timer set by a long-running handler fires early, by up to the handler's time or 4 ms.
        let flags = EVENT_BASE_FLAG_NO_CACHE_TIME.rawValue | EVENT_BASE_FLAG_PRECISE_TIMER.rawValue
        unsafe event_config_set_flag(configuration, Int32(bitPattern: flags))
        // Work that keeps queueing work must not keep the descriptors waiting.
        unsafe event_config_set_max_dispatch_interval(configuration, nil, 256, 0)
        guard let base = unsafe event_base_new_with_config(configuration) else {
            throw SystemError(operation: "create an event loop", errno: errno == 0 ? ENOMEM : errno)
        }
        unsafe self.base = base
    }

    deinit {
        if let wakeUp = unsafe wakeUp { unsafe event_free(wakeUp) }
        unsafe event_base_free(base)
    }

    /// Says as whom the jobs run. The executor is not retained: a task with a job here retains it.
    func start(executor: UnownedTaskExecutor) {
        unsafe self.executor = executor
    }

    func launch() throws(SystemError) {
        let argument = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe wakeUp = event_new(base, -1, Int16(EV_PERSIST), eventLoopWoke, argument)
        guard unsafe wakeUp != nil else { throw SystemError(operation: "create an event loop", errno: ENOMEM) }
        var thread = pthread_t()
        let retained = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(&thread, nil, eventLoopThread, retained.toOpaque())
        guard code == 0 else {
            unsafe retained.release()
            throw SystemError(operation: "start the thread \(name)", errno: code)
        }
        life.withLock { $0 = .running(thread) }
    }

    // `pthread_self` is declared free of side effects, so that the optimiser would move it across an await.
    @inline(never) var isCurrent: Bool {
        threadNumber.load(ordering: .relaxed) == UInt(pthread_self())
    }

    func forget(_ watch: EventLoop.Watch) {
        registry.withLock { _ = $0.watches.removeValue(forKey: ObjectIdentifier(watch)) }
    }

    // MARK: Queue

    func enqueue(_ job: UnownedJob) {
        if !append(.job(job)) {
            // A task must run somewhere to end.
            globalConcurrentExecutor.enqueue(job)
        }
    }

    func enqueue(_ closure: @escaping @Sendable () -> Void) -> Bool {
        append(.closure(closure))
    }

    private func append(_ work: Work) -> Bool {
        enum Step { case refuse, nothing, wake }
        let step = queue.withLock { queue -> Step in
            if queue.isClosed { return .refuse }
            queue.waiting.append(work)
            if queue.isAwake { return .nothing }
            queue.isAwake = true
            return .wake
        }
        switch step {
        case .refuse: return false
        case .nothing: return true
        case .wake:
            unsafe event_active(wakeUp, Int32(EV_READ), 0)
            return true
        }
    }

    /// Runs what is queued, and what that queues, up to a bound.
    fileprivate func drain() {
        for _ in 0..<Self.roundsPerTurn {
            var batch = unsafe spare
            unsafe spare = []
            let found = queue.withLock { queue -> Bool in
                if queue.waiting.isEmpty {
                    queue.isAwake = false
                    return false
                }
                swap(&batch, &queue.waiting)
                return true
            }
            if found { run(batch) }
            batch.removeAll(keepingCapacity: batch.capacity <= 4096)
            unsafe spare = batch
            if !found { return }
        }
        unsafe event_active(wakeUp, Int32(EV_READ), 0)
    }

    private func run(_ batch: [Work]) {
        for work in batch {
            switch work {
            case .job(let job):
                if let executor = unsafe executor { unsafe job.runSynchronously(on: executor) }
            case .closure(let closure):
                closure()
            }
        }
    }

    // MARK: Thread

    fileprivate func run() {
        threadNumber.store(UInt(pthread_self()), ordering: .relaxed)
        _ = unsafe name.prefix(15).withCString { unsafe clinux_name_thread($0) }
        unsafe event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY)
        let watches = registry.withLock { registry in
            registry.isClosed = true
            defer { registry.watches = [:] }
            return Array(registry.watches.values)
        }
        for watch in watches { watch.release() }
        // Handlers dropped above may queue a last word.
        while true {
            let rest = queue.withLock { queue -> [Work] in
                if queue.waiting.isEmpty { queue.isClosed = true }
                defer { queue.waiting = [] }
                return queue.waiting
            }
            if rest.isEmpty { return }
            run(rest)
        }
    }

    func stop() {
        let thread = life.withLock { life -> pthread_t? in
            switch life {
            case .running(let thread):
                life = .stopping
                return thread
            case .created:
                life = .stopped
                return nil
            case .stopping, .stopped:
                return nil
            }
        }
        guard let thread else { return }
        let base = unsafe UInt(bitPattern: base)
        _ = enqueue { unsafe event_base_loopbreak(OpaquePointer(bitPattern: base)) }
        if isCurrent {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
        life.withLock { $0 = .stopped }
    }
}

/// libevent calls it when there is work.
private func eventLoopWoke(_: Int32, _: Int16, _ argument: UnsafeMutableRawPointer?) {
    guard let argument = unsafe argument else { return }
    let core = unsafe Unmanaged<EventLoopCore>.fromOpaque(argument).takeUnretainedValue()
    core.drain()
}

/// The body of the thread; it owns one reference to the core.
private func eventLoopThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let core = unsafe Unmanaged<EventLoopCore>.fromOpaque(argument).takeRetainedValue()
    core.run()
    return nil
}
