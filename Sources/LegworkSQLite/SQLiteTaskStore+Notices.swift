public import LegworkCore

extension SQLiteTaskStore {
    /// Writes a notice of a running task.
    public func post(_ request: NoticePost) async throws(StoreError) -> PostResult {
        let notice = try EncodedNotices([request.notice])
        return try await writing.run(size: notice.row.size) { (writer) throws(StoreError) in try writer.post(request, notice) }
    }

    /// Reads notices.
    public func notices(_ query: NoticeQuery) async throws(StoreError) -> [Notice] {
        try await reading.run { (reader) throws(StoreError) in try reader.notices(query) }
    }

    /// Says how far notices have come.
    public func mark(_ request: NoticeMark) async throws(StoreError) -> Int {
        try await writing.run { (writer) throws(StoreError) in try writer.mark(request) }
    }
}
