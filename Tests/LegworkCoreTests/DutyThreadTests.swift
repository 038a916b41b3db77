import Glibc
import LegworkCore
import LegworkTestKit
import Synchronization
import Testing

@Suite("A thread with a duty")
struct DutyThreadTests {
    /// The threads that a duty has seen.
    private final class Seen: Sendable {
        private let list = Lock<[UInt]>([])

        var threads: [UInt] { list.withLock { $0 } }

        @inline(never)
        func note() {
            let thread = UInt(pthread_self())
            list.withLock { $0.append(thread) }
        }
    }

    @Test("runs all of it, whatever it awaits, and sleeps itself")
    func ownThread() async throws {
        let (seen, signal) = (Seen(), TestSignal())
        let duty = DutyThread.run { thread in
            seen.note()
            await signal.wait()
            seen.note()
            for milliseconds in [0, 1, 2] {
                await thread.sleep(for: .milliseconds(milliseconds))
                seen.note()
            }
        }
        signal.fire()
        try await #require(duty).value
        #expect(seen.threads.count == 5)
        #expect(Set(seen.threads).count == 1)
    }

    @Test("ends when it is cancelled, before it sleeps, while it does, or by any clock", arguments: [true, false])
    func cancelled(isMockClock: Bool) async throws {
        let (began, mayGoOn) = (TestSignal(), TestSignal())
        let clock: any TaskClock = isMockClock ? MockClock() : SystemClock()
        let early = try #require(
            DutyThread.run { thread in
                await mayGoOn.wait()
                await clock.sleep(until: clock.uptime + .seconds(3600), on: thread)
            }
        )
        early.cancel()
        mayGoOn.fire()
        await early.value
        let late = try #require(
            DutyThread.run { thread in
                began.fire()
                while !Task.isCancelled { await clock.sleep(until: clock.uptime + .seconds(3600), on: thread) }
            }
        )
        await began.wait()
        late.cancel()
        await late.value
    }
}
