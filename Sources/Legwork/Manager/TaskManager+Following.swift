package import LegworkCore

extension TaskManager {
    /// Reads a task now and after each change, until a closure has seen enough.
    ///
    /// Unlike a wait it goes on while the task stands still: it may be answered or resumed. Changes that follow each other quickly may be seen
    /// as one.
    ///
    /// - Returns: the record that was enough.
    /// - Throws: ``TaskManagerError/Code/notFound``; `CancellationError` when the caller's Swift task is cancelled.
    @discardableResult
    package func follow(_ id: TaskID, in scope: Scope, until isEnough: (TaskRecord) async throws -> Bool) async throws -> TaskRecord {
        let watch = engine.watchers.watch([id], for: .changed)
        defer { watch.end() }
        var signals = watch.signals.makeAsyncIterator()
        while true {
            let record = try await task(id, in: scope)
            if try await isEnough(record) { return record }
            guard await signals.next() != nil else { throw CancellationError() }
        }
    }
}
