import LegworkCore

/// Whether a failed attempt is followed by another, and when. Pure.
struct RetryPlan: Sendable, Hashable {
    /// What the error wishes.
    enum Wish: Sendable, Hashable {
        case asThePolicySays
        case after(Duration)
        case never
    }

    /// The metadata of a result that says after how many milliseconds the task should be tried again.
    static let retryAfter = "legwork/retry_after_ms"
    /// The metadata of a result that says, being false, that another attempt would fail as well.
    static let retry = "legwork/retry"

    /// A number of 0 to 1 that was drawn for this plan.
    var chance: Double

    /// When the next attempt may begin; nil when there is none.
    func next(for record: TaskRecord, after result: ToolResult?, at now: Timestamp) -> Timestamp? {
        guard let policy = record.terms.retry, record.attempts < policy.attempts, !record.lifecycle.isCancelRequested else { return nil }
        let pause: Duration
        switch Self.wish(of: result) {
        case .never: return nil
        case .after(let duration): pause = duration
        case .asThePolicySays: pause = policy.pause(after: record.attempts, chance: chance)
        }
        let time = now + pause
        // What cannot begin in time need not be tried.
        if let deadline = record.terms.deadline, time >= deadline { return nil }
        return time
    }

    static func wish(of result: ToolResult?) -> Wish {
        guard let meta = result?.meta else { return .asThePolicySays }
        if meta[retry] == false { return .never }
        guard let milliseconds = meta[retryAfter]?.double, milliseconds.isFinite, milliseconds >= 0 else { return .asThePolicySays }
        let most = RetryPolicy.greatestPause.milliseconds
        return .after(.milliseconds(Int64(min(milliseconds, Double(most)))))
    }
}
