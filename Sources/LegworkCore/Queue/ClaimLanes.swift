/// In which order queued tasks are taken: the highest priority first; within one, the owners in turn; of one owner, the oldest first. Pure.
///
/// A lane holds the tasks of one queue, priority, owner, tool and limit key, which may begin or not all alike. What is kept here is where each
/// lane may begin, never which tasks are in it: the store is asked for that. A store that takes back what it told here, with a transaction that
/// comes to nothing, has to add the lanes once more that it was asked for. The cost of a claim grows with the logarithm of the number of owners and lanes, and with how many of them are full, never with how many tasks
/// wait.
package struct ClaimLanes {
    /// The part of a lane that is not that of its queue, priority and owner.
    private struct Branch: Hashable {
        var tool: ExactText
        var key: ExactText
    }

    /// A place in a heap. One that is no longer what the lane or owner has is passed over.
    private struct Place<Content>: Comparable {
        var order: Int64
        var content: Content

        static func == (left: Self, right: Self) -> Bool { left.order == right.order }
        static func < (left: Self, right: Self) -> Bool { left.order < right.order }
    }

    private struct OwnerLine {
        /// Whose turn comes first is served first.
        var turn: Int64
        /// Where each lane begins, or before.
        var heads: [Branch: Int64] = [:]
        var lanes = MinHeap<Place<Branch>>()

        mutating func add(_ branch: Branch, at position: Int64) {
            if let head = heads[branch], head <= position { return }
            heads[branch] = position
            lanes.insert(Place(order: position, content: branch))
        }
    }

    /// The owners who have something of one priority in one queue.
    private struct Ring {
        var priority: Int
        var lastTurn: Int64 = 0
        var owners: [ExactText: OwnerLine] = [:]
        var turns = MinHeap<Place<ExactText>>()

        /// Puts an owner behind all others.
        mutating func takeTurn(_ owner: ExactText) {
            lastTurn += 1
            owners[owner]?.turn = lastTurn
            turns.insert(Place(order: lastTurn, content: owner))
        }
    }

    private struct Candidate {
        var lane: ClaimLane
        var position: Int64
    }

    /// By queue, each with its rings, the highest priority first.
    private var queues: [ExactText: [Ring]] = [:]

    package init() {}

    /// The queues in which something may wait.
    package var names: [ExactText] { Array(queues.keys) }

    /// A task joins a lane, or may have. One that is known is no mistake.
    package mutating func add(_ lane: ClaimLane, at position: Int64) {
        var rings = queues.removeValue(forKey: lane.queue) ?? []
        let index = rings.partitioningIndex { $0.priority <= lane.priority }
        if index == rings.count || rings[index].priority != lane.priority { rings.insert(Ring(priority: lane.priority), at: index) }
        if rings[index].owners[lane.owner] == nil {
            rings[index].owners[lane.owner] = OwnerLine(turn: 0)
            rings[index].takeTurn(lane.owner)
        }
        rings[index].owners[lane.owner]?.add(Branch(tool: lane.tool, key: lane.key), at: position)
        queues[lane.queue] = rings
    }

    /// Takes the next tasks.
    ///
    /// - Parameters:
    ///   - limit: the most tasks.
    ///   - names: the queues to take from; empty means every queue.
    ///   - closed: queues that nothing is taken from.
    ///   - gate: which tasks may begin.
    ///   - now: the time.
    ///   - head: finds the first task of a lane whose time has come, from a position on.
    ///   - claim: claims a task; false when it cannot be.
    package mutating func take(
        _ limit: Int,
        of names: [String],
        except closed: Set<ExactText> = [],
        gate: QueueGate?,
        now: Timestamp,
        head: (ClaimLane, Int64) throws(StoreError) -> Int64?,
        claim: (Int64) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var gate = gate
        var left = limit
        var candidates: [Candidate] = []
        for name in names.isEmpty ? Set(queues.keys) : Set(names.map(ExactText.init)) where !closed.contains(name) {
            if let candidate = try first(of: name, gate, now, head) { candidates.append(candidate) }
        }
        while left > 0 {
            let best = candidates.indices.min { left, right in
                let (left, right) = (candidates[left], candidates[right])
                return (right.lane.priority, left.position) < (left.lane.priority, right.position)
            }
            guard let best else { return }
            let chosen = candidates[best]
            if try claim(chosen.position) {
                left -= 1
                gate?.admit(chosen.lane, at: now)
            }
            serve(chosen)
            if left > 0, let next = try first(of: chosen.lane.queue, gate, now, head) {
                candidates[best] = next
            } else {
                candidates.remove(at: best)
            }
        }
    }

    /// The task of a queue whose turn it is.
    private mutating func first(
        of queue: ExactText,
        _ gate: QueueGate?,
        _ now: Timestamp,
        _ head: (ClaimLane, Int64) throws(StoreError) -> Int64?
    ) throws(StoreError) -> Candidate? {
        guard var rings = queues.removeValue(forKey: queue) else { return nil }
        defer {
            rings.removeAll { $0.owners.isEmpty }
            if !rings.isEmpty { queues[queue] = rings }
        }
        for index in rings.indices {
            var aside: [Place<ExactText>] = []
            defer { for place in aside { rings[index].turns.insert(place) } }
            while let place = rings[index].turns.first {
                let owner = place.content
                guard rings[index].owners[owner]?.turn == place.order, var line = rings[index].owners.removeValue(forKey: owner) else {
                    rings[index].turns.removeFirst()
                    continue
                }
                // Also when the store fails meanwhile: an owner who is looked at must not be forgotten.
                defer { if !line.heads.isEmpty { rings[index].owners[owner] = line } }
                var lane = ClaimLane(queue: queue.text, priority: rings[index].priority, owner: owner.text, tool: "", key: "")
                let (position, verdict) = try Self.first(of: &line, &lane, gate, now, head)
                if line.heads.isEmpty {
                    rings[index].turns.removeFirst()
                    continue
                }
                if let position { return Candidate(lane: lane, position: position) }
                if verdict == .queueFull { return nil }
                rings[index].turns.removeFirst()
                aside.append(place)
            }
        }
        return nil
    }

    /// The oldest task of an owner that may begin; its lane is completed.
    private static func first(
        of line: inout OwnerLine,
        _ lane: inout ClaimLane,
        _ gate: QueueGate?,
        _ now: Timestamp,
        _ head: (ClaimLane, Int64) throws(StoreError) -> Int64?
    ) throws(StoreError) -> (Int64?, QueueGate.Verdict) {
        var aside: [Place<Branch>] = []
        defer { for place in aside { line.lanes.insert(place) } }
        while let place = line.lanes.first {
            let branch = place.content
            guard line.heads[branch] == place.order else {
                line.lanes.removeFirst()
                continue
            }
            (lane.tool, lane.key) = (branch.tool, branch.key)
            let verdict = gate?.verdict(lane, at: now) ?? .open
            switch verdict {
            case .open: break
            case .queueFull, .ownerFull: return (nil, verdict)
            case .laneFull:
                line.lanes.removeFirst()
                aside.append(place)
                continue
            }
            let position = try head(lane, place.order)
            if let position, position == place.order { return (position, .open) }
            line.lanes.removeFirst()
            line.heads[branch] = position
            if let position { line.lanes.insert(Place(order: position, content: branch)) }
        }
        return (nil, .laneFull)
    }

    /// A task was taken: its lane begins behind it, and its owner's turn comes after all others.
    private mutating func serve(_ chosen: Candidate) {
        guard let index = queues[chosen.lane.queue]?.firstIndex(where: { $0.priority == chosen.lane.priority }) else { return }
        let branch = Branch(tool: chosen.lane.tool, key: chosen.lane.key)
        queues[chosen.lane.queue]?[index].owners[chosen.lane.owner]?.heads[branch] = nil
        queues[chosen.lane.queue]?[index].owners[chosen.lane.owner]?.add(branch, at: chosen.position + 1)
        queues[chosen.lane.queue]?[index].takeTurn(chosen.lane.owner)
    }
}
