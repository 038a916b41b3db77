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
        if let parent = query.parent?.description {
            // A task has few children, whatever their statuses.
            var wanted: SQL = ""
            if !query.statuses.isEmpty {
                let list = statuses.map { "'\($0.rawValue)'" }.joined(separator: ", ")
                wanted = SQL(stringLiteral: " AND status IN (\(list))")
            }
            return ["\(Self.summary) INDEXED BY tasks_by_parent WHERE parent = \(parent)\(wanted) \(rest)"]
        }
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

    /// What the row itself has to show beside its place in an index.
    private static func filter(_ query: TaskQuery) -> SQL {
        var filter: SQL = ""
        if case .owner(let owner) = query.scope, query.parent != nil { filter = "\(filter) AND owner = \(owner.name)" }
        if let tool = query.tool, query.parent != nil { filter = "\(filter) AND tool = \(tool)" }
        if let queue = query.queue { filter = "\(filter) AND queue = \(queue)" }
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

/// Several queries, each in falling order of position, read as one.
struct RangeMerge {
    private struct Range {
        let statement: Statement
        var position: Int64
    }

    private var ranges: [Range] = []
    /// The range whose row was given out last, and which has to step before the next.
    private var current: Int?
    private let statements: [Statement]

    init(_ connection: Connection, _ queries: [SQL]) throws(StoreError) {
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
        current = ranges.indices.max { ranges[$0].position < ranges[$1].position }
        return current.map { ranges[$0].statement.row }
    }

    func reset() { for statement in statements { statement.reset() } }
}
