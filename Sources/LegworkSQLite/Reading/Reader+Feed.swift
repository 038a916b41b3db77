import LegworkCore

extension Reader {
    func feed(_ query: FeedQuery) throws(StoreError) -> FeedPage {
        try snapshot { () throws(StoreError) in
            let gone = try feedGap(query.scope)
            guard let asked = query.after?.rawValue else {
                let last = try connection.integer(Self.lastPlace(query.scope)) ?? 0
                return FeedPage([], next: FeedPosition(max(last, gone)), hasGap: false)
            }
            // Every place that was given is that of an entry, or not beyond the gap.
            let given = max(try connection.integer(Self.lastPlace(.operator)) ?? 0, try feedGap(.operator))
            let after = asked > given ? 0 : asked
            let (entries, isTorn) = try entries(query, after: after)
            // At the end there is nothing before the end of the gap that was not read.
            let read = max(after, entries.last?.position.rawValue ?? 0)
            let next = entries.count < query.limit ? max(read, gone) : read
            return FeedPage(entries, next: FeedPosition(next), hasGap: asked > given || after < gone || isTorn)
        }
    }

    /// - Returns: the entries, and whether a damaged one was passed over among them, which nobody reads who goes on behind it.
    private func entries(_ query: FeedQuery, after: Int64) throws(StoreError) -> (entries: [FeedEntry], isTorn: Bool) {
        let range: SQL =
            switch query.scope {
            case .owner(let owner): "INDEXED BY events_by_owner_feed CROSS JOIN tasks t WHERE e.owner = \(owner.name) AND"
            case .operator: "INDEXED BY events_by_feed CROSS JOIN tasks t WHERE"
            }
        let statement = try connection.statement(
            """
            SELECT e.feed, e.position, t.id, e.sequence, e.time, e.kind, e.text, e.data FROM events e \(range)
            e.feed > \(after) AND t.position = e.position ORDER BY e.feed
            """
        )
        defer { statement.reset() }
        var (entries, isTorn): ([FeedEntry], Bool) = ([], false)
        while entries.count < query.limit, try statement.step() {
            let row = statement.row
            // A task whose id is damaged is found by whoever lists it.
            guard let task = TaskID(row.rawText(2)) else {
                isTorn = true
                continue
            }
            do throws(RowDamage) {
                let event = try TaskEvent(row, from: 3)
                entries.append(FeedEntry(position: FeedPosition(row.rawInteger(0)), task: task, event: event))
            } catch {
                isTorn = true
                noteDamage(.event(position: row.rawInteger(1), sequence: row.rawInteger(3)))
            }
        }
        return (entries, isTorn)
    }

    /// As far as which place entries of a scope are gone.
    private func feedGap(_ scope: Scope) throws(StoreError) -> Int64 {
        switch scope {
        case .owner(let owner): try connection.integer("SELECT gone FROM feed_gaps WHERE owner = \(owner.name)") ?? 0
        case .operator: try connection.integer("SELECT gone FROM feed_gaps WHERE owner = 0") ?? 0
        }
    }

    private static func lastPlace(_ scope: Scope) -> SQL {
        switch scope {
        case .owner(let owner):
            "SELECT max(feed) FROM events INDEXED BY events_by_owner_feed WHERE owner = \(owner.name) AND feed > 0"
        case .operator:
            "SELECT max(feed) FROM events INDEXED BY events_by_feed WHERE feed > 0"
        }
    }
}
