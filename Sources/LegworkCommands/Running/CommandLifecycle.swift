/// The rules of one running command: when it is over, and what has to be done before. Pure: no clock, no process.
package struct CommandLifecycle: Sendable {
    /// What happens to a command.
    package enum Event: Sendable, Hashable {
        /// Its own process has ended.
        case processEnded
        /// Its output has ended: nobody holds it open any more.
        case outputEnded
        /// The output was awaited long enough.
        case drainGracePassed
        /// It has run as long as it may.
        case timeLimitReached
        /// Somebody wants it to end.
        case stopRequested(StopReason, grace: Duration)
        /// Nobody is left of what was to be stopped, or nobody who can be killed.
        case treeEnded
    }

    /// What is to be done.
    package enum Action: Sendable, Hashable {
        /// Begin to stop everything that belongs to the command.
        case stopTree(grace: Duration)
        /// Shorten the grace of the stop that has begun.
        case hurry(grace: Duration)
        /// Tell those who stop it that a process has ended.
        case lookAgain
        /// Forget the time limit.
        case forgetTimeLimit
        /// Begin to wait for the end of the output.
        case awaitOutput
        /// Take the status and tell everybody.
        case finish
    }

    private enum Stop {
        case none, climbing, done
    }

    /// The grace of the stop when the time limit is reached.
    private let timeLimitGrace: Duration
    private var hasEnded = false
    private var isOutputComplete = false
    private var isAwaitingOutput = false
    private var hasAwaitedOutput = false
    private var stop = Stop.none

    /// Why it was stopped, if it was.
    package private(set) var stopReason: StopReason?
    /// Whether nothing more happens to it.
    package private(set) var isFinished = false

    /// A command that has just been started.
    package init(timeLimitGrace: Duration) {
        self.timeLimitGrace = timeLimitGrace
    }

    /// Takes an event.
    package mutating func apply(_ event: Event) -> [Action] {
        guard !isFinished else { return [] }
        var actions: [Action] = []
        switch event {
        case .processEnded:
            guard !hasEnded else { break }
            hasEnded = true
            actions.append(.forgetTimeLimit)
            if stop == .climbing { actions.append(.lookAgain) }
        case .outputEnded:
            isOutputComplete = true
        case .drainGracePassed:
            hasAwaitedOutput = true
        case .timeLimitReached:
            // One that has ended in time is not late, even if its output still comes.
            if !hasEnded { actions += begin(.timeLimit, grace: timeLimitGrace) }
        case .stopRequested(let reason, let grace):
            actions += begin(reason, grace: grace)
        case .treeEnded:
            stop = .done
        }
        return actions + settle()
    }

    private mutating func begin(_ reason: StopReason, grace: Duration) -> [Action] {
        switch stop {
        case .none:
            stop = .climbing
            stopReason = reason
            return [.stopTree(grace: grace)]
        case .climbing, .done:
            // Who cancels what is being stopped for another reason gets what he asked for.
            if reason == .cancelled { stopReason = .cancelled }
            return stop == .climbing ? [.hurry(grace: grace)] : []
        }
    }

    private mutating func settle() -> [Action] {
        // A tree that ended without its root ended has a root that cannot be killed.
        let isOver =
            switch stop {
            case .none: hasEnded
            case .climbing: false
            case .done: true
            }
        guard isOver else { return [] }
        if isOutputComplete || hasAwaitedOutput {
            isFinished = true
            return [.finish]
        }
        if isAwaitingOutput { return [] }
        isAwaitingOutput = true
        return [.awaitOutput]
    }
}
