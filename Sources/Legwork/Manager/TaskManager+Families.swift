public import LegworkCore

/// What a cancel of several tasks did.
public struct CancelReport: Sendable, Hashable {
    /// One task that was asked.
    public struct Receipt: Sendable, Hashable {
        /// The task.
        public var id: TaskID
        /// What became of the wish.
        public var disposition: CancelDisposition
    }

    /// The tasks that were asked now, parents before their children. Those that had ended, or were asked before, are not among them.
    public internal(set) var receipts: [Receipt] = []

    /// How many were asked.
    public var count: Int { receipts.count }
}

extension TaskManager {
    /// How many cancels are on their way at once.
    private static let cancelsAtOnce = 64

    /// The most descendants that are shown of a task.
    public static let maximumDescendants = 10_000

    /// Lists all that descends from a task: its children, their children and so on.
    ///
    /// - Parameters:
    ///   - id: the ancestor.
    ///   - scope: who looks.
    ///   - limit: the most tasks, 1 to ``maximumDescendants``.
    /// - Throws: ``TaskManagerError/Code/notFound``, ``StoreError``.
    public func descendants(of id: TaskID, in scope: Scope, limit: Int = 1000) async throws -> [TaskSummary] {
        let query = DescendantQuery(of: id, in: scope, limit: min(max(limit, 1), Self.maximumDescendants))
        guard let descendants = try await engine.store.descendants(query) else { throw TaskManagerError.notFound(id) }
        return descendants
    }

    /// Asks a task and all that descends from it to stop, also what descends from members that have ended.
    ///
    /// A cancelled parent gets no more children, so whatever was being started meanwhile is either refused or found. Costs as much as the tree
    /// is large, and ends however its parents refer to each other.
    ///
    /// - Returns: who was asked.
    /// - Throws: ``TaskManagerError/Code/notFound``, ``StoreError``.
    @discardableResult
    public func cancelTree(_ id: TaskID, in scope: Scope) async throws -> CancelReport {
        guard let (disposition, _) = try await engine.requestCancel(id, in: scope) else { throw TaskManagerError.notFound(id) }
        var report = CancelReport()
        if disposition != .alreadyFinished { report.receipts.append(.init(id: id, disposition: disposition)) }
        var asked: Set<TaskID> = [id]
        while let members = try await engine.store.descendants(DescendantQuery(of: id, in: scope)) {
            let missing = members.filter { $0.isCancellable && asked.insert($0.id).inserted }.map(\.id)
            guard !missing.isEmpty else { break }
            try await cancel(missing, in: scope, &report)
        }
        return report
    }

    /// Asks all live tasks of an owner to stop.
    @discardableResult
    public func cancelAll(of owner: Owner) async throws -> CancelReport {
        try await cancelAll(TaskQuery(in: .owner(owner), limit: TaskQuery.maximumLimit))
    }

    /// Closes a run: asks all its live tasks and whatever descends from them to stop, and lets nothing new of it start, also what was just
    /// being started.
    @discardableResult
    public func cancelRun(_ run: String, of owner: Owner) async throws -> CancelReport {
        try await engine.store.cancel(RunCancel(run, of: owner, now: engine.clock.now))
        var report = try await cancelAll(TaskQuery(in: .owner(owner), run: run, limit: TaskQuery.maximumLimit))
        // Members of a run may have children that were given to another. The newest came first: from the oldest on, a look at one member
        // shows most of the others.
        var seen: Set<TaskID> = []
        for receipt in report.receipts.reversed() where !seen.contains(receipt.id) {
            let descendants = try await engine.store.descendants(DescendantQuery(of: receipt.id, in: .owner(owner))) ?? []
            seen.formUnion(descendants.map(\.id))
            try await cancel(descendants.filter(\.isCancellable).map(\.id), in: .owner(owner), &report)
        }
        return report
    }

    private func cancelAll(_ query: TaskQuery) async throws -> CancelReport {
        var query = query
        query.statuses = Set(TaskStatus.allCases.filter { !$0.isTerminal })
        var report = CancelReport()
        while true {
            let page = try await engine.store.tasks(query)
            try await cancel(page.tasks.filter(\.isCancellable).map(\.id), in: query.scope, &report)
            guard let next = page.next else { return report }
            query.cursor = next
        }
    }

    private func cancel(_ ids: [TaskID], in scope: Scope, _ report: inout CancelReport) async throws {
        // So many at once that a store which writes in groups can, each several one after the other.
        let engine = engine
        let share = max(1, (ids.count + Self.cancelsAtOnce - 1) / Self.cancelsAtOnce)
        let receipts = try await withThrowingTaskGroup(of: (Int, [CancelReport.Receipt]).self) { group in
            for start in stride(from: 0, to: ids.count, by: share) {
                group.addTask {
                    var receipts: [CancelReport.Receipt] = []
                    for id in ids[start..<min(start + share, ids.count)] {
                        guard let disposition = try await engine.requestCancel(id, in: scope)?.0, disposition != .alreadyFinished else {
                            continue
                        }
                        receipts.append(.init(id: id, disposition: disposition))
                    }
                    return (start, receipts)
                }
            }
            var parts: [Int: [CancelReport.Receipt]] = [:]
            for try await (start, part) in group { parts[start] = part }
            return parts.sorted { $0.key < $1.key }.flatMap(\.value)
        }
        report.receipts += receipts
    }
}

extension TaskSummary {
    /// Whether the task is live and was not asked to stop.
    fileprivate var isCancellable: Bool { !status.isTerminal && !isCancelRequested }
}
