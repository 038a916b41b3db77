/// How far a task has come, in whatever unit its tool counts.
public struct TaskProgress: Sendable, Hashable {
    /// How much is done.
    public var done: Double
    /// How much there is, if that is known.
    public var total: Double?

    /// Describes a progress.
    public init(done: Double, total: Double? = nil) {
        self.done = done
        self.total = total
    }
}
