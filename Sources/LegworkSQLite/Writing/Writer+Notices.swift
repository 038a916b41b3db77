import LegworkCore

extension Writer {
    /// Writes the notices of a change of a task. Its end is told once.
    func tell(_ notices: EncodedNotices, of position: Int64) throws(StoreError) {
        for (index, isEnd) in notices.isEnd.enumerated() {
            if isEnd, try connection.integer("SELECT told FROM tasks WHERE position = \(position)") != nil { continue }
            _ = try write(notices, index, of: position)
        }
    }

    private func write(_ notices: EncodedNotices, _ index: Int, of position: Int64) throws(StoreError) -> Int64 {
        let sequence = numbers.notices.take()
        try statements.insertNotice.bind(.integer(sequence), at: 1)
        try statements.insertNotice.run(notices.row, EncodedNotices.fields(index), at: 2)
        if notices.isEnd[index] { try connection.run("UPDATE tasks SET told = \(sequence) WHERE position = \(position)") }
        return sequence
    }

    func post(_ request: NoticePost, _ notice: EncodedNotices) throws(StoreError) -> PostResult {
        var found: (position: Int64, token: Int64?, told: Int64?)?
        let task = request.notice.task.description
        try connection.each("SELECT position, lease_token, told FROM tasks WHERE id = \(task)") { row in
            found = (row.rawInteger(0), row.isNull(1) ? nil : row.rawInteger(1), row.isNull(2) ? nil : row.rawInteger(2))
        }
        guard let found, request.token == nil || found.token == request.token?.stored else { return .lost }
        if request.notice.kind.isTerminal {
            if let told = found.told {
                try connection.run("DELETE FROM notices WHERE sequence = \(told) AND state = 'delivered'")
                guard connection.changes > 0 else { return .coalesced(sequence: told) }
            }
        } else {
            if let said = try coalesce(request.notice, notice) { return .coalesced(sequence: said) }
            if request.notice.kind == .event, try isFull(task, limit: request.limit) { return .full }
        }
        pending.change(request.notice.task)
        return .posted(sequence: try write(notice, 0, of: found.position))
    }

    /// Gives the newest notice of the same key that nobody has taken the words of this one.
    private func coalesce(_ notice: Notice, _ encoded: EncodedNotices) throws(StoreError) -> Int64? {
        guard let key = notice.key else { return nil }
        let said = try connection.integer(
            """
            SELECT sequence FROM notices INDEXED BY notices_by_task
            WHERE task = \(notice.task.description) AND key = \(key) AND kind = \(notice.kind.rawValue) AND state = 'pending'
            ORDER BY sequence DESC LIMIT 1
            """
        )
        guard let said else { return nil }
        let fields = EncodedNotices.coalesced
        try statements.coalesceNotice.bind(.integer(said), at: Int32(fields.count + 1))
        try statements.coalesceNotice.run(encoded.row, fields, at: 1)
        pending.change(notice.task)
        return said
    }

    private func isFull(_ task: String, limit: Int) throws(StoreError) -> Bool {
        guard limit > 0 else { return true }
        let last = try connection.integer(
            "SELECT 1 FROM notices INDEXED BY notices_by_task WHERE task = \(task) AND kind = 'event' LIMIT 1 OFFSET \(limit - 1)"
        )
        return last != nil
    }

    func mark(_ request: NoticeMark) throws(StoreError) -> Int {
        let now = request.now.milliseconds
        var changed = 0
        for range in Self.ranges(request) {
            let statement: SQL =
                switch request.step {
                case .acknowledged:
                    "DELETE FROM notices \(range.index) WHERE \(range.filter)"
                case .pending:
                    """
                    UPDATE notices \(range.index) SET state = 'pending', updated_at = max(updated_at, \(now))
                    WHERE \(range.filter) AND state = 'delivered'
                    """
                case .delivered:
                    """
                    UPDATE notices \(range.index) SET state = 'delivered', updated_at = max(updated_at, \(now))
                    WHERE \(range.filter) AND state = 'pending'
                    """
                }
            try connection.run(statement)
            changed += connection.changes
        }
        return changed
    }

    private static func ranges(_ request: NoticeMark) -> [NoticeRange] {
        let rest: SQL = "\(and: request.scope)\(andFor: request.session)"
        switch request.selection {
        case .sequences(let sequences):
            return Set(sequences).map { NoticeRange(index: "", filter: "sequence = \($0)\(rest)") }
        case .task(let task):
            return [NoticeRange(index: "INDEXED BY notices_by_task", filter: "task = \(task.description)\(rest)")]
        case .upTo(let last):
            let states: Set<Notice.State> =
                switch request.step {
                case .acknowledged: [.pending, .delivered]
                case .pending: [.delivered]
                case .delivered: [.pending]
                }
            return NoticeRange.all(request.scope, request.session, states: states).map { range in
                NoticeRange(index: range.index, filter: "\(range.filter) AND sequence <= \(last)")
            }
        }
    }
}
