import Glibc

/// What the callers and the thread of a connection share: the backlog, and a place for the thread to wait at. Callers never wait here.
@safe final class RedisPipeline: @unchecked Sendable {
    // A condition variable, because the thread must sleep until something comes or a time is over.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var backlog: RedisBacklog
    private var isClosed = false
    /// Why there is no connection, while there is none.
    private var fault: RedisError?

    init(_ backlog: RedisBacklog) {
        self.backlog = backlog
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Takes an order in; one that cannot be taken is answered at once.
    func submit(_ order: RedisOrder) {
        let refusal: RedisError? = locked {
            if isClosed { return Self.closed }
            if let refusal = backlog.add(order) { return refusal }
            unsafe pthread_cond_signal(condition)
            return nil
        }
        if let refusal { order.finish(.failure(refusal)) }
    }

    /// Lets nothing more in, and gives up what was not sent.
    func close() {
        let left = locked {
            isClosed = true
            unsafe pthread_cond_signal(condition)
            return backlog.takeAll()
        }
        for order in left { order.finish(.failure(Self.closed)) }
    }

    /// For the thread: waits until something is to be sent; nil once the pipeline is closed.
    func nextBatch() -> [RedisOrder]? {
        while true {
            let (batch, overdue, reason) = locked {
                while backlog.isEmpty, !isClosed { unsafe pthread_cond_wait(condition, mutex) }
                let overdue = backlog.takeOverdue(at: .now)
                return (backlog.takeBatch(), overdue, fault)
            }
            Self.fail(overdue, for: reason)
            if !batch.isEmpty { return batch }
            if locked({ isClosed }) { return nil }
        }
    }

    /// For the thread: notes that there is a connection.
    func connected() {
        locked {
            fault = nil
            backlog.reached()
        }
    }

    /// For the thread: puts back what is to be sent later, waits for a time, and meanwhile gives up what has waited long enough.
    func pause(_ duration: Duration, because fault: RedisError, keeping batch: [RedisOrder]) {
        let end = ContinuousClock.now.advanced(by: duration)
        let keeps = locked {
            self.fault = fault
            if !isClosed { backlog.putBack(batch) }
            return !isClosed
        }
        if !keeps { for order in batch { order.finish(.failure(Self.closed)) } }
        while true {
            let now = ContinuousClock.now
            let (overdue, isOver) = locked {
                let overdue = backlog.takeOverdue(at: now)
                if isClosed || now >= end { return (overdue, true) }
                if overdue.isEmpty { wait(until: min(end, backlog.nextDeadline ?? end)) }
                return (overdue, false)
            }
            Self.fail(overdue, for: fault)
            if isOver { return }
        }
    }

    /// For the thread: gives up what was taken out, and everything that waits.
    func failAll(_ batch: [RedisOrder], for error: RedisError) {
        for order in batch + locked({ backlog.takeAll() }) { order.finish(.failure(error)) }
    }

    private static let closed = RedisError(.closed, "this connection to Redis was closed")

    private static func fail(_ overdue: [RedisOrder], for fault: RedisError?) {
        let error = fault ?? RedisError(.timeout, "Redis answers too slowly: a command waited longer than it may without being sent")
        for order in overdue { order.finish(.failure(error)) }
    }

    private func wait(until instant: ContinuousClock.Instant) {
        let (seconds, attoseconds) = max(.zero, ContinuousClock.now.duration(to: instant)).components
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        time.tv_sec += Int(seconds)
        // A little more, so that who wakes finds the time over.
        time.tv_nsec += Int(attoseconds / 1_000_000_000) + 1000
        if time.tv_nsec >= 1_000_000_000 { (time.tv_sec, time.tv_nsec) = (time.tv_sec + 1, time.tv_nsec - 1_000_000_000) }
        unsafe pthread_cond_timedwait(condition, mutex, &time)
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }
}
