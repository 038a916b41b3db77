import LegworkCore

extension Reader {
    func tasks(_ query: TaskQuery) throws(StoreError) -> TaskPage {
        try snapshot { () throws(StoreError) in
            let limit = min(max(1, query.limit), TaskQuery.maximumLimit)
            var merge = try RangeMerge(connection, sources(query))
            defer { merge.reset() }
            var tasks: [TaskSummary] = []
            var last: Int64 = 0
            while let row = try merge.next() {
                let position = row.rawInteger(0)
                guard let summary = summary(row) else { continue }
                if tasks.count == limit { return TaskPage(tasks, next: TaskCursor(position: last)) }
                tasks.append(summary)
                last = position
            }
            return TaskPage(tasks, next: nil)
        }
    }

    /// The ranges of indexes that hold the tasks asked for, each from the newest down. Every status has a range of its own, so that a list
    /// of a few rare statuses reads no others.
    private func sources(_ query: TaskQuery) throws(StoreError) -> [SQL] {
        let (first, end) = (try firstPosition(createdSince: query.createdSince), query.cursor?.position ?? .max)
        let statuses = TaskStatus.allCases.filter { query.statuses.isEmpty || query.statuses.contains($0) }
        let rest: SQL = """
            AND position >= \(first) AND position < \(end)\(Self.filter(query)) ORDER BY position DESC
            """
        if let family = Self.family(query) ?? Self.named(query) {
            // A family is small, as are those of one name, whatever the statuses of its members.
            let list = statuses.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            let wanted = query.statuses.isEmpty ? "" : SQL(stringLiteral: " AND status IN (\(list))")
            return ["\(Self.summary) \(family)\(wanted) \(rest)"]
        }
        if let reason = query.reason { return statuses.map { Self.range(reason.rawValue, $0, query.scope, rest) } }
        return statuses.map { status in
            switch (query.scope, query.tool, query.queue) {
            case (.owner(let owner), let tool?, _):
                """
                \(Self.summary) INDEXED BY tasks_by_owner_tool
                WHERE owner = \(owner.name) AND tool = \(tool) AND status = \(literal: status) \(rest)
                """
            case (.operator, let tool?, _):
                "\(Self.summary) INDEXED BY tasks_by_tool WHERE tool = \(tool) AND status = \(literal: status) \(rest)"
            case (.owner(let owner), nil, let queue?) where queue != TaskRecord.defaultQueue:
                """
                \(Self.summary) INDEXED BY tasks_by_owner_queue
                WHERE owner = \(owner.name) AND queue <> 'default' AND queue = \(queue) AND status = \(literal: status) \(rest)
                """
            case (.operator, nil, let queue?) where queue != TaskRecord.defaultQueue:
                """
                \(Self.summary) INDEXED BY tasks_by_queue
                WHERE queue <> 'default' AND queue = \(queue) AND status = \(literal: status) \(rest)
                """
            case (.owner(let owner), nil, _):
                "\(Self.summary) INDEXED BY tasks_by_owner WHERE owner = \(owner.name) AND status = \(literal: status) \(rest)"
            case (.operator, nil, _):
                "\(Self.summary) INDEXED BY tasks_by_status WHERE status = \(literal: status) \(rest)"
            }
        }
    }

    /// The range of an index that holds the tasks of a reason: those of some are few among very many.
    private static func range(_ reason: String, _ status: TaskStatus, _ scope: Scope, _ rest: SQL) -> SQL {
        switch scope {
        case .owner(let owner):
            """
            \(summary) INDEXED BY tasks_by_owner_reason
            WHERE owner = \(owner.name) AND reason = \(reason) AND status = \(literal: status) \(rest)
            """
        case .operator:
            "\(summary) INDEXED BY tasks_by_reason WHERE reason = \(reason) AND status = \(literal: status) \(rest)"
        }
    }

    /// The range of an index that holds a task's children or a run's members, where these are asked for.
    private static func family(_ query: TaskQuery) -> SQL? {
        switch (query.parent, query.run, query.scope) {
        case (let parent?, _, _): "INDEXED BY tasks_by_parent WHERE parent = \(parent.description)"
        case (nil, let run?, .owner(let owner)): "INDEXED BY tasks_by_owner_run WHERE owner = \(owner.name) AND run = \(run)"
        case (nil, let run?, .operator): "INDEXED BY tasks_by_run WHERE run = \(run)"
        case (nil, nil, _): nil
        }
    }

    /// The range of an index that holds the tasks of a name or with a beginning of an id, where these are asked for.
    private static func named(_ query: TaskQuery) -> SQL? {
        switch (query.idPrefix, query.name, query.scope) {
        // No digit of an id comes after `z`.
        case (let prefix?, _, _): "INDEXED BY tasks_by_id WHERE id >= \(prefix) AND id < \(prefix + "{")"
        case (nil, let name?, .owner(let owner)): "INDEXED BY tasks_by_owner_name WHERE owner = \(owner.name) AND name = \(name)"
        case (nil, let name?, .operator): "INDEXED BY tasks_by_name WHERE name = \(name)"
        case (nil, nil, _): nil
        }
    }

    /// What the row itself has to show beside its place in an index.
    private static func filter(_ query: TaskQuery) -> SQL {
        let isFamily = family(query) != nil || named(query) != nil
        var filter: SQL = ""
        if query.parent != nil || query.run == nil && query.idPrefix != nil { filter = "\(filter)\(and: query.scope)" }
        if let run = query.run, query.parent != nil { filter = "\(filter) AND run = \(run)" }
        if let reason = query.reason, isFamily { filter = "\(filter) AND reason = \(reason.rawValue)" }
        if let tool = query.tool, isFamily || query.reason != nil { filter = "\(filter) AND tool = \(tool)" }
        if let queue = query.queue { filter = "\(filter) AND queue = \(queue)" }
        if let name = query.name { filter = "\(filter) AND name = \(name)" }
        if let prefix = query.idPrefix { filter = "\(filter) AND id >= \(prefix) AND id < \(prefix + "{")" }
        if let end = query.createdBefore { filter = "\(filter) AND created_at < \(end.milliseconds)" }
        if let since = query.createdSince { filter = "\(filter) AND created_at >= \(since.milliseconds)" }
        return filter
    }

    /// A position before which no task was created at the given time or later, found by halving.
    private func firstPosition(createdSince since: Timestamp?) throws(StoreError) -> Int64 {
        guard let since else { return 0 }
        var low: Int64 = 0
        var high = (try connection.integer("SELECT max(position) FROM tasks") ?? 0) + 1
        while low < high {
            let middle = low + (high - low) / 2
            var next: (position: Int64, createdUntil: Int64)?
            try connection.each("SELECT position, created_until FROM tasks WHERE position >= \(middle) ORDER BY position LIMIT 1") { row in
                next = (row.rawInteger(0), row.rawInteger(1))
            }
            if let next, next.createdUntil < since.milliseconds { low = next.position + 1 } else { high = middle }
        }
        return low
    }

    func find(_ search: TaskSearch) throws(StoreError) -> [TaskSummary] {
        guard search.limit > 0 else { return [] }
        return try snapshot { () throws(StoreError) in
            switch search.key {
            case .prefix(let prefix): try find(prefix: prefix, search)
            case .name(let name): try find(name: name, search)
            }
        }
    }

    func descendants(_ query: DescendantQuery) throws(StoreError) -> [TaskSummary]? {
        try snapshot { () throws(StoreError) in
            guard let root = try position(of: query.id, in: query.scope) else { return nil }
            let columns = SQL(stringLiteral: Column.summary.map { "t.\($0.name)" }.joined(separator: ", "))
            // SQLite goes through such a family first in, first out. UNION passes over whom it knows already, so that circles end.
            let statement = try connection.statement(
                """
                WITH RECURSIVE family (position, id) AS (
                    SELECT \(root), \(query.id.description)
                    UNION
                    SELECT child.position, child.id FROM family CROSS JOIN tasks child INDEXED BY tasks_by_parent
                    ON child.parent = family.id\(and: query.scope, column: "child.owner")
                )
                SELECT \(columns) FROM family CROSS JOIN tasks t ON t.position = family.position WHERE family.position <> \(root)
                """
            )
            defer { statement.reset() }
            var found: [TaskSummary] = []
            while found.count < query.limit, try statement.step() {
                if let summary = summary(statement.row) { found.append(summary) }
            }
            return found
        }
    }

    private func find(prefix: String, _ search: TaskSearch) throws(StoreError) -> [TaskSummary] {
        guard TaskID.prefix(from: prefix) == prefix else { return [] }
        // No digit of an id comes after `z`.
        let range: SQL = "\(Self.summary) WHERE id >= \(prefix) AND id < \(prefix + "{")"
        let query: SQL =
            switch search.scope {
            case .owner(let owner): "\(range) AND owner = \(owner.name) LIMIT 10000"
            case .operator: "\(range) LIMIT 10000"
            }
        var found: [(position: Int64, task: TaskSummary)] = []
        try connection.each(query) { row in
            if let task = summary(row) { found.append((row.rawInteger(0), task)) }
        }
        found.sort { left, right in
            let (leftEnded, rightEnded) = (left.task.status.isTerminal, right.task.status.isTerminal)
            return leftEnded == rightEnded ? left.position > right.position : !leftEnded
        }
        return found.prefix(search.limit).map(\.task)
    }

    private func find(name: String, _ search: TaskSearch) throws(StoreError) -> [TaskSummary] {
        let live: SQL
        let ended: SQL
        switch search.scope {
        case .owner(let owner):
            live = "INDEXED BY tasks_by_live_name WHERE name = \(name) AND owner = \(owner.name)"
            ended = "INDEXED BY tasks_by_owner_name WHERE owner = \(owner.name) AND name = \(name)"
        case .operator:
            live = "INDEXED BY tasks_by_live_name WHERE name = \(name)"
            ended = "INDEXED BY tasks_by_name WHERE name = \(name)"
        }
        let queries: [SQL] = [
            """
            \(Self.summary) \(live) AND name IS NOT NULL AND status IN ('queued', 'running', 'input_required', 'stopped')
            ORDER BY position DESC
            """,
            "\(Self.summary) \(ended) AND status IN ('completed', 'failed', 'cancelled') ORDER BY position DESC",
        ]
        var found: [TaskSummary] = []
        for query in queries {
            let statement = try connection.statement(query)
            defer { statement.reset() }
            while found.count < search.limit, try statement.step() {
                if let task = summary(statement.row) { found.append(task) }
            }
        }
        return found
    }
}

/// Several queries, each in falling order of its first column, or each in rising order, read as one.
struct RangeMerge {
    private struct Range {
        let statement: Statement
        var position: Int64
    }

    private var ranges: [Range] = []
    /// The range whose row was given out last, and which has to step before the next.
    private var current: Int?
    private let statements: [Statement]
    private let isRising: Bool

    init(_ connection: Connection, _ queries: [SQL], isRising: Bool = false) throws(StoreError) {
        self.isRising = isRising
        var statements: [Statement] = []
        for query in queries { statements.append(try connection.statement(query)) }
        self.statements = statements
        for statement in statements where try statement.step() {
            ranges.append(Range(statement: statement, position: statement.row.rawInteger(0)))
        }
    }

    /// The next row; nil at the end.
    mutating func next() throws(StoreError) -> Row? {
        if let current {
            if try ranges[current].statement.step() {
                ranges[current].position = ranges[current].statement.row.rawInteger(0)
            } else {
                ranges.remove(at: current)
            }
        }
        current =
            isRising
            ? ranges.indices.min { ranges[$0].position < ranges[$1].position }
            : ranges.indices.max { ranges[$0].position < ranges[$1].position }
        return current.map { ranges[$0].statement.row }
    }

    func reset() { for statement in statements { statement.reset() } }
}
