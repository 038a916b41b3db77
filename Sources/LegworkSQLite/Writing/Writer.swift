import LegworkCore

/// The one connection that writes. It lives on one thread, and writes what was queued in one transaction with one sync to the disk.
final class Writer {
    /// The most requests of one transaction.
    static let maximumBatch = 512
    /// About the most bytes of one transaction; one larger request is a transaction of its own.
    static let maximumBatchBytes = 8 << 20

    /// Stands for all owners in `counts`: a number, which is no owner's name.
    static let everybody = SQLValue.integer(0)

    let connection: Connection
    let statements: WriterStatements
    let timeline: TimelineLimit
    /// The places of tasks, notices and dead letters. None is given twice, so that what was set aside keeps its own.
    var numbers: Numbers
    /// Where queued tasks wait.
    var lanes: ClaimLanes
    /// Which lanes this transaction has looked at, and from where on: the lanes go on behind what it takes, and have to come back with it.
    var lanesLookedAt: [(lane: ClaimLane, position: Int64)] = []
    /// When tasks whose time had come last joined the line.
    var lastRelease = Timestamp(milliseconds: .min)
    /// What the request at work changes.
    var pending = PendingChanges()
    private var batch = PendingChanges()
    private let announce: @Sendable ([TaskID]) -> Void

    init(_ connection: Connection, timeline: TimelineLimit, announce: @escaping @Sendable ([TaskID]) -> Void) throws(StoreError) {
        self.connection = connection
        self.timeline = timeline
        self.announce = announce
        statements = try WriterStatements(connection)
        numbers = try Numbers(connection)
        lanes = try ClaimLanes(connection)
    }

    /// Runs requests in one transaction and answers them once it is durable.
    func run(_ jobs: [WriteJob]) {
        do throws(StoreError) {
            try commit(jobs)
        } catch {
            // A request that does not fit on the disk must not take along those that do.
            if error.code == .full, jobs.count > 1 {
                for job in jobs { run([job]) }
            } else {
                for job in jobs { job.finish(error) }
            }
            return
        }
        if !batch.changed.isEmpty { announce(batch.changed) }
        for job in jobs { job.finish(nil) }
    }

    private func commit(_ jobs: [WriteJob]) throws(StoreError) {
        do throws(Disturbance) {
            try commit(jobs, isCareful: false)
        } catch {
            switch error {
            case .halfDone: break
            case .lost(let reason): throw reason
            }
            do throws(Disturbance) {
                try commit(jobs, isCareful: true)
            } catch {
                throw error.reason
            }
        }
    }

    /// Why a transaction came to nothing.
    private enum Disturbance: Error {
        /// A request failed after it had written something, and there is no savepoint to go back to.
        case halfDone(StoreError)
        /// SQLite gave the transaction up.
        case lost(StoreError)

        var reason: StoreError {
            switch self {
            case .halfDone(let reason), .lost(let reason): reason
            }
        }
    }

    /// Runs requests in one transaction.
    ///
    /// A savepoint copies every page that is touched while it is open, and hardly any request fails, so the first try does without: when
    /// a request fails half done, all are run once more, each in a savepoint of its own.
    private func commit(_ jobs: [WriteJob], isCareful: Bool) throws(Disturbance) {
        let before = numbers
        batch.removeAll()
        pending.removeAll()
        lanesLookedAt.removeAll(keepingCapacity: true)
        do throws(Disturbance) {
            try losing { () throws(StoreError) in try statements.begin.run() }
            for job in jobs { try execute(job, isCareful: isCareful) }
            try losing { () throws(StoreError) in
                try writeCounts()
                for (fact, promise) in numbers.renewPromises() { try statements.setFact.run([.text(fact), .integer(promise)]) }
                try statements.commit.run()
            }
        } catch {
            if connection.isInTransaction { try? statements.rollback.run() }
            numbers = before
            restoreLanes()
            throw error
        }
    }

    /// Lets the lanes begin again where they did before this transaction. One that begins too early costs a look, one that begins too late a task.
    private func restoreLanes() {
        for (lane, position) in lanesLookedAt { lanes.add(lane, at: position) }
    }

    private func losing(_ body: () throws(StoreError) -> Void) throws(Disturbance) {
        do throws(StoreError) { try body() } catch { throw .lost(error) }
    }

    private func execute(_ job: WriteJob, isCareful: Bool) throws(Disturbance) {
        let (before, changes) = (numbers, connection.totalChanges)
        if isCareful { try losing { () throws(StoreError) in try statements.savepoint.run() } }
        do throws(StoreError) {
            try job.execute(self)
            batch.absorb(&pending)
        } catch {
            pending.removeAll()
            numbers = before
            restoreLanes()
            // When the disk fails or is full, SQLite ends the transaction by itself.
            guard connection.isInTransaction else { throw .lost(error) }
            if isCareful {
                try losing { () throws(StoreError) in try statements.rollbackToSavepoint.run() }
            } else if connection.totalChanges != changes {
                throw .halfDone(error)
            }
            job.fail(error)
        }
        if isCareful { try losing { () throws(StoreError) in try statements.releaseSavepoint.run() } }
    }

    private func writeCounts() throws(StoreError) {
        if batch.needsRecount { return try recount() }
        var totals: [TaskStatus: Int64] = [:]
        for difference in batch.byOwner {
            try add(difference.number, to: .text(difference.owner), difference.status)
            totals[difference.status, default: 0] += difference.number
        }
        for (status, number) in totals where number != 0 { try add(number, to: Self.everybody, status) }
    }

    /// How many tasks of some statuses there are, what this transaction has changed so far included.
    func number(of statuses: Set<TaskStatus>, in scope: Scope) throws(StoreError) -> Int {
        let owner: SQLValue =
            switch scope {
            case .owner(let owner): .text(owner.name)
            case .operator: Self.everybody
            }
        var sum: Int64 = 0
        for status in statuses {
            sum += try connection.integer("SELECT number FROM counts WHERE owner = \(owner) AND status = \(literal: status)") ?? 0
        }
        return Int(sum + batch.number(of: statuses, in: scope) + pending.number(of: statuses, in: scope))
    }

    private func add(_ number: Int64, to owner: SQLValue, _ status: TaskStatus) throws(StoreError) {
        let status = SQLValue.text(status.rawValue)
        try statements.addToCount.run([owner, status, .integer(number)])
        if number < 0 { try statements.dropEmptyCount.run([owner, status]) }
    }

    /// Counts afresh. Reads one index from end to end, so only for a damaged row of which the status is unknown.
    private func recount() throws(StoreError) {
        try connection.run("DELETE FROM counts")
        try connection.run(
            """
            INSERT INTO counts (owner, status, number)
            SELECT owner, status, count(*) FROM tasks INDEXED BY tasks_by_owner GROUP BY owner, status
            """
        )
        try connection.run(
            "INSERT INTO counts (owner, status, number) SELECT \(Self.everybody), status, sum(number) FROM counts GROUP BY status"
        )
    }

    /// Moves the write-ahead log into the file, so that it can be copied as one file once it is closed.
    func checkpoint() {
        // Nothing is lost when this fails: the log stays and is read at the next start.
        try? connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
