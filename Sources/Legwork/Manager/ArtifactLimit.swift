/// What becomes an artifact, and how much is kept of a task's artifacts.
public struct ArtifactLimit: Sendable, Hashable {
    /// From how many bytes on a text, data, or a call's arguments or result stands in an artifact and not in the timeline; at least 100.
    public var threshold: Int
    /// The most artifacts of one task.
    public var count: Int
    /// The most bytes of all artifacts of one task.
    public var bytes: Int

    /// Describes a limit.
    public init(threshold: Int = 1200, count: Int = 1000, bytes: Int = 256 << 20) {
        self.threshold = threshold
        self.count = count
        self.bytes = bytes
    }

    /// From 1200 bytes on; 1000 artifacts and 256 MiB.
    public static let standard = ArtifactLimit()
}
