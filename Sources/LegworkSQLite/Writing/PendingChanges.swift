import LegworkCore

/// What follows from the statements of a request once it succeeded: counts to add and ids to tell.
struct PendingChanges {
    private struct Difference {
        var owner: String
        var status: TaskStatus
        var number: Int64
    }

    private struct Key: Hashable {
        var owner: ExactText
        var status: TaskStatus
    }

    /// The ids of the tasks that changed.
    private(set) var changed: [TaskID] = []
    /// Whether a damaged row left it unclear which count it belonged to.
    private(set) var needsRecount = false
    private var differences: [Difference] = []

    mutating func change(_ id: TaskID) { changed.append(id) }

    mutating func count(_ owner: String, _ status: TaskStatus, _ number: Int64) {
        differences.append(Difference(owner: owner, status: status, number: number))
    }

    mutating func move(_ owner: String, from before: TaskStatus, to after: TaskStatus) {
        guard before != after else { return }
        count(owner, before, -1)
        count(owner, after, 1)
    }

    mutating func requireRecount() { needsRecount = true }

    /// Takes over what a request gathered, and empties it for the next.
    mutating func absorb(_ other: inout PendingChanges) {
        changed += other.changed
        differences += other.differences
        needsRecount = needsRecount || other.needsRecount
        other.removeAll()
    }

    mutating func removeAll() {
        changed.removeAll(keepingCapacity: true)
        differences.removeAll(keepingCapacity: true)
        needsRecount = false
    }

    /// What the differences of some statuses in a scope come to.
    func number(of statuses: Set<TaskStatus>, in scope: Scope) -> Int64 {
        differences.lazy
            .filter { statuses.contains($0.status) && scope.includes(Owner($0.owner)) }
            .reduce(0) { $0 + $1.number }
    }

    /// The differences by owner and status, one of each.
    var byOwner: [(owner: String, status: TaskStatus, number: Int64)] {
        var sums: [Key: Int64] = [:]
        for difference in differences {
            sums[Key(owner: ExactText(difference.owner), status: difference.status), default: 0] += difference.number
        }
        return sums.compactMap { $0.value == 0 ? nil : ($0.key.owner.text, $0.key.status, $0.value) }
    }
}
