package import LegworkEventLoop

/// Which processes belong to a command: its session, all that descend from it, and those that left both and still carry its mark.
///
/// Only valid while the command's own process has not been reaped: that keeps its pid, and so the number of its session, from being
/// given to somebody else.
package struct ProcessTree: Sendable {
    /// The command's own process.
    package let leader: ProcessIdentity
    /// The mark in the environment of the command, which most of its descendants inherit.
    package let marker: String
    /// Who was seen to belong. A process whose parents have died can no longer be recognised by its line of descent.
    private var known: Set<ProcessIdentity>

    /// Describes the tree of a command that has just been started.
    package init(leader: ProcessIdentity, marker: String) {
        self.leader = leader
        self.marker = marker
        known = [leader]
    }

    /// Finds the members, zombies included, and remembers them.
    package mutating func members(in snapshot: ProcessSnapshot) -> [ProcessTable.Entry] {
        var members: [ProcessTable.Entry] = []
        var seen: Set<Int32> = []
        var open = known.filter { snapshot[$0.pid]?.identity == $0 }.map(\.pid)
        open += snapshot.session(leader.pid)
        open += snapshot.marked(marker)
        while let pid = open.popLast() {
            guard seen.insert(pid).inserted, let entry = snapshot[pid] else { continue }
            members.append(entry)
            open += snapshot.children(of: pid)
        }
        known = Set(members.map(\.identity))
        known.insert(leader)
        return members
    }

    /// Whether an orphan may belong to it whose mark could not be seen.
    ///
    /// - Parameter adopter: to whom orphans come.
    package func mayHaveMore(in snapshot: ProcessSnapshot, adopter: Int32) -> Bool {
        snapshot.undecided.contains { entry in
            entry.startTime >= leader.startTime && (entry.parent == adopter || entry.parent == 1) && !known.contains(entry.identity)
        }
    }
}
