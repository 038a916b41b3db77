import LegworkCore
import Synchronization

/// A value under a lock, and those who wait for it to become what they want.
package final class ObservedState<Value: Sendable>: Sendable {
    private struct Contents {
        var value: Value
        var waiting: [(condition: @Sendable (Value) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let contents: Lock<Contents>

    package init(_ value: Value) {
        contents = Lock(Contents(value: value))
    }

    package var value: Value { contents.withLock { $0.value } }

    package func change(_ body: (inout Value) -> Void) {
        let satisfied = contents.withLock { contents in
            body(&contents.value)
            if contents.waiting.isEmpty { return [CheckedContinuation<Void, Never>]() }
            let value = contents.value
            let satisfied = contents.waiting.filter { $0.condition(value) }.map(\.continuation)
            contents.waiting.removeAll { $0.condition(value) }
            return satisfied
        }
        for continuation in satisfied { continuation.resume() }
    }

    package func wait(until condition: @escaping @Sendable (Value) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isSatisfied = contents.withLock { contents in
                if condition(contents.value) { return true }
                contents.waiting.append((condition, continuation))
                return false
            }
            if isSatisfied { continuation.resume() }
        }
    }
}
