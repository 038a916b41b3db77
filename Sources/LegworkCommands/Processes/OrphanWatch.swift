package import LegworkEventLoop

/// Tells which children of this process came to it as orphans of its commands, and are its duty to reap. Pure.
///
/// It must never take the status of a child that other code in this process has started and waits for. What is certain: a direct child
/// is either in this process's session or leads its own, so a child in a third session is an orphan. A session leader may be either; it
/// is taken for an orphan when it stays a zombie for longer than anybody would wait who wants its status.
package struct OrphanWatch: Sendable {
    /// How long a zombie that leads its session is left to somebody else.
    package static let patience = Duration.seconds(10)

    private var zombies: [ProcessIdentity: Duration] = [:]

    /// Has seen nothing yet.
    package init() {}

    /// Looks at the children.
    ///
    /// - Parameters:
    ///   - children: all children of this process, but for its own commands.
    ///   - session: this process's session.
    ///   - now: a time that never goes back.
    /// - Returns: whom to reap now, and whether there are others that may have to be reaped later.
    package mutating func look(
        at children: [ProcessTable.Entry],
        session: Int32,
        now: Duration
    ) -> (reap: [Int32], isMoreToCome: Bool) {
        var reap: [Int32] = []
        var doubtful: [ProcessIdentity: Duration] = [:]
        var isMoreToCome = false
        for child in children where child.session != session {
            guard child.isZombie else {
                isMoreToCome = true
                continue
            }
            if child.session != child.pid {
                reap.append(child.pid)
                continue
            }
            let since = zombies[child.identity] ?? now
            if now - since >= Self.patience {
                reap.append(child.pid)
            } else {
                doubtful[child.identity] = since
                isMoreToCome = true
            }
        }
        zombies = doubtful
        return (reap, isMoreToCome)
    }
}
