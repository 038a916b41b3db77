#if TSAN
    import Glibc

    /// A mutual-exclusion lock that owns the value it guards, as the thread sanitizer can see it.
    ///
    /// `Synchronization.Mutex` is a futex that the sanitizer does not know, and it then reports races that are none.
    @safe public final class Lock<Value: ~Copyable>: @unchecked Sendable {
        private let mutex: UnsafeMutablePointer<pthread_mutex_t>
        private let storage: UnsafeMutablePointer<Value>

        /// Wraps a value in an unlocked lock.
        public init(_ value: consuming sending Value) {
            unsafe mutex = .allocate(capacity: 1)
            unsafe pthread_mutex_init(mutex, nil)
            unsafe storage = .allocate(capacity: 1)
            unsafe storage.initialize(to: value)
        }

        deinit {
            unsafe pthread_mutex_destroy(mutex)
            unsafe mutex.deallocate()
            unsafe storage.deinitialize(count: 1)
            unsafe storage.deallocate()
        }

        /// Runs a body with exclusive access to the value.
        public func withLock<Result: ~Copyable, E: Error>(
            _ body: (inout sending Value) throws(E) -> sending Result
        ) throws(E) -> sending Result {
            unsafe pthread_mutex_lock(mutex)
            defer { unsafe pthread_mutex_unlock(mutex) }
            return try unsafe body(&storage.pointee)
        }
    }
#else
    public import Synchronization

    /// A mutual-exclusion lock that owns the value it guards.
    public typealias Lock = Mutex
#endif
