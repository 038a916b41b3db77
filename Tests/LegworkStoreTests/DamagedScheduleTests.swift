import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

@Suite("A damaged schedule")
struct DamagedScheduleTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    private func schedule(_ name: String) -> ScheduleRecord {
        ScheduleRecord(
            id: .random(),
            caller: Caller(owner: "ann"),
            name: name,
            title: name,
            tool: "shell",
            arguments: [:],
            text: ScheduleText(every: "60s"),
            nextAt: start,
            createdAt: start
        )
    }

    @Test(
        "is set aside and reported, and the others go on",
        arguments: [
            "body = '{'", "body = '[]'", "body = '{}'", "arguments = 'x'", "metadata = '3'", "id = 'sched_x'",
            "body = replace(body, 'latest', 'sometimes')", "body = replace(body, 'title', 'tilte')", "owner = CAST(x'ff' AS TEXT)",
        ]
    )
    func setAside(_ damage: String) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        let first = try await SQLiteTaskStore.open(path: path)
        let (bad, good) = (schedule("bad"), schedule("good"))
        for record in [bad, good] { #expect(try await first.insert(ScheduleInsert(record)) == .inserted) }
        await first.close()

        try DatabaseSurgery(path: path).run("UPDATE schedules SET \(damage) WHERE name = 'bad'")

        let store = try await SQLiteTaskStore.open(path: path)
        let due = try await store.dueSchedules(DueScheduleQuery(now: start))
        #expect(due.records == [good])
        let quarantined = try await store.quarantined()
        #expect(quarantined.count == 1)
        let again = try await store.dueSchedules(DueScheduleQuery(now: start))
        #expect(again == DueSchedules([good], next: nil))
        // Its name is free again.
        let replacement = try await store.insert(ScheduleInsert(schedule("bad")))
        #expect(replacement == .inserted)
        await store.close()
    }
}
