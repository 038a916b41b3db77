import Synchronization

/// Sends the ids of changed tasks to any number of readers. Costs next to nothing while nobody reads.
package final class ChangeBroadcast: Sendable {
    private struct State {
        var isFinished = false
        var next = 0
        var readers: [Int: AsyncStream<[TaskID]>.Continuation] = [:]
    }

    private let state = Lock(State())
    private let hasReaders = Atomic(false)

    package init() {}

    package func send(_ ids: [TaskID]) {
        guard hasReaders.load(ordering: .acquiring) else { return }
        for reader in state.withLock({ Array($0.readers.values) }) { reader.yield(ids) }
    }

    package func subscribe() -> AsyncStream<[TaskID]> {
        let (stream, continuation) = AsyncStream.makeStream(of: [TaskID].self)
        let key: Int? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.next += 1
            state.readers[state.next] = continuation
            hasReaders.store(true, ordering: .releasing)
            return state.next
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.remove(key) }
        return stream
    }

    package func finish() {
        let readers = state.withLock { state in
            state.isFinished = true
            defer { state.readers = [:] }
            return Array(state.readers.values)
        }
        for reader in readers { reader.finish() }
    }

    private func remove(_ key: Int) {
        state.withLock { state in
            state.readers[key] = nil
            hasReaders.store(!state.readers.isEmpty, ordering: .releasing)
        }
    }
}
