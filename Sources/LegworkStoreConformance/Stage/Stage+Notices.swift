import LegworkCore

extension Stage {
    /// Posts a notice of a task, from outside its attempt unless a token is given.
    func post(
        _ record: TaskRecord,
        _ text: String,
        kind: Notice.Kind = .event,
        key: String? = nil,
        token: LeaseToken? = nil,
        limit: Int = 64,
        at now: Timestamp = start
    ) async throws -> PostResult {
        let notice = Notice(of: record, kind: kind, text: text, data: ["text": .string(text)], key: key, at: now)
        return try await store.post(NoticePost(notice, token: token, limit: limit))
    }

    /// Posts notices one after the other, which has to succeed, and reads them back.
    func posted(_ record: TaskRecord, _ texts: [String], file: String = #fileID, line: Int = #line) async throws -> [Notice] {
        let sequences = try await texts.asyncMap { text in
            guard case .posted(let sequence) = try await post(record, text) else {
                throw ConformanceFailure("the notice '\(text)' was not posted", file: file, line: line)
            }
            return sequence
        }
        return try await notices(NoticeQuery(in: .operator, task: record.id)).filter { sequences.contains($0.sequence) }
    }

    /// The notices that are not acknowledged.
    func notices(_ query: NoticeQuery = NoticeQuery(in: .operator)) async throws -> [Notice] { try await store.notices(query) }

    /// Moves notices on as the operator, unless another scope is given.
    @discardableResult
    func mark(
        _ selection: NoticeMark.Selection,
        as step: NoticeMark.Step,
        in scope: Scope = .operator,
        session: String? = nil,
        now: Timestamp = start
    ) async throws -> Int {
        try await store.mark(NoticeMark(selection, as: step, in: scope, session: session, now: now))
    }
}
