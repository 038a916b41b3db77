import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

@Suite("A damaged delivery")
struct DamagedDeliveryTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    /// Records a task that has ended, and gives the delivery that tells so.
    private func deliver(_ target: String, by store: SQLiteTaskStore) async throws -> Delivery {
        var record = TaskRecord(
            id: .random(),
            tool: "shell",
            title: "Work",
            caller: Caller(owner: "ann"),
            arguments: [:],
            lifecycle: .promoted,
            createdAt: start
        )
        let added = record.add(Redirect(to: "ops", target: target))
        let redirect = try #require(added).redirect
        var events = [record.newEvent(.created, at: start)]
        let transition = try record.apply(.completed, at: start)
        events += transition.events
        let request = InsertRequest(record, events: events, notices: transition.notices, deliveries: transition.deliveries)
        #expect(try await store.insert(request) == .inserted)
        return record.delivery(for: redirect, at: start)
    }

    @Test(
        "is set aside and reported, and the others go on",
        arguments: [
            "content = '{'", "content = '[]'", "content = '{}'", "content = replace(content, 'tool', 'tolo')", "id = 'dlv_x'",
            "receipt = '{'", "problem = CAST(x'ff' AS TEXT)",
        ],
        [true, false]
    )
    func setAside(_ damage: String, byDispatcher: Bool) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        let first = try await SQLiteTaskStore.open(path: path)
        _ = try await deliver("bad", by: first)
        let good = try await deliver("good", by: first)
        await first.close()

        try DatabaseSurgery(path: path).run("UPDATE deliveries SET \(damage) WHERE target = 'bad'")

        let store = try await SQLiteTaskStore.open(path: path)
        func read() async throws -> [Delivery] {
            byDispatcher
                ? try await store.dueDeliveries(DueDeliveryQuery(channel: "ops", now: start)).deliveries
                : try await store.deliveries(DeliveryQuery(in: .operator)).deliveries
        }
        #expect(try await read() == [good])
        #expect(try await store.quarantined().count == 1)
        #expect(try await read() == [good])
        #expect(try await store.channelStandings(.operator).map(\.pending) == [1])
        await store.close()
    }
}
