import LegworkCore

/// Chooses operations at random and plays them on two stores.
struct Player {
    static let tools = ["shell", "agent", "fetch"]

    var random: SeededGenerator
    let pair: StorePair
    let owners: [Owner]
    private let queues: [String]
    private let names = ["builder", "tester", "nightly"]
    static let runs = ["run-1", "run-2", "run-3"]
    static let sessions = ["monday", "tuesday"]
    var now = Stage.start
    /// The versions of each task that were seen, the newest last, for commits that come too late.
    private(set) var seen: [TaskID: [TaskRecord]] = [:]
    /// In order of arrival, because a dictionary's order differs from run to run.
    private(set) var ids: [TaskID] = []
    /// The dead letters and the notices that were seen, by their numbers.
    var letters: [Int64] = []
    var notices: [Int64] = []
    /// The versions of each delivery that were seen, the newest last.
    var deliveries: [DeliveryID: [Delivery]] = [:]

    init(seed: UInt64, pair: StorePair) {
        random = SeededGenerator(seed: seed)
        self.pair = pair
        owners = ["one-\(seed)", "two-\(seed)"].map { Owner($0) }
        queues = [TaskRecord.defaultQueue, "slow-\(seed)", "fast"]
    }

    mutating func step() async throws {
        // Now and then the clock goes back.
        now = now + .milliseconds(random.once(in: 20) ? -5000 : random.number(0...2000))
        switch random.number(0...180) {
        case 0..<25: try await insert()
        case 25..<37: try await claim()
        case 37..<70: try await commit()
        case 70..<75: try await renew()
        case 75..<79: try await read()
        case 79..<83: try await find()
        case 83..<91: try await list()
        case 91..<93: try await pair.ask("the counts") { [scope = anyScope()] in try await $0.counts(scope) }
        case 93..<96: try await loseLeases()
        case 96..<100: try await purge()
        case 100..<116: try await send()
        case 116..<127: try await take()
        case 127..<130: try await readLetters()
        case 130..<134: try await replay()
        case 134..<135: try await clearLetters()
        case 135..<144: try await post()
        case 144..<149: try await readNotices()
        case 149..<154: try await mark()
        case 154..<158: try await findFamily()
        case 158..<160: try await cancelRun()
        case 160..<164: try await setQueue()
        case 164..<166: try await pair.ask("the queues") { try await $0.queues() }
        case 166..<174: try await deliver()
        case 174..<177: try await readDeliveries()
        case _:
            let query = WaitingQuery(at: now, limit: random.number(0...5))
            try await pair.ask("what waits") { try await $0.waiting(query) }
        }
    }

    // MARK: Writing

    private mutating func insert() async throws {
        var draft = Draft()
        draft.id = random.once(in: 30) ? random.perhaps(ids, nilOnceIn: 2) ?? newID() : newID()
        draft.owner = random.pick(owners)
        draft.tool = random.pick(Self.tools)
        draft.title = "Task \(random.number(0...9))"
        draft.name = random.perhaps(names, nilOnceIn: 2)
        draft.key = random.once(in: 3) ? "key-\(random.number(0...4))" : nil
        draft.queue = random.pick(queues)
        draft.priority = random.number(-1...1)
        draft.notBefore = random.once(in: 4) ? now + .milliseconds(random.number(-2000...9000)) : nil
        draft.parent = random.perhaps(ids, nilOnceIn: 2)
        draft.run = random.perhaps(Self.runs, nilOnceIn: 2)
        draft.session = random.perhaps(Self.sessions, nilOnceIn: 2)
        draft.flight = random.once(in: 5) ? "flight-\(random.number(0...2))" : nil
        draft.hasInbox = random.once(in: 2)
        draft.keepsUntilRead = random.once(in: 5)
        draft.limitKey = random.once(in: 3) ? "key-\(random.number(0...2))" : nil
        draft.deadline = random.once(in: 6) ? now + .milliseconds(random.number(0...9000)) : nil
        draft.queueLimit = random.once(in: 6) ? .milliseconds(random.number(0...9000)) : nil
        draft.retry = random.once(in: 6) ? RetryPolicy(attempts: random.number(1...5)) : nil
        draft.metadata = random.once(in: 5) ? ["agent": .integer(Int64(random.number(0...9)))] : [:]
        draft.arguments = [
            "n": .integer(Int64(random.number(0...99))), "text": .string(String(repeating: "x", count: random.number(0...300))),
        ]
        draft.createdAt = now
        if random.once(in: 4) {
            draft.lifecycle = .promoted
            draft.lease = random.once(in: 5) ? nil : newLease()
        }
        var request = draft.request
        for _ in 0..<random.number(0...3) { request.events.append(request.record.newEvent(.message, at: now, text: "at the start")) }
        let final = request
        let result = try await pair.ask("the insert of \(draft.id)") { try await $0.insert(final) }
        switch result {
        case .inserted: note(final.record)
        case .existing(let record), .nameTaken(let record): note(record)
        case .refused, nil: break
        }
    }

    private mutating func claim() async throws {
        let named = random.once(in: 3) ? [] : queues.filter { _ in random.once(in: 2) }
        var request = ClaimRequest(lease: newLease(), queues: named, limit: random.number(0...3), now: now)
        if random.once(in: 3) {
            let rate = random.once(in: 3) ? RateLimit(1, per: .seconds(1)) : nil
            let policy = QueuePolicy(perOwner: random.number(1...2), perTool: random.number(1...2), perKey: 1, rate: rate)
            request.gate = QueueGate([:], others: policy)
        }
        for record in try await pair.ask("the claim", { try await $0.claim(request) }) ?? [] { note(record) }
    }

    private mutating func setQueue() async throws {
        let state: QueueState = random.once(in: 3) ? .open : random.once(in: 2) ? .paused : .draining
        let update = QueueUpdate(random.pick(queues), state, now: now)
        try await pair.ask("the queue \(update)") {
            try await $0.set(update)
            return true
        }
    }

    private mutating func commit() async throws {
        guard let versions = random.perhaps(ids, nilOnceIn: 50).flatMap({ seen[$0] }), let newest = versions.last else { return }
        let base = random.once(in: 8) ? random.pick(versions) : newest
        var next = base
        var events: [TaskEvent] = []
        var notices: [Notice] = []
        var deliveries: [Delivery] = []
        changeExtras(of: &next)
        if random.once(in: 3) { next.statusMessage = "step \(random.number(0...9))" }
        if random.once(in: 4) {
            next.progress = TaskProgress(done: Double(random.number(0...100)) / 7, total: random.once(in: 2) ? 100 : nil)
        }
        if random.once(in: 5) { next.checkpoint = random.once(in: 3) ? nil : ["at": .integer(Int64(random.number(0...9)))] }
        if random.once(in: 9) { next.priority = random.number(-1...1) }
        if random.once(in: 12) { next.queue = random.pick(queues) }
        if random.once(in: 12) { next.notBefore = random.once(in: 2) ? nil : now + .milliseconds(random.number(-1000...5000)) }
        if random.once(in: 20) { next.lineage.parent = random.perhaps(ids, nilOnceIn: 3) }
        if random.once(in: 20) { next.lineage.run = random.perhaps(Self.runs, nilOnceIn: 3) }
        if random.once(in: 4) { redirect(&next) }
        if random.once(in: 9) { next.arguments = ["n": .integer(Int64(random.number(0...9)))] }
        if random.once(in: 30) { next.name = random.perhaps(names, nilOnceIn: 4) }
        for _ in 0..<random.number(0...2) { events.append(next.newEvent(.custom, at: now, data: ["n": 1])) }
        let event = random.pick(Self.steps)
        switch event {
        case .completed: next.result = .text("done \(random.number(0...9))", structured: ["ok": true])
        case .failed: next.failure = "it broke"
        case _: break
        }
        if let transition = try? next.apply(event, at: now) {
            events += transition.events
            if !random.once(in: 9) { notices = transition.notices }
            deliveries = transition.deliveries
        }
        if random.once(in: 20) { notices.append(notice(of: next)) }
        // Some events change nothing, and a change without a new version is no change.
        if next.version == base.version { next.touch(at: now) }
        let withdrawing = random.once(in: 5) ? self.deliveries.keys.sorted().filter { $0.task == next.id || random.once(in: 9) } : []
        let final = next
        let change = TaskChange(
            final,
            replacing: base.version,
            token: token(of: base),
            events: events,
            notices: notices,
            deliveries: deliveries,
            withdrawing: withdrawing
        )
        switch try await pair.ask("the commit of \(final.id)", { try await $0.commit(change) }) {
        case .applied: note(try await pair.model.task(TaskLookup(next.id, in: .operator)) ?? next)
        case .stale(let record?): note(record)
        case .stale(nil): forget(next.id)
        case nil: break
        }
    }

    private mutating func renew() async throws {
        var items: [RenewRequest.Item] = []
        for _ in 0..<random.number(0...4) {
            guard let record = random.perhaps(ids, nilOnceIn: 9).flatMap({ seen[$0]?.last }) else { continue }
            items.append(.init(id: record.id, token: token(of: record) ?? newToken()))
        }
        let request = RenewRequest(items, until: now + .milliseconds(random.number(0...8000)))
        try await pair.ask("the renewal") { try await $0.renew(request) }
    }

    private mutating func purge() async throws {
        let statuses = random.once(in: 2) ? [.completed, .failed, .cancelled] : Set([random.pick(TaskStatus.allCases)])
        let before = now + .milliseconds(-random.number(0...4000))
        let request = PurgeRequest(
            in: anyScope(),
            statuses: statuses,
            ids: random.once(in: 4) ? Set((0..<random.number(1...5)).compactMap { _ in random.perhaps(ids, nilOnceIn: 9) }) : nil,
            finishedBefore: before,
            includesKept: random.once(in: 4),
            leaving: random.once(in: 3) ? random.number(0...9) : 0,
            limit: random.once(in: 2) ? random.number(0...4) : 100_000
        )
        let purged = try await pair.ask("the purge") { try await $0.purge(request) }
        for id in purged ?? [] { forget(id) }
    }

    // MARK: Reading

    private mutating func read() async throws {
        let scope = anyScope()
        let id = random.perhaps(ids, nilOnceIn: 20) ?? newID()
        let query = EventQuery(of: id, in: scope, after: random.number(0...12), limit: random.number(1...8))
        try await pair.ask("task \(id)") { try await $0.task(TaskLookup(id, in: scope)) }
        try await pair.ask("the timeline of \(id)") { try await $0.events(query) }
    }

    private mutating func find() async throws {
        let key: TaskSearch.Key
        if random.once(in: 2) {
            key = .name(random.pick(names))
        } else {
            let id = random.perhaps(ids, nilOnceIn: 9) ?? newID()
            key = .prefix(String(id.description.prefix(random.number(0...TaskID.length))))
        }
        let search = TaskSearch(key, in: anyScope(), limit: random.number(0...9))
        try await pair.ask("the search \(search)") { try await $0.find(search) }
    }

    private mutating func list() async throws {
        var query = TaskQuery(in: anyScope(), limit: random.number(1...12))
        if random.once(in: 2) { query.statuses = Set(TaskStatus.allCases.filter { _ in random.once(in: 3) }) }
        if random.once(in: 3) { query.tool = random.pick(Self.tools) }
        if random.once(in: 5) { query.parent = random.perhaps(ids, nilOnceIn: 9) }
        if random.once(in: 5) { query.run = random.pick(Self.runs) }
        if random.once(in: 4) { query.queue = random.pick(queues) }
        if random.once(in: 5) { query.reason = random.pick([.toolError, .orphaned, .shutdown, .wallLimit, .cancelForced]) }
        if random.once(in: 4) { query.createdSince = now + .milliseconds(-random.number(0...20_000)) }
        if random.once(in: 6) { query.createdBefore = now + .milliseconds(-random.number(0...20_000)) }
        if random.once(in: 6) { query.name = random.pick(names) }
        if random.once(in: 6) {
            query.idPrefix = random.perhaps(ids, nilOnceIn: 9).map { String($0.description.prefix(random.number(10...31))) }
        }
        for _ in 0..<3 {
            let asked = query
            guard let next = try await pair.ask("the list \(asked)", { try await $0.tasks(asked) })?.next else { return }
            query.cursor = next
        }
    }

    private mutating func loseLeases() async throws {
        let query = LostLeaseQuery(
            expiredBefore: now + .milliseconds(random.number(-3000...3000)),
            notHeldBy: random.once(in: 2) ? NodeID("node-1") : nil,
            gone: random.once(in: 3) ? [NodeID("node-1"), NodeID("node-2")] : [],
            alive: random.once(in: 3) ? [NodeID("node-3")] : [],
            limit: random.number(0...9)
        )
        try await pair.ask("the nodes that hold leases") { try await $0.leaseHolders() }
        for record in try await pair.ask("the lost leases", { try await $0.lostLeases(query) }) ?? [] { note(record) }
    }

    // MARK: Choosing

    private static let steps: [TaskLifecycle.Event] = [
        .completed, .completed, .failed(.toolError), .cancelled, .cancelForced, .inputRequested, .inputProvided, .interrupted(.shutdown),
        .retried(.retry), .retryRequested, .stopped(.orphaned), .resumed, .resumed, .cancelRequested, .limitReached(.queueLimit),
        .limitReached(.wallLimit),
    ]

    mutating func newID() -> TaskID { TaskID.random(using: &random) }

    mutating func newToken() -> LeaseToken { LeaseToken(rawValue: random.next() | 1) }

    private mutating func newLease() -> Lease {
        Lease(token: newToken(), node: NodeID("node-\(random.number(1...3))"), expiresAt: now + .milliseconds(random.number(0...6000)))
    }

    mutating func anyScope() -> Scope { random.once(in: 4) ? .operator : .owner(random.pick(owners)) }

    /// The right token, none, or another.
    mutating func token(of record: TaskRecord) -> LeaseToken? {
        switch random.number(0...9) {
        case 0: newToken()
        case 1...4: nil
        case _: record.lease?.token
        }
    }

    private mutating func note(_ record: TaskRecord) {
        if seen[record.id] == nil { ids.append(record.id) }
        seen[record.id, default: []].append(record)
    }

    private mutating func forget(_ id: TaskID) {
        seen[id] = nil
        ids.removeAll { $0 == id }
    }
}
