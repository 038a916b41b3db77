import LegworkCore

/// Notices, families, and what few tasks have.
extension Player {
    mutating func post() async throws {
        let record = random.perhaps(ids, nilOnceIn: 20).flatMap { seen[$0]?.last } ?? Draft.with { $0.id = newID() }.request.record
        let request = NoticePost(notice(of: record), token: token(of: record), limit: random.number(0...3))
        let result = try await pair.ask("the notice of \(record.id)") { try await $0.post(request) }
        switch result {
        case .posted(let sequence), .coalesced(let sequence): notices.append(sequence)
        case .full, .lost, nil: break
        }
    }

    mutating func readNotices() async throws {
        var query = NoticeQuery(in: anyScope(), session: random.perhaps(Self.sessions, nilOnceIn: 2), limit: random.number(1...9))
        if random.once(in: 3) { query.task = random.perhaps(ids, nilOnceIn: 9) }
        if random.once(in: 2) { query.states = Set(Notice.State.allCases.filter { _ in random.once(in: 2) }) }
        if random.once(in: 2) { query.after = random.perhaps(notices, nilOnceIn: 9) ?? 0 }
        let asked = query
        for notice in try await pair.ask("the notices \(asked)", { try await $0.notices(asked) }) ?? [] { notices.append(notice.sequence) }
    }

    mutating func mark() async throws {
        let selection: NoticeMark.Selection =
            switch random.number(0...2) {
            case 0: .sequences((0..<random.number(0...4)).map { _ in random.perhaps(notices, nilOnceIn: 9) ?? 0 })
            case 1: .upTo(random.perhaps(notices, nilOnceIn: 9) ?? 0)
            case _: .task(random.perhaps(ids, nilOnceIn: 9) ?? newID())
            }
        let request = NoticeMark(
            selection,
            as: random.pick(NoticeMark.Step.allCases),
            in: anyScope(),
            session: random.perhaps(Self.sessions, nilOnceIn: 2),
            now: now
        )
        try await pair.ask("\(request)") { try await $0.mark(request) }
    }

    /// What a tool, or somebody who makes a change, might say of a task.
    mutating func notice(of record: TaskRecord) -> Notice {
        Notice(
            of: record,
            kind: random.pick([.event, .event, .event, .inputRequired, .stopped, .completed, .failed]),
            text: random.once(in: 4) ? nil : "word \(random.number(0...9))",
            data: random.once(in: 3) ? ["n": .integer(Int64(random.number(0...9)))] : nil,
            key: random.once(in: 2) ? nil : "key-\(random.number(0...1))",
            at: now
        )
    }

    mutating func findFamily() async throws {
        let id = random.perhaps(ids, nilOnceIn: 20) ?? newID()
        let query = DescendantQuery(of: id, in: anyScope(), limit: random.once(in: 3) ? random.number(0...5) : 1000)
        try await pair.ask("the family of \(id)") { try await $0.descendants(query) }
    }

    mutating func cancelRun() async throws {
        let later: Duration = random.once(in: 5) ? RunCancel.memory : .zero
        let request = RunCancel(random.pick(Self.runs), of: random.pick(owners), now: now + later)
        try await pair.ask("the cancel of a run") { store in
            try await store.cancel(request)
            return true
        }
    }

    mutating func changeExtras(of record: inout TaskRecord) {
        if random.once(in: 9) { record.isPinned = random.once(in: 2) }
        if random.once(in: 9) { record.readAt = now }
        if random.once(in: 15) { record.metadata = ["n": .integer(Int64(random.number(0...9)))] }
        guard random.once(in: 6) else { return }
        switch random.number(0...3) {
        case 0...1: _ = record.ask("why?", schema: random.once(in: 2) ? nil : ["type": "string"], key: nil, at: now)
        case 2: _ = record.answer("input-\(random.number(1...2))", with: random.once(in: 2) ? nil : "so", at: now)
        case _: record.withdraw("input-\(random.number(1...2))")
        }
    }
}
