import LegworkCore

/// How long one attempt may go on, and whether it shows signs of life. Pure.
///
/// A tool call, a question or a wait for another task that is pending is work that is done elsewhere: the idle limit stands still meanwhile,
/// and begins anew when none is pending. The wall limit goes on.
struct AttemptLimits: Sendable {
    /// The most tool calls that are told apart; more count as one more.
    private static let maximumCalls = 1000

    enum Next: Sendable, Hashable {
        /// A limit is reached.
        case reached(TaskReason)
        /// Nothing will be reached before a time.
        case look(at: Duration)
        /// Nothing will ever be.
        case never
    }

    private let wallEnd: Duration?
    private let idle: Duration?
    private var lastSign: Duration
    private var waits = 0
    private var calls: Set<String> = []
    private var lastReport = ToolReport(progress: nil, message: nil)

    /// Begins.
    ///
    /// - Parameters:
    ///   - limits: zero and nil are no limit.
    ///   - deadline: how long there is until the task's deadline.
    ///   - now: the time since the process began.
    init(_ limits: TaskLimits, deadline: Duration? = nil, at now: Duration) {
        var wall = limits.wall.flatMap { $0 > .zero ? $0 : nil }
        if let deadline { wall = min(wall ?? deadline, max(deadline, .zero)) }
        wallEnd = wall.map { now + $0 }
        idle = limits.idle.flatMap { $0 > .zero ? $0 : nil }
        lastSign = now
    }

    /// Whether there is any limit.
    var isLimited: Bool { wallEnd != nil || idle != nil }

    func next(at now: Duration) -> Next {
        if let wallEnd, wallEnd <= now { return .reached(.wallLimit) }
        var look = wallEnd
        if let idle {
            let isPaused = waits > 0 || !calls.isEmpty
            let end = (isPaused ? now : lastSign) + idle
            if end <= now { return .reached(.idleLimit) }
            look = min(look ?? end, end)
        }
        return look.map(Next.look) ?? .never
    }

    /// Output grew, or an entry was added to the timeline.
    mutating func sign(at now: Duration) { lastSign = now }

    /// The tool reported; the same as before is no sign of life.
    mutating func report(_ report: ToolReport, at now: Duration) {
        var isNew = false
        if let progress = report.progress, progress != lastReport.progress {
            lastReport.progress = progress
            isNew = true
        }
        if let message = report.message, message != lastReport.message {
            lastReport.message = message
            isNew = true
        }
        if isNew { lastSign = now }
    }

    /// A question or a wait for another task begins.
    mutating func beginWait() { waits += 1 }

    mutating func endWait(at now: Duration) {
        waits -= 1
        lastSign = now
    }

    /// A tool call that the task makes begins.
    mutating func callBegan(_ id: String, at now: Duration) {
        if calls.count < Self.maximumCalls { calls.insert(id) }
        lastSign = now
    }

    /// A tool call has ended; one that is not known is no mistake.
    mutating func callEnded(_ id: String, at now: Duration) {
        calls.remove(id)
        lastSign = now
    }
}
