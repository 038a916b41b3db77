import LegworkCore

/// How a tool's work ended.
enum ToolOutcome: Sendable, Hashable {
    /// It returned, or threw an error that was made a result.
    case returned(ToolResult)
    /// It stopped because it was asked to.
    case cancelled

    /// The outcome of a tool that threw `CancellationError` of its own accord.
    static let stoppedItself = ToolOutcome.returned(.error("the tool stopped itself, though nobody asked it to"))

    /// The outcome with a result that can be kept.
    func limited(to limit: Int) -> ToolOutcome {
        switch self {
        case .returned(let result): .returned(result.limited(to: limit))
        case .cancelled: .cancelled
        }
    }

    /// The outcome of an error that a tool threw: the same words for whoever waits and for the record.
    init(thrown error: any Error) {
        if error is CancellationError {
            self = .cancelled
        } else {
            self = .returned(.error(String(describing: error).truncated(toBytes: 64 << 10)))
        }
    }
}
