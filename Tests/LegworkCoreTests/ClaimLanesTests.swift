import Testing

@testable import LegworkCore

@Suite("The order of claims")
struct ClaimLanesTests {
    /// The tasks that wait, for which the order is looked up and not computed: what is slow and obviously right.
    private struct Waiting {
        var lane: ClaimLane
        var position: Int64
    }

    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    private static func lane(_ owner: String, priority: Int = 0, tool: String = "shell", key: String = "") -> ClaimLane {
        ClaimLane(queue: "default", priority: priority, owner: owner, tool: tool, key: key)
    }

    private static func take(_ lanes: inout ClaimLanes, _ waiting: inout [Waiting], _ limit: Int, _ gate: QueueGate? = nil) throws
        -> [Waiting]
    {
        var taken: [Waiting] = []
        var left = waiting
        try lanes.take(limit, of: [], gate: gate, now: now) { lane, position in
            left.filter { $0.lane == lane && $0.position >= position }.map(\.position).min()
        } claim: { position in
            guard let index = left.firstIndex(where: { $0.position == position }) else { return false }
            taken.append(left.remove(at: index))
            return true
        }
        waiting = left
        return taken
    }

    @Test(
        "the owners of one priority get equal shares, whatever they have in line, and each is served first come, first served",
        arguments: 0..<20
    )
    func shares(seed: UInt64) throws {
        var random = RandomNumbers(seed: seed)
        var lanes = ClaimLanes()
        var waiting: [Waiting] = []
        let owners = ["ann", "bob", "carl", "dora"]
        for position in 1...400 {
            // One owner has most of the line.
            let owner = random.next() % 3 == 0 ? owners[Int(random.next() % 4)] : "ann"
            let lane = Self.lane(owner, tool: "tool-\(random.next() % 3)", key: random.next() % 2 == 0 ? "key-\(random.next() % 5)" : "")
            waiting.append(Waiting(lane: lane, position: Int64(position)))
            lanes.add(lane, at: Int64(position))
        }
        let all = waiting
        var taken: [Waiting] = []
        while !waiting.isEmpty {
            let some = try Self.take(&lanes, &waiting, Int(random.next() % 7) + 1)
            #expect(!some.isEmpty)
            taken += some
        }
        #expect(taken.count == all.count)
        for owner in owners {
            let mine = taken.filter { $0.lane.owner.text == owner }.map(\.position)
            #expect(mine == mine.sorted(), "\(owner) is served out of order")
        }
        // As long as all have something in line, no two have been served by more than one apart.
        let shortest = owners.map { owner in all.count { $0.lane.owner.text == owner } }.min() ?? 0
        var served: [String: Int] = [:]
        for one in taken.prefix(shortest * owners.count) {
            served[one.lane.owner.text, default: 0] += 1
            let counts = owners.map { served[$0] ?? 0 }
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
        }
    }

    @Test("under a gate no limit is ever passed, and nothing waits that may begin", arguments: 0..<20)
    func gates(seed: UInt64) throws {
        var random = RandomNumbers(seed: seed)
        let policy = QueuePolicy(concurrency: 6, perOwner: 3, perTool: 4, perKey: 2)
        var gate = QueueGate([:], others: policy)
        var lanes = ClaimLanes()
        var waiting: [Waiting] = []
        var executing: [ClaimLane] = []
        for step in 1...600 {
            if random.next() % 2 == 0 {
                let lane = Self.lane(
                    "owner-\(random.next() % 4)",
                    priority: Int(random.next() % 2),
                    tool: "tool-\(random.next() % 3)",
                    key: random.next() % 3 == 0 ? "key-\(random.next() % 2)" : ""
                )
                waiting.append(Waiting(lane: lane, position: Int64(step)))
                lanes.add(lane, at: Int64(step))
            } else if !executing.isEmpty {
                gate.leave(executing.remove(at: Int(random.next() % UInt64(executing.count))))
            }
            for one in try Self.take(&lanes, &waiting, 10, gate) {
                gate.admit(one.lane, at: Self.now)
                executing.append(one.lane)
            }
            func most(_ key: (ClaimLane) -> String) -> Int { Dictionary(grouping: executing, by: key).values.map(\.count).max() ?? 0 }
            #expect(executing.count <= 6)
            #expect(most(\.owner.text) <= 3)
            #expect(most(\.tool.text) <= 4)
            #expect(Dictionary(grouping: executing.filter { !$0.key.text.isEmpty }, by: \.key.text).values.allSatisfy { $0.count <= 2 })
            #expect(waiting.allSatisfy { gate.verdict($0.lane, at: Self.now) != .open }, "something waits that may begin")
        }
    }

    @Test("a task that is passed over because its lane is full keeps its place")
    func keepsPlace() throws {
        var lanes = ClaimLanes()
        var waiting = [Waiting(lane: Self.lane("ann", key: "a"), position: 1), Waiting(lane: Self.lane("ann", key: "a"), position: 2)]
        waiting.append(Waiting(lane: Self.lane("ann", key: "b"), position: 3))
        for one in waiting { lanes.add(one.lane, at: one.position) }
        let gate = QueueGate([:], others: QueuePolicy(perKey: 1))
        #expect(try Self.take(&lanes, &waiting, 5, gate).map(\.position) == [1, 3])
        #expect(try Self.take(&lanes, &waiting, 5).map(\.position) == [2])
    }

    @Test("a store that fails while it is asked makes no task forgotten, and one that takes a claim back adds its lanes again")
    func failing() throws {
        var lanes = ClaimLanes()
        var waiting = (1...4).map { Waiting(lane: Self.lane($0 % 2 == 0 ? "ann" : "bob"), position: Int64($0)) }
        for one in waiting { lanes.add(one.lane, at: one.position) }
        for failing in 1...3 {
            var asked = 0
            #expect(throws: StoreError.self) {
                try lanes.take(4, of: [], gate: nil, now: Self.now) { _, position throws(StoreError) in
                    asked += 1
                    if asked == failing { throw StoreError(.full, "there is no room") }
                    return position
                } claim: { _ in
                    false
                }
            }
            for one in waiting { lanes.add(one.lane, at: one.position) }
        }
        #expect(try Self.take(&lanes, &waiting, 5).map(\.position).sorted() == [1, 2, 3, 4])

        lanes.add(Self.lane("ann"), at: 5)
        waiting = [Waiting(lane: Self.lane("ann"), position: 5)]
        #expect(throws: StoreError.self) {
            try lanes.take(1, of: [], gate: nil, now: Self.now) { _, _ throws(StoreError) in
                throw StoreError(.unavailable, "the disk is away")
            } claim: { _ in
                true
            }
        }
        #expect(try Self.take(&lanes, &waiting, 1).map(\.position) == [5])
    }
}

@Suite("The gate of a queue")
struct QueueGateTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)
    private let lane = ClaimLane(queue: "default", priority: 0, owner: "ann", tool: "shell", key: "a")

    @Test("a rate lets a burst begin, then one for each token")
    func rate() {
        var gate = QueueGate([:], others: QueuePolicy(rate: RateLimit(4, per: .seconds(1), burst: 2)))
        var begun: [Int64] = []
        for millisecond in stride(from: Int64(0), through: 2000, by: 50) {
            let now = start + .milliseconds(millisecond)
            while gate.verdict(lane, at: now) == .open {
                gate.admit(lane, at: now)
                begun.append(millisecond)
            }
        }
        #expect(begun == [0, 0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000])
    }

    @Test("the time of the next token is the time at which the first key may begin, and no token is ever lost")
    func nextToken() {
        var gate = QueueGate([:], others: QueuePolicy(rate: RateLimit(1, per: .seconds(10))))
        #expect(gate.nextToken(after: start) == nil)
        gate.admit(lane, at: start)
        #expect(gate.nextToken(after: start) == start + .seconds(10))
        #expect(gate.nextToken(after: start + .seconds(10)) == nil)
        #expect(gate.verdict(lane, at: start + .seconds(10)) == .open)
    }

    @Test("keys whose bucket is full are forgotten")
    func forgets() {
        var gate = QueueGate([:], others: QueuePolicy(rate: RateLimit(1, per: .seconds(1))))
        for index in 0..<10_000 {
            let lane = ClaimLane(queue: "default", priority: 0, owner: "ann", tool: "shell", key: "key-\(index)")
            gate.admit(lane, at: start + .milliseconds(Int64(index)))
        }
        #expect(gate.knownKeys <= 3000)
    }

    @Test("a wait that is heard of before the end of the one before it leaves no count behind")
    func order() {
        var gate = QueueGate([:], others: QueuePolicy(concurrency: 1, perOwner: 1, perTool: 1, perKey: 1))
        gate.admit(lane, at: start)
        for _ in 0..<3 {
            gate.leave(lane)
            gate.leave(lane)
            gate.reenter(lane)
            #expect(gate.verdict(lane, at: start) == .open)
            gate.reenter(lane)
            #expect(gate.verdict(lane, at: start) != .open)
        }
        gate.leave(lane)
        #expect(gate.verdict(lane, at: start) == .open)
    }

    @Test(
        "a rate beyond all measure is heeded as far as times go",
        arguments: [
            RateLimit(1, per: .seconds(Int64.max), burst: .max), RateLimit(.max, per: .milliseconds(1)),
            RateLimit(1, per: .seconds(Int64.max)),
        ]
    )
    func extremes(rate: RateLimit) {
        var rate = rate
        for count in [rate.count, 0] {
            rate.count = count
            var gate = QueueGate([:], others: QueuePolicy(rate: rate))
            #expect(gate.verdict(lane, at: start) == .open)
            for _ in 0..<3 { gate.admit(lane, at: start) }
            if let next = gate.nextToken(after: start) { #expect(next > start) }
        }
    }

    @Test("a queue without a policy has no limits, and a task without a key none of a key")
    func noLimits() {
        var gate = QueueGate(["other": QueuePolicy(concurrency: 1)])
        #expect(gate.hasLimits)
        for _ in 0..<10 { gate.admit(lane, at: start) }
        #expect(gate.verdict(lane, at: start) == .open)
        #expect(!QueueGate([:]).hasLimits)
        var keys = QueueGate([:], others: QueuePolicy(perKey: 1, rate: RateLimit(1, per: .seconds(60))))
        let bare = ClaimLane(queue: "default", priority: 0, owner: "ann", tool: "shell", key: "")
        for _ in 0..<10 { keys.admit(bare, at: start) }
        #expect(keys.verdict(bare, at: start) == .open)
    }
}

/// Random numbers that are the same each time.
private struct RandomNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state >> 3
    }
}
