import LegworkCore

/// How a tool's work ended.
enum ToolOutcome: Sendable, Hashable {
    /// It returned, or threw an error that was made a result.
    case returned(ToolResult)
    /// It stopped because it was asked to.
    case cancelled
    /// It wants to go on later.
    case snoozed(Duration)

    /// The outcome of a tool that threw `CancellationError` of its own accord.
    static let stoppedItself = ToolOutcome.returned(.error("the tool stopped itself, though nobody asked it to"))

    /// The outcome with a result that can be kept.
    func limited(to limit: Int) -> ToolOutcome {
        switch self {
        case .returned(let result): .returned(result.limited(to: limit))
        case .cancelled, .snoozed: self
        }
    }

    /// The outcome of an error that a tool threw: the same words for whoever waits and for the record.
    init(thrown error: any Error) {
        switch error {
        case is CancellationError: self = .cancelled
        case let fault as ProtocolFault: self = .returned(fault.result)
        case let snooze as Snooze: self = .snoozed(snooze.duration)
        case _:
            var result = ToolResult.error(String(describing: error).truncated(toBytes: 64 << 10))
            switch error {
            case let later as RetryAfter:
                result.meta = [RetryPlan.retryAfter: .integer(max(0, later.duration.milliseconds))]
            case is DoNotRetry: result.meta = [RetryPlan.retry: false]
            case _: break
            }
            self = .returned(result)
        }
    }
}
