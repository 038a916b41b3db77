public import LegworkCore

extension TaskManager {
    /// Asks a task to stop.
    ///
    /// The wish is durable when this returns. A running tool is told at once; when it does not stop within its grace it is abandoned and
    /// the task ends all the same. Whoever is told ``CancelDisposition/requested`` sees `cancelled` in the end.
    ///
    /// - Returns: what became of the wish, decided in the same transaction that recorded it, and the task.
    /// - Throws: ``TaskManagerError/Code/notFound``, with the same words for a missing task and for another owner's.
    public func cancel(_ id: TaskID, in scope: Scope) async throws -> (disposition: CancelDisposition, task: TaskRecord) {
        guard let (disposition, record) = try await engine.requestCancel(id, in: scope) else { throw TaskManagerError.notFound(id) }
        return (disposition, record)
    }
}
