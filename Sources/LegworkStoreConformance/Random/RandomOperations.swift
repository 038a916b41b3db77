public import LegworkCore

/// A random sequence of operations, made of a seed and played on two stores at once: every answer has to be the same, and in the end all
/// that can be read.
///
/// Sequences share no owners, so that many can be played on the same two stores one after the other; claims, lost leases and purges still
/// meet what earlier ones left behind. Both stores have to be empty at the beginning and have the same ``TimelineLimit``.
public struct RandomOperations: Sendable {
    /// What the sequence is made of.
    public let seed: UInt64
    /// How many operations it has.
    public let steps: Int

    /// Describes a sequence.
    public init(seed: UInt64, steps: Int = 80) {
        self.seed = seed
        self.steps = steps
    }

    /// Plays the sequence.
    ///
    /// - Parameters:
    ///   - store: the store under test.
    ///   - model: the one that is believed, a ``MemoryTaskStore``.
    /// - Throws: ``ConformanceFailure``, naming seed and step, where the two differ.
    public func play(on store: any TaskStore, and model: any TaskStore) async throws {
        var player = Player(seed: seed, pair: StorePair(store: store, model: model))
        for step in 0..<steps {
            do {
                try await player.step()
            } catch let failure as ConformanceFailure {
                throw ConformanceFailure("seed \(seed), step \(step): \(failure.text)", file: failure.file, line: failure.line)
            }
        }
        do {
            for owner in player.owners { try await player.pair.compareEverything(.owner(owner)) }
        } catch let failure as ConformanceFailure {
            throw ConformanceFailure("seed \(seed), at the end: \(failure.text)", file: failure.file, line: failure.line)
        }
    }

    /// Compares all that the operator can read of two stores.
    public static func compareEverything(in store: any TaskStore, and model: any TaskStore) async throws {
        try await StorePair(store: store, model: model).compareEverything(.operator)
    }
}

/// Two stores that get the same requests.
struct StorePair: Sendable {
    let store: any TaskStore
    let model: any TaskStore

    /// Asks both, and gives the answer if it is the same; nil when both refused in the same way.
    @discardableResult
    func ask<Answer: Equatable & Sendable>(
        _ what: @autoclosure () -> String,
        file: String = #fileID,
        line: Int = #line,
        _ question: (any TaskStore) async throws -> Answer
    ) async throws -> Answer? {
        let expected = try await Self.answer(model, question)
        let actual = try await Self.answer(store, question)
        switch (expected, actual) {
        case (.success(let expected), .success(let actual)):
            try expect(actual, equals: expected, what(), file: file, line: line)
            return actual
        case (.failure(let expected), .failure(let actual)) where expected.code == actual.code:
            return nil
        case _:
            throw ConformanceFailure("\(what()): expected \(expected), got \(actual)", file: file, line: line)
        }
    }

    /// A whole feed, page after page; its places, which need not be the same, aside.
    private static func feed(of store: any TaskStore, _ scope: Scope, limit: Int) async throws -> [[TaskID: TaskEvent]] {
        var entries: [[TaskID: TaskEvent]] = []
        var query = FeedQuery(in: scope, after: .start, limit: limit)
        while true {
            let page = try await store.feed(query)
            entries += page.entries.map { [$0.task: $0.event] }
            guard page.entries.count == limit else { return entries }
            query.after = page.next
        }
    }

    private static func answer<Answer>(
        _ store: any TaskStore,
        _ question: (any TaskStore) async throws -> Answer
    ) async throws -> Result<Answer, StoreError> {
        do {
            return .success(try await question(store))
        } catch let error as StoreError {
            return .failure(error)
        }
    }

    /// Compares counts, lists of every kind, records, timelines, families, inboxes, dead letters and notices of a scope. Messages are given
    /// once more by that, in both stores.
    func compareEverything(_ scope: Scope) async throws {
        try await ask("the counts") { try await $0.counts(scope) }
        var queries = [TaskQuery(in: scope, limit: 1000), TaskQuery(in: scope, limit: 7)]
        for status in TaskStatus.allCases { queries.append(TaskQuery(in: scope, statuses: [status], limit: 100)) }
        for run in Player.runs { queries.append(TaskQuery(in: scope, run: run, limit: 100)) }
        for tool in Player.tools { queries.append(TaskQuery(in: scope, tool: tool, limit: 100)) }
        var ids: [TaskID] = []
        for (index, query) in queries.enumerated() {
            var query = query
            while true {
                let page = try await ask("the list \(query)") { try await $0.tasks(query) }
                if index == 0 { ids += page?.tasks.map(\.id) ?? [] }
                guard let next = page?.next else { break }
                query.cursor = next
            }
        }
        for limit in [1000, 3] {
            try await ask("the feed") { try await Self.feed(of: $0, scope, limit: limit) }
        }
        for id in ids {
            try await ask("task \(id)") { try await $0.task(TaskLookup(id, in: scope)) }
            try await ask("the timeline of \(id)") { try await $0.events(EventQuery(of: id, in: scope)) }
            try await ask("the family of \(id)") { try await $0.descendants(DescendantQuery(of: id, in: scope)) }
            try await compareInbox(of: id, scope)
        }
        try await compareLetters(scope)
        let deliveries = DeliveryQuery(in: scope, limit: DeliveryQuery.maximumLimit)
        try await ask("the deliveries") { try await $0.deliveries(deliveries).deliveries }
        try await ask("how the channels stand") { try await $0.channelStandings(scope) }
        for session in [nil] + Player.sessions { try await compareNotices(scope, session) }
    }

    private func compareInbox(of id: TaskID, _ scope: Scope) async throws {
        let refused = SendRequest(Stage.message(), to: id, in: scope, limit: InboxLimit(count: 0, bytes: 0))
        try await ask("what lies in the inbox of \(id)") { try await $0.send(refused) }
        guard let token = try await model.task(TaskLookup(id, in: scope))?.lease?.token else { return }
        let request = TakeRequest(id, token: token, acknowledging: 0, limit: 1000, maximumDeliveries: .max, now: Stage.start)
        try await ask("the messages of \(id)") { try await $0.take(request) }
    }

    private func compareLetters(_ scope: Scope) async throws {
        var query = DeadLetterQuery(in: scope, limit: 1000)
        while let last = try await ask("the dead letters", { try await $0.deadLetters(query) })?.last { query.after = last.number }
    }

    private func compareNotices(_ scope: Scope, _ session: String?) async throws {
        for states in [Set(Notice.State.allCases), [.pending], [.delivered]] {
            var query = NoticeQuery(in: scope, session: session, states: states, limit: 200)
            while let last = try await ask("the notices \(query)", { try await $0.notices(query) })?.last { query.after = last.sequence }
        }
    }
}
