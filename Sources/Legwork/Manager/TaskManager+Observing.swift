public import LegworkCore

extension TaskManager {
    /// Which changes of a task an observer hears of.
    public enum ObservedChanges: Sendable, Hashable {
        /// Those of its record: status, progress, messages, timeline.
        case record
        /// More raw output, and that the task no longer moves.
        case output
    }

    /// Calls a closure whenever something of a task changes, for as long as the observation is kept; also after the task's end.
    ///
    /// Nothing is read, and nobody is asked whether the task exists or may be seen: do that once the observation has begun, so that no
    /// change falls between the two.
    ///
    /// - Parameter notify: called from any thread, perhaps often; must be quick.
    public func observe(_ id: TaskID, _ changes: ObservedChanges, _ notify: @escaping @Sendable () -> Void) -> TaskObservation {
        let interest: Watchers.Interest =
            switch changes {
            case .record: .changed
            case .output: [.output, .settled]
            }
        return TaskObservation(engine.watchers.observe([id], for: interest) { _ in notify() })
    }
}

/// Somebody hears of a task's changes until this is cancelled or released.
public final class TaskObservation: Sendable {
    private let end: @Sendable () -> Void

    init(_ end: @escaping @Sendable () -> Void) { self.end = end }

    deinit { end() }

    /// Ends it. More than once is no mistake.
    public func cancel() { end() }
}
