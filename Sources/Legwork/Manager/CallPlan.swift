import LegworkCore

/// When a call is recorded and how long its caller waits.
enum CallPlan: Sendable, Hashable {
    /// Recorded when the window has passed, if there is one.
    case lazy(window: Duration?)
    /// Recorded before it starts; the caller waits for the window.
    case eager(window: Duration?)
    /// Recorded before it starts; the caller does not wait.
    case background

    /// Decides.
    ///
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` for a window that makes no sense.
    init(_ tool: RegisteredTool, _ options: CallOptions?, window standard: Duration) throws(TaskManagerError) {
        if let window = options?.window {
            guard window >= .zero, window <= TaskManagerConfiguration.maximumWait else {
                let longest = TaskManagerConfiguration.maximumWait.milliseconds / 1000
                throw TaskManagerError(.invalidArgument, "the window must be between 0 and \(longest) seconds, not \(window.seconds)")
            }
        }
        let window: Duration?
        switch tool.background {
        case .always:
            self = .background
            return
        case .never: window = nil
        case .onRequest, .automatic:
            if options?.inBackground == true {
                self = .background
                return
            }
            if case .automatic(let ownWindow) = tool.background {
                window = options?.window ?? ownWindow ?? standard
            } else {
                window = nil
            }
        }
        self = tool.durability == .eager || options?.needsRecord == true ? .eager(window: window) : .lazy(window: window)
    }

    /// How long the caller waits.
    var window: Duration? {
        switch self {
        case .lazy(let window), .eager(let window): window
        case .background: nil
        }
    }

    /// What becomes of a call whose caller leaves now. A call of a tool that is ``BackgroundPolicy/never`` in the background is cancelled.
    static func whenCallerLeaves(_ tool: RegisteredTool, _ options: CallOptions) -> CallOptions.CallerLeaves {
        if case .never = tool.background { return .cancel }
        return options.decideWhenCallerLeaves?() ?? options.whenCallerLeaves
    }
}

extension CallOptions {
    /// Whether the call has to be recorded before it starts: a name or a key has to be unique from the start, and only the store can say
    /// whether it is.
    fileprivate var needsRecord: Bool {
        isRecorded || name != nil || id != nil || idempotencyKey != nil || flightKey != nil || keepsUntilRead
            || !redirects.isEmpty
    }
}
