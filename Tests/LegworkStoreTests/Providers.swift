import LegworkCore
import LegworkSQLite
import LegworkStoreConformance
import Synchronization
import TestPrograms

/// Stores that live in memory.
struct MemoryProvider: StoreProvider {
    func makeStore(timeline: TimelineLimit) async throws -> any TaskStore { MemoryTaskStore(timeline: timeline) }
}

/// Stores on SQLite, each in a folder of its own.
final class SQLiteProvider: StoreProvider {
    private let folders = Lock<[String: TemporaryFolder]>([:])

    func makeStore(timeline: TimelineLimit) async throws -> any TaskStore {
        let folder = try TemporaryFolder()
        let store = try await SQLiteTaskStore.open(path: folder.file("tasks.db"), configuration: SQLiteConfiguration(timeline: timeline))
        folders.withLock { $0[store.path] = folder }
        return store
    }

    func reopen(_ store: any TaskStore, timeline: TimelineLimit) async throws -> (any TaskStore)? {
        await store.close()
        guard let path = (store as? SQLiteTaskStore)?.path else { return nil }
        return try await SQLiteTaskStore.open(path: path, configuration: SQLiteConfiguration(timeline: timeline))
    }

    func remove(_ store: any TaskStore) async {
        await store.close()
        guard let path = (store as? SQLiteTaskStore)?.path else { return }
        folders.withLock { $0[path] = nil }
    }
}

/// Lends a store that is open already to behaviours that leave things behind.
struct OpenProvider: StoreProvider {
    let store: SQLiteTaskStore

    func makeStore(timeline: TimelineLimit) -> any TaskStore { store }
    func remove(_ store: any TaskStore) {}
}
