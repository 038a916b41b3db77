import LegworkCore

/// The rules of waking: whom, when, one call at a time for each, and so many for all. Pure.
struct WakeUpQueue: Sendable {
    private enum Phase: Sendable {
        /// Waits until its time comes.
        case waiting
        /// Its time has come; waits until fewer are being woken.
        case ready
        /// Is being woken; whether there is something new since.
        case waking(isWanted: Bool)
    }

    private struct Entry: Sendable {
        var phase: Phase
        var failures = 0
    }

    private let delay: Duration
    private let firstRetry: Duration
    private let longestRetry: Duration
    private var free: Int
    private var entries: [Owner: Entry] = [:]
    private var waiting = DeadlineQueue<Owner>()
    private var ready: [Owner] = []
    private var readyTaken = 0

    init(_ configuration: WakeUpConfiguration) {
        delay = configuration.delay
        firstRetry = configuration.firstRetry
        longestRetry = configuration.longestRetry
        free = max(1, configuration.concurrency)
    }

    /// When somebody's time comes.
    var nextDue: Duration? { waiting.earliest }

    /// There is something new for an owner.
    mutating func want(_ owner: Owner, at now: Duration) {
        switch entries[owner]?.phase {
        case nil:
            entries[owner] = Entry(phase: .waiting)
            _ = waiting.insert(owner, at: now + delay)
        case .waking: entries[owner]?.phase = .waking(isWanted: true)
        case .waiting, .ready: break
        }
    }

    /// Gives those that are to be woken now.
    mutating func takeDue(at now: Duration) -> [Owner] {
        for owner in waiting.takeDue(at: now) {
            entries[owner]?.phase = .ready
            ready.append(owner)
        }
        let end = min(readyTaken + free, ready.count)
        let due = Array(ready[readyTaken..<end])
        readyTaken = end
        if readyTaken > 64, readyTaken > ready.count / 2 {
            ready.removeFirst(readyTaken)
            readyTaken = 0
        }
        free -= due.count
        for owner in due { entries[owner]?.phase = .waking(isWanted: false) }
        return due
    }

    /// What came of waking.
    enum Outcome: Sendable {
        /// All that there was is told.
        case told
        /// There is more than one call takes.
        case more
        /// The hook threw.
        case failed
    }

    /// An owner has been woken, or not.
    mutating func woke(_ owner: Owner, _ outcome: Outcome, at now: Duration) {
        guard let entry = entries[owner], case .waking(let isWanted) = entry.phase else {
            preconditionFailure("only who is being woken can have been")
        }
        free += 1
        let pause: Duration
        switch outcome {
        case .told where !isWanted:
            entries[owner] = nil
            return
        case .told:
            entries[owner] = Entry(phase: .waiting)
            pause = delay
        case .more:
            entries[owner] = Entry(phase: .waiting)
            pause = .zero
        case .failed:
            // What is new since does not make the hook any better.
            entries[owner] = Entry(phase: .waiting, failures: entry.failures + 1)
            pause = min(firstRetry * (1 << min(entry.failures, 20)), longestRetry)
        }
        _ = waiting.insert(owner, at: now + pause)
    }
}
