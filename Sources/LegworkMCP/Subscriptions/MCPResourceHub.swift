import LegworkCore
import Synchronization

/// Who wants to hear of changes of the resources that a program adds, and who listens at all.
final class MCPResourceHub: Sendable {
    private struct State {
        var next: UInt64 = 0
        var observers: [String: [UInt64: @Sendable () -> Void]] = [:]
        var listeners: [ObjectIdentifier: MCPChanges] = [:]
        var isOver = false
    }

    private let state = Lock(State())

    /// Calls a closure, which must be quick, whenever a resource has changed.
    ///
    /// - Returns: what ends that. More than once is no mistake.
    func observe(_ uri: String, _ notify: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let key = state.withLock { state in
            state.next += 1
            state.observers[uri, default: [:]][state.next] = notify
            return state.next
        }
        return { [weak self] in
            self?.state.withLock { state in
                state.observers[uri]?[key] = nil
                if state.observers[uri]?.isEmpty == true { state.observers[uri] = nil }
            }
        }
    }

    /// Says that a resource has changed.
    func changed(_ uri: String) {
        for notify in state.withLock({ Array(($0.observers[uri] ?? [:]).values) }) { notify() }
    }

    /// Keeps somebody who listens, to end it with all others.
    func add(_ listener: MCPChanges) {
        let isOver = state.withLock { state in
            if !state.isOver { state.listeners[ObjectIdentifier(listener)] = listener }
            return state.isOver
        }
        if isOver { listener.end() }
    }

    func remove(_ listener: MCPChanges) {
        state.withLock { $0.listeners[ObjectIdentifier(listener)] = nil }
    }

    /// Ends everybody's listening, also of those who come later.
    func end() {
        let listeners = state.withLock { state in
            state.isOver = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.end() }
    }
}
