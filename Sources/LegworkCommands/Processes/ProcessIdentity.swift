import LegworkEventLoop

/// One process for good: a pid may be given to another process later, together with its start time it may not.
package struct ProcessIdentity: Sendable, Hashable {
    /// The process id.
    package let pid: Int32
    /// When it started, in clock ticks since the machine did.
    package let startTime: UInt64

    /// Names a process.
    package init(pid: Int32, startTime: UInt64) {
        self.pid = pid
        self.startTime = startTime
    }
}

extension ProcessTable.Entry {
    /// Which process it is.
    package var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTime: startTime) }

    /// Whether it has ended and only waits for its status to be taken.
    package var isZombie: Bool { state == "Z" || state == "X" }
}
