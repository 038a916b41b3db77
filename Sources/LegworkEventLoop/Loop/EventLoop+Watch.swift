internal import CLibevent
import Glibc
import LegworkCore
import Synchronization

extension EventLoop {
    /// What a descriptor is watched for.
    public enum Interest: Sendable, Hashable {
        /// There is something to read, the stream has ended, or the descriptor is broken.
        case read
        /// There is room to write, or the descriptor is broken.
        case write
        /// The other side of a socket has closed, even when bytes from before are still unread.
        case closed

        fileprivate var event: Int32 {
            switch self {
            case .read: EV_READ
            case .write: EV_WRITE
            case .closed: EV_CLOSED
            }
        }
    }

    /// A handler's registration with an event loop: a descriptor, a timer or a signal.
    ///
    /// It lives, and keeps its handler alive, until `cancel()`, the one firing of a timer that does not repeat, or the end of the loop. All calls may come from any thread; on the loop's
    /// own thread they take effect at once, from elsewhere soon.
    @safe public final class Watch: @unchecked Sendable {
        // Unowned by design: the registry in the core owns the watch, and a cycle would keep both.
        private weak let core: EventLoopCore?
        private let isCancelled = Atomic<Bool>(false)
        private let interval: timeval?
        /// A timer that fires once is over when it has: otherwise each would stay registered until the loop ends.
        private let isOneShot: Bool
        private nonisolated(unsafe) var event: OpaquePointer?
        private nonisolated(unsafe) var handler: (@Sendable () -> Void)?
        private let onRelease: (@Sendable () -> Void)?

        fileprivate init(
            core: EventLoopCore,
            descriptor: Int32,
            events: Int32,
            interval: timeval?,
            startEnabled: Bool,
            operation: String,
            onRelease: (@Sendable () -> Void)? = nil,
            handler: @escaping @Sendable () -> Void
        ) throws(SystemError) {
            self.core = core
            self.interval = interval
            self.isOneShot = events & EV_PERSIST == 0
            self.onRelease = onRelease
            unsafe self.handler = handler
            unsafe event = nil
            let argument = unsafe Unmanaged.passUnretained(self).toOpaque()
            guard let event = unsafe event_new(core.base, descriptor, Int16(events), eventLoopWatchFired, argument) else {
                throw SystemError(operation: operation, errno: EINVAL)
            }
            unsafe self.event = event
            // Registered before it is added: it may fire on the loop's thread before this function returns.
            let isOpen = core.registry.withLock { registry -> Bool in
                if registry.isClosed { return false }
                registry.watches[ObjectIdentifier(self)] = self
                return true
            }
            guard isOpen else {
                discardEvent()
                throw SystemError(operation: operation, errno: ESHUTDOWN, message: "the event loop has stopped")
            }
            if startEnabled, !add() {
                let error = SystemError.last(operation)
                core.forget(self)
                discardEvent()
                throw error
            }
        }

        /// Ends the watch and lets go of its handler. On the loop's thread the handler never runs again after this; from another
        /// thread it may be running right now. The descriptor must stay open until the watch has ended.
        public func cancel() {
            guard isCancelled.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else { return }
            perform { watch in
                watch.core?.forget(watch)
                watch.release()
            }
        }

        /// Stops looking, until `enable()`: the way to make the other side wait.
        public func disable() {
            perform { if let event = unsafe $0.event { unsafe event_del(event) } }
        }

        /// Looks again after `disable()`. A timer starts its time anew; one that was to fire once and has is over.
        public func enable() {
            perform { watch in
                if !watch.isCancelled.load(ordering: .relaxed) { _ = watch.add() }
            }
        }

        private func add() -> Bool {
            guard let event = unsafe event else { return false }
            guard var interval else { return unsafe event_add(event, nil) == 0 }
            return unsafe event_add(event, &interval) == 0
        }

        private func perform(_ body: @escaping @Sendable (Watch) -> Void) {
            guard let core else { return }
            if core.isCurrent { body(self) } else { _ = core.enqueue { body(self) } }
        }

        fileprivate func fire() {
            if isCancelled.load(ordering: .relaxed) { return }
            // The handler may cancel the watch, which drops it: hold on to it meanwhile.
            let handler = unsafe handler
            if isOneShot { cancel() }
            handler?()
        }

        /// Only on the loop's thread: frees what libevent holds.
        func release() {
            isCancelled.store(true, ordering: .relaxed)
            guard unsafe event != nil else { return }
            discardEvent()
            onRelease?()
        }

        private func discardEvent() {
            if let event = unsafe event { unsafe event_free(event) }
            unsafe event = nil
            unsafe handler = nil
        }
    }

    /// A handler that runs after a time.
    public typealias Timer = Watch

    /// Calls a handler on the loop's thread whenever a descriptor is ready, again and again as long as it is (level-triggered).
    ///
    /// - Parameters:
    ///   - descriptor: stays the caller's; it must outlive the watch.
    ///   - enabled: false to wait for `Watch.enable()`.
    /// - Throws: `SystemError` when the descriptor cannot be watched (a plain file, a closed number) or the loop has stopped.
    public func watch(
        descriptor: Int32,
        for interest: Interest,
        enabled: Bool = true,
        handler: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Watch {
        guard descriptor >= 0 else { throw SystemError(operation: "watch descriptor \(descriptor)", errno: EBADF) }
        return try Watch(
            core: core,
            descriptor: descriptor,
            events: EV_PERSIST | interest.event,
            interval: nil,
            startEnabled: enabled,
            operation: "watch descriptor \(descriptor)",
            handler: handler
        )
    }

    /// Calls a handler on the loop's thread after a time, once or at every such interval.
    ///
    /// - Throws: `SystemError` when the loop has stopped.
    @discardableResult
    public func schedule(
        after delay: Duration,
        repeating: Bool = false,
        handler: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Timer {
        try Watch(
            core: core,
            descriptor: -1,
            events: repeating ? EV_PERSIST : 0,
            interval: timeval(delay),
            startEnabled: true,
            operation: "set a timer",
            handler: handler
        )
    }

    /// Calls a handler on the loop's thread when a signal arrives. Its default action is off from the moment this call returns, and
    /// back when the last watch of the signal is cancelled.
    ///
    /// - Throws: `SystemError` with the code `busy` when another loop watches signals: a process has one such loop at a time.
    public func onSignal(_ number: Int32, handler: @escaping @Sendable () -> Void) throws(SystemError) -> Watch {
        let owner = ObjectIdentifier(core)
        guard SignalOwner.current.take(for: owner) else {
            throw SystemError(operation: "watch signal \(number)", errno: EBUSY, message: "another event loop watches signals already")
        }
        do throws(SystemError) {
            return try Watch(
                core: core,
                descriptor: number,
                events: EV_PERSIST | EV_SIGNAL,
                interval: nil,
                startEnabled: true,
                operation: "watch signal \(number)",
                onRelease: { SignalOwner.current.giveBack(for: owner) },
                handler: handler
            )
        } catch {
            SignalOwner.current.giveBack(for: owner)
            throw error
        }
    }
}

/// Which loop watches signals: libevent can deliver them to one only, and says so just in a log line.
private final class SignalOwner: Sendable {
    static let current = SignalOwner()
    private let state = Lock<(owner: ObjectIdentifier?, count: Int)>((nil, 0))

    func take(for owner: ObjectIdentifier) -> Bool {
        state.withLock { state in
            guard state.owner == nil || state.owner == owner else { return false }
            state = (owner, state.count + 1)
            return true
        }
    }

    func giveBack(for owner: ObjectIdentifier) {
        state.withLock { state in
            guard state.owner == owner else { return }
            state = state.count == 1 ? (nil, 0) : (owner, state.count - 1)
        }
    }
}

extension timeval {
    /// A duration from now, never negative, in whole microseconds rounded up.
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let microseconds = (attoseconds + 999_999_999_999) / 1_000_000_000_000
        guard seconds >= 0, microseconds >= 0 else {
            self.init(tv_sec: 0, tv_usec: 0)
            return
        }
        let whole = min(seconds, 1_000_000_000) + microseconds / 1_000_000
        self.init(tv_sec: Int(whole), tv_usec: Int(microseconds % 1_000_000))
    }
}

/// libevent calls it when a watch fires.
private func eventLoopWatchFired(_: Int32, _: Int16, _ argument: UnsafeMutableRawPointer?) {
    guard let argument = unsafe argument else { return }
    let watch = unsafe Unmanaged<EventLoop.Watch>.fromOpaque(argument).takeUnretainedValue()
    watch.fire()
}
