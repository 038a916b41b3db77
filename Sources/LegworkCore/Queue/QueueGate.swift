/// Where a task waits, and with whom it shares limits.
package struct ClaimLane: Sendable, Hashable {
    package var queue: ExactText
    package var priority: Int
    package var owner: ExactText
    package var tool: ExactText
    /// The limit key; empty for tasks that have none.
    package var key: ExactText

    package init(queue: String, priority: Int, owner: String, tool: String, key: String) {
        self.queue = ExactText(queue)
        self.priority = priority
        self.owner = ExactText(owner)
        self.tool = ExactText(tool)
        self.key = ExactText(key)
    }

    package init(_ record: TaskRecord) {
        self.init(
            queue: record.queue,
            priority: record.priority,
            owner: record.owner.name,
            tool: record.tool,
            key: record.terms.limitKey ?? ""
        )
    }
}

/// Decides which queued tasks may begin now. Pure: it counts what it was told of, and knows no clock.
///
/// It counts what one process executes; with a store that several share, each has its own.
public struct QueueGate: Sendable {
    /// Why a task may not begin.
    package enum Verdict: Sendable, Hashable {
        case open
        /// No task of its queue may.
        case queueFull
        /// No task of its owner in this queue may.
        case ownerFull
        /// None of its tool or key may.
        case laneFull
    }

    private struct Mark: Hashable {
        var queue: ExactText
        var text: ExactText
    }

    private let policies: [ExactText: QueuePolicy]
    private let others: QueuePolicy
    private var queues: [ExactText: Int] = [:]
    private var owners: [Mark: Int] = [:]
    private var tools: [Mark: Int] = [:]
    private var keys: [Mark: Int] = [:]
    /// For each key when its bucket is full again, in microseconds; those that are full are not kept.
    private var fullAt: [Mark: Int64] = [:]
    private var room = 64

    /// Makes a gate.
    ///
    /// - Parameters:
    ///   - policies: the policies of queues, by name.
    ///   - others: that of every other queue.
    public init(_ policies: [String: QueuePolicy], others: QueuePolicy = .unlimited) {
        self.policies = Dictionary(policies.map { (ExactText($0.key), $0.value) }) { first, _ in first }
        self.others = others
    }

    /// Whether there is anything to decide.
    package var hasLimits: Bool { others != .unlimited || policies.values.contains { $0 != .unlimited } }

    /// How many keys have less than a full bucket, or had when they were last looked at.
    package var knownKeys: Int { fullAt.count }

    private func policy(_ queue: ExactText) -> QueuePolicy { policies[queue] ?? others }

    package func verdict(_ lane: ClaimLane, at now: Timestamp) -> Verdict {
        let policy = policy(lane.queue)
        if let most = policy.concurrency, queues[lane.queue] ?? 0 >= most { return .queueFull }
        if let most = policy.perOwner, owners[Mark(queue: lane.queue, text: lane.owner)] ?? 0 >= most { return .ownerFull }
        if let most = policy.perTool, tools[Mark(queue: lane.queue, text: lane.tool)] ?? 0 >= most { return .laneFull }
        guard !lane.key.text.isEmpty else { return .open }
        let key = Mark(queue: lane.queue, text: lane.key)
        if let most = policy.perKey, keys[key] ?? 0 >= most { return .laneFull }
        if let rate = policy.rate, let full = fullAt[key], !Self.hasToken(rate, full, now) { return .laneFull }
        return .open
    }

    /// A task begins.
    package mutating func admit(_ lane: ClaimLane, at now: Timestamp) {
        count(lane, 1)
        guard !lane.key.text.isEmpty, let rate = policy(lane.queue).rate else { return }
        let key = Mark(queue: lane.queue, text: lane.key)
        let now = now.milliseconds * 1000
        fullAt[key] = max(fullAt[key] ?? now, now) + rate.interval
        guard fullAt.count > room else { return }
        fullAt = fullAt.filter { $0.value > now }
        room = max(64, fullAt.count * 2)
    }

    /// An attempt that was admitted is over, or gives its place back while it waits.
    package mutating func leave(_ lane: ClaimLane) { count(lane, -1) }

    /// An attempt that gave its place back goes on, whether or not there is room: one begins later for it. It takes no token.
    package mutating func reenter(_ lane: ClaimLane) { count(lane, 1) }

    /// When the first key that has no token now gets one; nil when every key has one.
    package func nextToken(after now: Timestamp) -> Timestamp? {
        var first: Int64?
        for (mark, full) in fullAt {
            guard let rate = policy(mark.queue).rate, !Self.hasToken(rate, full, now) else { continue }
            let at = full - rate.depth
            first = min(first ?? at, at)
        }
        return first.map { Timestamp(milliseconds: ($0 + 999) / 1000) }
    }

    private static func hasToken(_ rate: RateLimit, _ full: Int64, _ now: Timestamp) -> Bool {
        full - rate.depth <= now.milliseconds * 1000
    }

    /// Counts what is limited, and nothing else.
    private mutating func count(_ lane: ClaimLane, _ change: Int) {
        let policy = policy(lane.queue)
        if policy.concurrency != nil { Self.add(change, to: &queues, lane.queue) }
        if policy.perOwner != nil { Self.add(change, to: &owners, Mark(queue: lane.queue, text: lane.owner)) }
        if policy.perTool != nil { Self.add(change, to: &tools, Mark(queue: lane.queue, text: lane.tool)) }
        if policy.perKey != nil, !lane.key.text.isEmpty { Self.add(change, to: &keys, Mark(queue: lane.queue, text: lane.key)) }
    }

    /// A count may be below zero for a moment: when an attempt goes on and waits again at once, from two threads, the second wait may be heard
    /// of before the end of the first.
    private static func add<Key: Hashable>(_ change: Int, to counts: inout [Key: Int], _ key: Key) {
        let count = (counts[key] ?? 0) + change
        counts[key] = count == 0 ? nil : count
    }
}
