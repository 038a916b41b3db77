import LegworkCore

/// How far tasks have come that a follower has not been told yet: the newest of each, of a bounded number of tasks. Pure.
///
/// Progress is a state and no event: it has no place in a timeline, and whoever missed some has missed nothing that the next does not say.
struct ProgressNews: Sendable {
    /// The most tasks that are remembered; the progress of more is told when it changes again.
    static let maximumTasks = 256

    private var seen: [TaskID: TaskProgress] = [:]
    private var untold: [TaskID: ProgressReport] = [:]

    /// Takes note of a task as it now is.
    mutating func note(_ record: TaskRecord) {
        guard !record.status.isTerminal, let progress = record.progress else {
            if !seen.isEmpty { seen[record.id] = nil }
            untold[record.id] = nil
            return
        }
        guard seen[record.id] != progress else { return }
        if seen.count >= Self.maximumTasks, seen[record.id] == nil {
            seen = seen.filter { untold[$0.key] != nil }
            if seen.count >= Self.maximumTasks { return }
        }
        seen[record.id] = progress
        untold[record.id] = ProgressReport(task: record.id, progress: progress, time: record.updatedAt)
    }

    /// Gives what is new, the oldest first.
    mutating func take() -> [ProgressReport] {
        guard !untold.isEmpty else { return [] }
        defer { untold = [:] }
        return untold.values.sorted { ($0.time, $0.task) < ($1.time, $1.task) }
    }
}
