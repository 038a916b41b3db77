import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization
import Testing

@Suite("An event loop", .timeLimit(.minutes(5)))
struct EventLoopBehaviour {
    @Test("runs a task that prefers it on its own thread, before and after a suspension")
    func runsTasks() async throws {
        let loop = try EventLoop(name: "test")
        #expect(!loop.isCurrent)
        let seen = await Task(executorPreference: loop) { () -> [Bool] in
            let first = loop.isCurrent
            await Task.yield()
            return [first, loop.isCurrent]
        }.value
        #expect(seen == [true, true])
        // The release build once moved the question to before the await.
        #expect(!loop.isCurrent)
        loop.stop()
    }

    @Test("runs closures in the order of the calls")
    func keepsOrder() async throws {
        let loop = try EventLoop(name: "order")
        let numbers = Lock<[Int]>([])
        await withCheckedContinuation { continuation in
            for number in 0..<10_000 { loop.execute { numbers.withLock { $0.append(number) } } }
            loop.execute { continuation.resume() }
        }
        let result = numbers.withLock { $0 }
        #expect(result == Array(0..<10_000))
    }

    @Test("takes work from many threads without losing any")
    func manyThreads() async throws {
        let loop = try EventLoop(name: "many")
        let total = await withTaskGroup(of: Int.self) { group in
            for number in 0..<2000 {
                group.addTask {
                    await Task(executorPreference: loop) { loop.isCurrent ? number : -1_000_000 }.value
                }
            }
            return await group.reduce(0, +)
        }
        #expect(total == 1_999_000)
    }

    @Test("runs everything queued before it stops, refuses work afterwards, and can be stopped twice")
    func stops() async throws {
        let loop = try EventLoop(name: "stop")
        let count = Lock(0)
        for _ in 0..<1000 { loop.execute { count.withLock { $0 += 1 } } }
        loop.stop()
        loop.stop()
        #expect(count.withLock { $0 } == 1000)
        #expect(!loop.execute {})
        #expect(throws: SystemError.self) { _ = try loop.schedule(after: .zero) {} }
        // A task that still prefers the loop must end all the same.
        let isOnLoop = await Task(executorPreference: loop) { loop.isCurrent }.value
        #expect(!isOnLoop)
    }

    @Test("ends when the last reference goes, even on its own thread")
    func endsByItself() async throws {
        let released = Signal()
        try await {
            let probe = Probe(released: released)
            var loop: EventLoop? = try EventLoop(name: "own")
            try loop?.schedule(after: .seconds(3600)) { probe.touch() }
            await withCheckedContinuation { continuation in
                let held = loop
                loop = nil
                held?.execute { [held] in
                    _ = held
                    continuation.resume()
                }
            }
        }()
        await released.wait()
    }

    @Test("tells when a descriptor can be read, until the watch is disabled or cancelled")
    func watches() async throws {
        let loop = try EventLoop(name: "read")
        let ends = try Descriptor.pipe(nonblocking: true)
        let reader = Descriptor(owning: ends.read)
        let writer = Descriptor(owning: ends.write)
        let number = reader.number
        let (stream, continuation) = AsyncStream.makeStream(of: UInt8.self)
        let watch = try loop.watch(descriptor: number, for: .read) {
            var byte: [UInt8] = [0]
            let transfer = unsafe byte.withUnsafeMutableBytes { unsafe Descriptor.read(number, into: $0) }
            if transfer == .bytes(1) { continuation.yield(byte[0]) }
        }
        var bytes = stream.makeAsyncIterator()
        write(1, to: writer)
        #expect(await bytes.next() == 1)
        await loop.settle { watch.disable() }
        write(2, to: writer)
        await loop.settle {}
        await loop.settle { watch.enable() }
        #expect(await bytes.next() == 2)
        await loop.settle { watch.cancel() }
        write(3, to: writer)
        await loop.settle {}
        continuation.finish()
        #expect(await bytes.next() == nil)
    }

    @Test("refuses to watch what cannot be watched")
    func refuses() throws {
        let loop = try EventLoop(name: "bad")
        #expect(throws: SystemError.self) { try loop.watch(descriptor: -1, for: .read) {} }
        let file = Descriptor(owning: unsafe open("/etc/passwd", O_RDONLY | O_CLOEXEC))
        #expect(throws: SystemError.self) { try loop.watch(descriptor: file.number, for: .read) {} }
    }

    @Test("fires a timer once, not early, or again and again", arguments: [false, true])
    func timers(repeating: Bool) async throws {
        let loop = try EventLoop(name: "timer")
        let (stream, continuation) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        let start = ContinuousClock.now
        let timer = try loop.schedule(after: .milliseconds(5), repeating: repeating) { continuation.yield(.now) }
        var ticks = stream.makeAsyncIterator()
        let first = try #require(await ticks.next())
        #expect(first - start >= .milliseconds(5))
        if repeating {
            let second = try #require(await ticks.next())
            #expect(second > first)
        }
        timer.cancel()
        await loop.settle {}
        continuation.finish()
    }

    @Test("does not run the handler of a timer that was cancelled on the loop")
    func cancelledTimer() async throws {
        let loop = try EventLoop(name: "cancel")
        let fired = Lock(false)
        await loop.settle {
            let timer = try? loop.schedule(after: .zero) { fired.withLock { $0 = true } }
            timer?.cancel()
        }
        await withCheckedContinuation { continuation in
            _ = try? loop.schedule(after: .milliseconds(2)) { continuation.resume() }
        }
        #expect(!fired.withLock { $0 })
    }

    @Test("lets go of a timer's handler once it has fired")
    func releasesTimer() async throws {
        let loop = try EventLoop(name: "release")
        let released = Signal()
        try {
            let probe = Probe(released: released)
            try loop.schedule(after: .zero) { probe.touch() }
        }()
        await released.wait()
    }

    @Test("looks at descriptors although work keeps queueing work")
    func isFair() async throws {
        let loop = try EventLoop(name: "fair")
        let isDone = Atomic<Bool>(false)
        _ = try loop.schedule(after: .milliseconds(1)) { isDone.store(true, ordering: .relaxed) }
        await Task(executorPreference: loop) {
            while !isDone.load(ordering: .relaxed) { await Task.yield() }
        }.value
    }
}

@Suite("Signals on an event loop", .serialized, .timeLimit(.minutes(5)))
struct EventLoopSignals {
    @Test("arrive as soon as the watch exists, and belong to one loop at a time")
    func signals() async throws {
        let loop = try EventLoop(name: "signal")
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let watch = try loop.onSignal(SIGUSR2) { continuation.yield() }
        kill(getpid(), SIGUSR2)
        var arrivals = stream.makeAsyncIterator()
        #expect(await arrivals.next() != nil)
        let other = try EventLoop(name: "other")
        #expect(throws: SystemError.self) { try other.onSignal(SIGUSR2) {} }
        await loop.settle { watch.cancel() }
        let second = try other.onSignal(SIGUSR2) {}
        second.cancel()
        await other.settle {}
    }
}

/// Tells when it is let go.
final class Probe: Sendable {
    private let released: Signal

    init(released: Signal) {
        self.released = released
    }

    func touch() {}

    deinit { released.send() }
}

/// A sum that many may add to.
final class Counter: Sendable {
    private let sum = Lock(0)

    var value: Int { sum.withLock { $0 } }

    func add(_ number: Int) {
        sum.withLock { $0 += number }
    }
}

/// Something that happens once and can be awaited.
final class Signal: Sendable {
    private let state = Lock<(isSent: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func send() {
        let waiters = state.withLock { state in
            defer { state = (true, []) }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isSent = state.withLock { state in
                if !state.isSent { state.waiters.append(continuation) }
                return state.isSent
            }
            if isSent { continuation.resume() }
        }
    }
}

extension EventLoop {
    /// Runs a closure on the loop and comes back after one more turn of it.
    func settle(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            execute {
                body()
                _ = try? self.schedule(after: .zero) { continuation.resume() }
            }
        }
    }
}

private func write(_ byte: UInt8, to descriptor: borrowing Descriptor) {
    var byte = byte
    _ = unsafe Glibc.write(descriptor.number, &byte, 1)
}
