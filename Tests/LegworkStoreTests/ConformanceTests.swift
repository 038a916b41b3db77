import LegworkCore
import LegworkSQLite
import LegworkStoreConformance
import TestPrograms
import Testing

@Suite("Every store")
struct ConformanceTests {
    @Test("in memory", arguments: StoreBehaviour.all)
    func memory(_ behaviour: StoreBehaviour) async throws { try await behaviour.run(MemoryProvider()) }

    @Test("on SQLite", arguments: StoreBehaviour.all)
    func sqlite(_ behaviour: StoreBehaviour) async throws { try await behaviour.run(SQLiteProvider()) }

    @Test("names each behaviour once")
    func names() {
        #expect(Set(StoreBehaviour.all.map(\.name)).count == StoreBehaviour.all.count)
        #expect(StoreBehaviour.all.count >= 90)
    }

    /// Fifty sequences share a store, so that later ones meet what earlier ones left.
    @Test("answers random operations as the memory store does", arguments: 0..<20)
    func random(_ batch: Int) async throws {
        let timeline = TimelineLimit(first: 2, newest: 4)
        var configuration = SQLiteConfiguration(timeline: timeline)
        // Nothing is killed here, and the syncs would take most of the time.
        configuration.isDurable = false
        let folder = try TemporaryFolder()
        let store = try await SQLiteTaskStore.open(path: folder.file("tasks.db"), configuration: configuration)
        let model = MemoryTaskStore(timeline: timeline)
        for seed in batch * 50..<(batch + 1) * 50 {
            try await RandomOperations(seed: UInt64(seed)).play(on: store, and: model)
        }
        try await RandomOperations.compareEverything(in: store, and: model)
        let quarantined = try await store.quarantined()
        #expect(quarantined.isEmpty)
        let integrity = try await store.checkIntegrity()
        #expect(integrity == "ok")
        await store.close()
    }
}
