import Synchronization

/// Sends the ids of what changed to any number of readers. Costs next to nothing while nobody reads.
///
/// What a slow reader has not taken yet is kept as a set: however often one thing changes meanwhile, its id is kept once.
package final class ChangeBroadcast<ID: Hashable & Sendable>: Sendable {
    private struct State {
        var isFinished = false
        var next = 0
        var readers: [Int: WeakReader] = [:]
    }

    /// A reader lives as long as its stream.
    private struct WeakReader: Sendable {
        weak let reader: ChangeReader<ID>?
    }

    private let state = Lock(State())
    private let hasReaders = Atomic(false)

    package init() {}

    package func send(_ ids: [ID]) {
        guard hasReaders.load(ordering: .acquiring) else { return }
        for reader in state.withLock({ $0.readers.values.compactMap(\.reader) }) { reader.add(ids) }
    }

    package func subscribe() -> AsyncStream<[ID]> {
        let reader: ChangeReader<ID>? = state.withLock { state -> ChangeReader<ID>? in
            guard !state.isFinished else { return nil }
            state.next += 1
            let key = state.next
            let reader = ChangeReader<ID> { [weak self] in self?.remove(key) }
            state.readers[key] = WeakReader(reader: reader)
            hasReaders.store(true, ordering: .releasing)
            return reader
        }
        guard let reader else { return AsyncStream { $0.finish() } }
        return AsyncStream {
            await reader.take()
        } onCancel: {
            reader.finish()
        }
    }

    package func finish() {
        let readers = state.withLock { state in
            state.isFinished = true
            defer { state.readers = [:] }
            return state.readers.values.compactMap(\.reader)
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

/// One reader's changes that it has not taken yet.
private final class ChangeReader<ID: Hashable & Sendable>: Sendable {
    private struct State {
        var ids: [ID] = []
        var known: Set<ID> = []
        var waiting: [CheckedContinuation<[ID]?, Never>] = []
        var isFinished = false
    }

    private let state = Lock(State())
    private let onEnd: @Sendable () -> Void

    init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

    deinit { onEnd() }

    func add(_ ids: [ID]) {
        let continuation = state.withLock { state -> CheckedContinuation<[ID]?, Never>? in
            if state.isFinished { return nil }
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            for id in ids where state.known.insert(id).inserted { state.ids.append(id) }
            return nil
        }
        continuation?.resume(returning: ids)
    }

    /// Waits for changes; nil at the end.
    func take() async -> [ID]? {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> [ID]?? in
                if !state.ids.isEmpty {
                    defer { (state.ids, state.known) = ([], []) }
                    return .some(state.ids)
                }
                if state.isFinished { return .some(nil) }
                state.waiting.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func finish() {
        let waiting = state.withLock { state in
            state.isFinished = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: nil) }
    }
}
