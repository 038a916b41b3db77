import LegworkCore
import LegworkSQLite
import LegworkStoreConformance
import Synchronization
import TestPrograms
import Testing

@Suite("The cost of a request")
struct QueryPlanTests {
    /// No clock is asked: SQLite says which index it searches, and whether it sorts or reads a table from end to end.
    @Test("does not grow with the number of tasks")
    func plans() async throws {
        let folder = try TemporaryFolder()
        var configuration = SQLiteConfiguration(timeline: TimelineLimit(first: 2, newest: 4), readers: 1)
        configuration.isDurable = false
        let store = try await SQLiteTaskStore.open(path: folder.file("tasks.db"), configuration: configuration)
        let model = MemoryTaskStore(timeline: configuration.timeline)
        for seed in 0..<60 { try await RandomOperations(seed: UInt64(10_000 + seed), steps: 100).play(on: store, and: model) }
        let asking = ["schedule", "feed", "deliveries are found", "each channel"]
        for behaviour in StoreBehaviour.all where asking.contains(where: behaviour.name.contains) {
            // Only what they ask matters; they are made for a store of their own.
            try? await behaviour.run(OpenProvider(store: store))
        }
        let plans = try await store.queryPlans()
        #expect(plans.count > 40)
        for (text, steps) in plans {
            for step in steps where !isBounded(step, of: text) {
                Issue.record("'\(step)' in: \(text)")
            }
        }
        await store.close()
    }

    @Test("is paid back by a purge: nothing of a purged task stays in the file")
    func purge() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        let start = Timestamp(milliseconds: 1_800_000_000_000)
        let store = try await SQLiteTaskStore.open(path: path)
        for index in 0..<20 {
            var record = TaskRecord(
                id: .random(),
                tool: "shell",
                title: "Work",
                name: "task-\(index)",
                caller: Caller(owner: Owner("owner-\(index)")),
                arguments: [:],
                idempotencyKey: "key-\(index)",
                lifecycle: .promoted,
                createdAt: start
            )
            let event = record.newEvent(.created, at: start)
            _ = try await store.insert(InsertRequest(record, events: [event]))
            let transition = try record.apply(.completed, at: start)
            _ = try await store.commit(TaskChange(record, replacing: 1, events: transition.events))
        }
        let purged = try await store.purge(PurgeRequest(in: .operator, finishedBefore: start + .seconds(1)))
        #expect(purged.count == 20)
        await store.close()
        let surgery = try DatabaseSurgery(path: path)
        for table in ["tasks", "bodies", "events", "messages", "inboxes", "deliveries"] {
            #expect(try surgery.integer("SELECT count(*) FROM \(table)") == 0, "rows left in \(table)")
        }
        #expect(try surgery.integer("SELECT count(*) FROM counts WHERE owner <> 0") == 0, "rows left in counts")
    }

    private func isBounded(_ step: String, of text: String) -> Bool {
        if step.hasPrefix("SEARCH") || step.hasPrefix("LIST SUBQUERY") { return true }
        // Reading an index of live tasks in its order, up to a limit, or to the end of those that are executed.
        if step.hasPrefix("SCAN"), step.contains("tasks_to_claim") || step.contains("tasks_by_lease") { return true }
        if step.hasPrefix("SCAN"), text.hasSuffix("ORDER BY position DESC LIMIT 1") || text.contains("FROM counts") { return true }
        // The queues that are not open are few; what waits for its time is read in order, up to a limit.
        if step.hasPrefix("SCAN"), text.contains("FROM queues") || step.contains("tasks_held") { return true }
        // What is counted of a queue is counted up to a limit.
        if step.hasPrefix("CO-ROUTINE") || step.hasPrefix("SCAN (subquery") {
            let counted = ["tasks_to_claim", "tasks_held_by_queue", "deliveries_standing"]
            return text.hasSuffix("LIMIT ?)") && counted.contains(where: text.contains)
        }
        // Deliveries in several states, each in order, and whether an older one of the same task waits.
        if ["MERGE (UNION ALL)", "LEFT", "RIGHT"].contains(step) || step.hasPrefix("CORRELATED SCALAR SUBQUERY") {
            return text.contains("FROM deliveries")
        }
        // What is sorted here is what is live of one name, and the schedules of one.
        if step.hasPrefix("USE TEMP B-TREE"), text.contains("tasks_by_live_name") || text.contains("schedules_by_name") { return true }
        // The ids that are asked for have four random digits in common: they are one in a million.
        if step.hasPrefix("USE TEMP B-TREE FOR ORDER BY"), text.contains("tasks_by_id WHERE id >= ? AND id < ?") { return true }
        // As many groups as there are nodes.
        if step.hasPrefix("USE TEMP B-TREE FOR GROUP BY"), text.contains("tasks_by_lease") { return true }
        // What was set aside, and the list of tables, are read as a whole.
        return text.contains("FROM quarantine ") || text.contains("sqlite_schema") || step.hasPrefix("SCAN CONSTANT ROW")
    }
}
