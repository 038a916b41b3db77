/// What a process can say about another one that holds leases.
package enum NodeLiveness: Sendable, Hashable {
    /// Its process has ended.
    case gone
    /// Its process lives.
    case alive
    /// It cannot be seen from here; only the end of its leases tells.
    case unknown

    /// Looks at a node from this process.
    package static func of(_ node: NodeID) -> NodeLiveness {
        guard let here = NodeOrigin.ofThisProcess, let there = NodeOrigin(node) else { return .unknown }
        return of(there, seenFrom: here, looking: ProcessSighting.init(of:))
    }

    /// Judges a process.
    ///
    /// - Parameters:
    ///   - there: the process.
    ///   - here: the one that looks.
    ///   - look: what is to be seen of a pid here.
    package static func of(_ there: NodeOrigin, seenFrom here: NodeOrigin, looking look: (Int32) -> ProcessSighting) -> NodeLiveness {
        guard there.boot == here.boot else {
            // The machine has started again since, if it is the same machine.
            return there.machine == here.machine && there.machine != 0 ? .gone : .unknown
        }
        // Another container of the machine, perhaps: its pids are not ours.
        guard there.namespace == here.namespace else { return .unknown }
        return switch look(there.pid) {
        case .running(let startTime): startTime == there.startTime ? .alive : .gone
        case .absent: .gone
        case .hidden: .unknown
        }
    }
}

/// What is to be seen of a pid.
package enum ProcessSighting: Sendable, Hashable {
    /// A process has it that started at this time, in ticks since the machine did.
    case running(startTime: UInt64)
    /// No process has it, or one that has ended and whose end nobody has asked for yet.
    case absent
    /// There may be one that this process must not see.
    case hidden
}
