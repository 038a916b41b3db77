import LegworkCore

/// What is to be tidied next, and when to look again. A pure value: it is told the time and what came of each step.
///
/// A round goes through every duty of the policy in small steps, so that no write waits long behind a purge. Rounds follow each other at an
/// interval, and sooner when so many tasks have ended that the most that are kept may be passed.
struct CaretakerPlan: Sendable {
    enum Step: Sendable, Hashable {
        /// Delete these tasks, then say how many there were.
        case purge(PurgeRequest)
        /// Remove the output files whose tasks are gone.
        case sweep
        /// There is nothing to do until this uptime, or until so many tasks have ended.
        case rest(until: Duration)
    }

    private enum Duty: Sendable, Hashable {
        case age(TaskStatus, Duration)
        case count(Int)
        case sweep
    }

    /// The most tasks that one step deletes.
    static let batch = 200
    static let longestInterval = Duration.seconds(600)
    static let shortestInterval = Duration.seconds(10)
    /// The same after a step that failed.
    static let pauseAfterFault = Duration.seconds(60)
    /// After how many ends, at most, a round follows where tasks are counted.
    static let mostEnds = 1000
    /// When files without a task are looked for again: a crash leaves them, and then a start follows; hardly anything else does.
    static let sweepInterval = Duration.seconds(24 * 3600)
    static let endsPerSweep = 10_000

    private let duties: [Duty]
    private let sweeps: Bool
    private let interval: Duration
    private let endsPerRound: Int?

    /// What is left of the round.
    private var round: [Duty] = []
    private var nextRound = Duration.zero
    private var ends = 0
    private var nextSweep = Duration.zero
    private var endsSinceSweep = 0

    /// - Parameters:
    ///   - policy: what is kept.
    ///   - hasOutput: whether there are files.
    init(_ policy: RetentionPolicy, hasOutput: Bool) {
        let ages = TaskStatus.allCases.compactMap { status in policy.age(of: status).map { (status, max(.zero, $0)) } }
        let maximum = policy.maximumFinished.map { max(0, $0) }
        duties = ages.map { .age($0.0, $0.1) } + (maximum.map { [.count($0)] } ?? [])
        sweeps = hasOutput
        interval = min(Self.longestInterval, max(Self.shortestInterval, ages.map(\.1).min() ?? Self.longestInterval))
        endsPerRound = maximum.map { min(Self.mostEnds, max(1, $0 / 10)) }
    }

    /// What to do now.
    mutating func next(now: Timestamp, uptime: Duration) -> Step {
        if round.isEmpty, uptime >= nextRound || endsPerRound.map({ ends >= $0 }) ?? false { begin(at: uptime) }
        return switch round.first {
        case nil: .rest(until: nextRound)
        case .sweep: .sweep
        case .age(let status, let age):
            .purge(PurgeRequest(in: .operator, statuses: [status], finishedBefore: now.earlier(by: age), limit: Self.batch))
        case .count(let count):
            .purge(PurgeRequest(in: .operator, finishedBefore: Timestamp(milliseconds: .max), leaving: count, limit: Self.batch))
        }
    }

    private mutating func begin(at uptime: Duration) {
        round = duties
        ends = 0
        nextRound = uptime + interval
        guard sweeps, uptime >= nextSweep || endsSinceSweep >= Self.endsPerSweep else { return }
        round.append(.sweep)
        endsSinceSweep = 0
        nextSweep = uptime + Self.sweepInterval
    }

    /// Says what came of a purge.
    mutating func purged(_ count: Int) {
        // There may be more.
        if count < Self.batch { endDuty() }
    }

    /// Says that the files were looked through.
    mutating func swept() { endDuty() }

    /// Says that a step failed: the rest of the round is left to the next.
    mutating func failed(at uptime: Duration) {
        if round.contains(.sweep) { nextSweep = uptime }
        round = []
        nextRound = uptime + Self.pauseAfterFault
        // However many have ended meanwhile.
        ends = 0
    }

    /// Counts a task that has ended.
    ///
    /// - Returns: whether it is now time for a round, which nobody knows of yet.
    mutating func taskEnded() -> Bool {
        ends += 1
        endsSinceSweep += 1
        return ends == endsPerRound
    }

    private mutating func endDuty() { if !round.isEmpty { round.removeFirst() } }
}

extension Timestamp {
    /// An earlier point in time, or the first there is.
    func earlier(by duration: Duration) -> Timestamp {
        let (milliseconds, isBeyond) = milliseconds.subtractingReportingOverflow(max(0, duration.milliseconds))
        return Timestamp(milliseconds: isBeyond ? .min : milliseconds)
    }
}
