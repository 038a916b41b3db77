/// One entry of a task's timeline.
public struct TaskEvent: Sendable, Hashable {
    /// What happened, as a word. New ones may appear in later versions.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The word on the wire, such as `cancel_requested`.
        public let rawValue: String

        /// Makes a kind from its word on the wire.
        public init(_ rawValue: String) { self.rawValue = rawValue }

        /// The word on the wire.
        public var description: String { rawValue }

        /// The task was recorded.
        public static let created = Kind("created")
        /// An attempt began; data: `{"attempt": n}`.
        public static let started = Kind("started")
        /// The tool said what it is doing; text.
        public static let message = Kind("message")
        /// The tool said something in its own words; data.
        public static let custom = Kind("custom")
        /// A checkpoint was saved.
        public static let checkpoint = Kind("checkpoint")
        /// Somebody asked the task to stop.
        public static let cancelRequested = Kind("cancel_requested")
        /// The task needs an answer; data.
        public static let inputRequired = Kind("input_required")
        /// The answer came.
        public static let inputProvided = Kind("input_provided")
        /// The task went back to its queue; text: the reason.
        public static let requeued = Kind("requeued")
        /// Nobody executes the task any more; text: the reason.
        public static let stopped = Kind("stopped")
        /// A stopped task goes on.
        public static let resumed = Kind("resumed")
        /// The task ended with a result.
        public static let completed = Kind("completed")
        /// The task failed; text: why.
        public static let failed = Kind("failed")
        /// The task was cancelled.
        public static let cancelled = Kind("cancelled")
        /// The checklist changed; text, and data: `{"items", "completion_pct", "in_progress_id"}`.
        public static let checklist = Kind("checklist")
        /// A command was run as a verification; text, and data: `{"id", "status", "classification", "artifact"?}`.
        public static let gate = Kind("gate")
        /// A try at a change was recorded; text, and data: `{"id", "artifact"?}`.
        public static let patchAttempt = Kind("pr_attempt")
        /// A named output was kept; text, and data: `{"artifact"}`.
        public static let artifact = Kind("artifact")
        /// Something was done on GitHub; text, and data: `{"id", "url"}`.
        public static let github = Kind("github")
        /// What became of the task was told in a channel; data: `{"delivery", "channel", "messages"}`.
        public static let delivered = Kind("delivered")
        /// It could not be told there and was given up; text: why, and data: `{"delivery", "channel"}`.
        public static let undelivered = Kind("undelivered")
        /// Stands for entries that were dropped to keep the timeline bounded; data: `{"count": n}`. Made when reading, never stored.
        public static let omitted = Kind("omitted")
    }

    /// The longest text of an entry, in UTF-8 bytes; longer ones are cut when they are made.
    public static let maximumTextBytes = 4096

    /// The data of ``Kind/started`` for a first attempt; one value for all of them.
    package static let firstAttempt: JSONValue = ["attempt": 1]

    /// The entry's place in the timeline, from 1, without gaps when it was written.
    public let sequence: Int
    /// When it happened.
    public let time: Timestamp
    /// What happened.
    public let kind: Kind
    /// What it says, for people.
    public let text: String?
    /// What it says, for programs.
    public let data: JSONValue?

    /// Makes an entry; a text that is too long is cut and marked with `…`.
    public init(sequence: Int, time: Timestamp, kind: Kind, text: String? = nil, data: JSONValue? = nil) {
        self.sequence = sequence
        self.time = time
        self.kind = kind
        self.text = text?.truncated(toBytes: Self.maximumTextBytes)
        self.data = data
    }
}

extension String {
    /// The text itself, or its longest beginning that fits the given number of UTF-8 bytes, with `…` to say that something is missing.
    package func truncated(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, limit - 3))
        // Step back to a boundary between characters, so that no grapheme is torn.
        while end > startIndex, String.Index(end, within: self) == nil { end = utf8.index(before: end) }
        return self[..<end] + "…"
    }
}
