/// What is wrong with a schedule.
public struct ScheduleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault. New ones may appear in later versions.
    public struct Code: Sendable, Hashable {
        private enum Value { case invalid, neverFires, inThePast, unknownZone }
        private let value: Value

        /// The text says no time, or one that is beyond a limit.
        public static let invalid = Code(value: .invalid)
        /// It is well written, and there is no such time: the 31st of February.
        public static let neverFires = Code(value: .neverFires)
        /// The only time it names is over.
        public static let inThePast = Code(value: .inThePast)
        /// There is no such time zone here.
        public static let unknownZone = Code(value: .unknownZone)
    }

    /// The kind of fault.
    public let code: Code
    /// What is wrong and what to do.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

extension String {
    /// The text as an error shows it: in quotes, and not too much of it.
    var quoted: String { "'\(truncated(toBytes: 80))'" }
}
