import Glibc
package import LegworkEventLoop

/// The steps from asking a command's processes to end to making sure that none is left. Pure: it is shown the living, and says whom to
/// signal and when to look again.
package struct StopLadder: Sendable {
    /// Whom a signal goes to.
    package enum Target: Sendable, Hashable {
        /// The process group that the command leads.
        case group
        /// One process.
        case process(ProcessIdentity)
    }

    /// One signal to be sent.
    package struct Signal: Sendable, Hashable {
        /// Whom it goes to.
        package var target: Target
        /// Which signal.
        package var number: Int32

        /// Describes a signal.
        package init(target: Target, number: Int32) {
            self.target = target
            self.number = number
        }
    }

    /// What comes after the signals.
    package enum Next: Sendable, Hashable {
        /// Look again after a while, or when the command's own process has ended.
        case lookAgain(after: Duration)
        /// Nobody is left.
        case gone
        /// These will not die: they may belong to another user, or hang in the kernel.
        case stuck([ProcessTable.Entry])
    }

    /// What to do now.
    package struct Step: Sendable, Hashable {
        /// Signals in the order in which they are to be sent.
        package var signals: [Signal]
        /// What comes after.
        package var next: Next
    }

    private enum Phase {
        case asking(until: Duration)
        case killing(until: Duration)
    }

    /// How long SIGKILL may take to work.
    private static let patience = Duration.seconds(10)
    /// How long it may take to become certain that nobody is left.
    private static let doubt = Duration.seconds(1)
    private static let shortestPause = Duration.milliseconds(2)
    private static let longestPause = Duration.milliseconds(100)

    private let leader: ProcessIdentity
    private var phase: Phase
    /// Who has been sent SIGTERM.
    private var asked: Set<ProcessIdentity> = []
    private var hasAskedGroup = false
    private var emptySince: Duration?
    private var pause = shortestPause

    /// Stands before the first step.
    ///
    /// - Parameters:
    ///   - grace: the time between SIGTERM and SIGKILL; without any, SIGKILL comes first.
    ///   - now: a time that never goes back.
    package init(leader: ProcessIdentity, grace: Duration, now: Duration) {
        self.leader = leader
        phase = grace > .zero ? .asking(until: now + grace) : .killing(until: now + Self.patience)
    }

    /// Shortens the grace; a longer one than before changes nothing.
    package mutating func hurry(grace: Duration, now: Duration) {
        guard case .asking(let deadline) = phase else { return }
        phase = .asking(until: min(deadline, now + grace))
        pause = Self.shortestPause
    }

    /// Takes a step.
    ///
    /// - Parameters:
    ///   - living: the members of the command's tree that have not ended.
    ///   - isCertain: whether there is nobody else of whom it could not be seen whether he is one.
    package mutating func step(living: [ProcessTable.Entry], isCertain: Bool = true, now: Duration) -> Step {
        if living.isEmpty {
            // The table is no snapshot of one moment: a process born while it was read, by one that died meanwhile, may not be in it.
            if let since = emptySince, isCertain || now - since >= Self.doubt { return Step(signals: [], next: .gone) }
            if emptySince == nil { emptySince = now }
            return Step(signals: [], next: .lookAgain(after: Self.shortestPause))
        }
        emptySince = nil

        if case .asking(let deadline) = phase, now >= deadline {
            phase = .killing(until: now + Self.patience)
            pause = Self.shortestPause
        }
        switch phase {
        case .asking(let deadline):
            return Step(signals: ask(living), next: .lookAgain(after: min(nextPause(), deadline - now)))
        case .killing(let deadline):
            if now >= deadline { return Step(signals: [], next: .stuck(living)) }
            return Step(signals: kill(living), next: .lookAgain(after: nextPause()))
        }
    }

    private mutating func ask(_ living: [ProcessTable.Entry]) -> [Signal] {
        var signals: [Signal] = []
        let isFirst = !hasAskedGroup
        hasAskedGroup = true
        if isFirst, living.contains(where: isInGroup) {
            // A stopped process takes SIGTERM only when it goes on.
            signals = [Signal(target: .group, number: SIGTERM), Signal(target: .group, number: SIGCONT)]
        }
        let pids = Set(living.map(\.pid))
        for entry in living where !asked.contains(entry.identity) {
            if isInGroup(entry) {
                // What a process starts to tidy up after SIGTERM must be left to do so, unless it was left behind: then it may be one
                // that came into being just while the others were asked.
                guard isFirst || !pids.contains(entry.parent) else { continue }
                if isFirst {
                    asked.insert(entry.identity)
                    continue
                }
            }
            asked.insert(entry.identity)
            signals.append(Signal(target: .process(entry.identity), number: SIGTERM))
            signals.append(Signal(target: .process(entry.identity), number: SIGCONT))
        }
        return signals
    }

    private func kill(_ living: [ProcessTable.Entry]) -> [Signal] {
        var signals: [Signal] = []
        if living.contains(where: isInGroup) { signals.append(Signal(target: .group, number: SIGKILL)) }
        for entry in living where !isInGroup(entry) {
            signals.append(Signal(target: .process(entry.identity), number: SIGKILL))
        }
        return signals
    }

    private func isInGroup(_ entry: ProcessTable.Entry) -> Bool { entry.group == leader.pid }

    private mutating func nextPause() -> Duration {
        defer { pause = min(pause * 2, Self.longestPause) }
        return pause
    }
}
