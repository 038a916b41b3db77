/// A file that deliveries are appended to.
public struct FileChannelConfiguration: Sendable, Hashable {
    /// What an entry looks like.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// A line with the time and the delivery's key, then the message as people read it, then an empty line.
        case text
        /// One line of JSON, with all that is known.
        case lines = "jsonl"
    }

    /// The most older files.
    public static let maximumKept = 100

    /// Where it is; an absolute path. The file is made when it is missing, its folder is not.
    public var path: String
    /// What an entry looks like.
    public var format: Format
    /// How large it may grow before it is renamed to `PATH.1`, and the one that had that name to `PATH.2`, in bytes.
    public var maximumBytes: Int
    /// How many older files are kept.
    public var kept: Int

    /// Describes a file.
    public init(path: String, format: Format = .text, maximumBytes: Int = 10 << 20, kept: Int = 5) {
        self.path = path
        self.format = format
        self.maximumBytes = max(1, maximumBytes)
        self.kept = min(max(1, kept), Self.maximumKept)
    }
}
