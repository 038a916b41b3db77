public import LegworkCore

/// What became of dead letters that were sent again.
public struct DeadLetterReplay: Sendable, Hashable {
    /// A letter that nobody takes yet; it is kept.
    public struct Failure: Sendable, Hashable {
        /// The letter's number.
        public var number: Int64
        /// Who was to get it: the recipient, or its successor of the same name.
        public var recipient: TaskID
        /// Why it did not.
        public var result: SendResult

        /// Describes a failure.
        public init(number: Int64, recipient: TaskID, result: SendResult) {
            self.number = number
            self.recipient = recipient
            self.result = result
        }
    }

    /// How many lie in an inbox again.
    public internal(set) var sent = 0
    /// Those that were kept.
    public internal(set) var failures: [Failure] = []
    /// The numbers that were asked for and are no letters of the scope.
    public internal(set) var missing: [Int64] = []
    /// Whether there are more letters than are looked at in one go; replay again.
    public internal(set) var hasMore = false

    /// How many were kept.
    public var kept: Int { failures.count }
}
