/// Why an agent was refused, could not be started, or failed.
public struct AgentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault. New ones may appear in later versions.
    public struct Code: Sendable, Hashable {
        private enum Value: String {
            case invalidArguments, notGranted, invalidConfiguration, noSecret, endpoint, contextExceeded, answerTooLarge, tooManyTurns
            case damagedCheckpoint
        }
        private let value: Value

        /// The code as structured results have it, such as `contextExceeded`.
        public var name: String { value.rawValue }

        /// An argument of the call has the wrong form or size.
        public static let invalidArguments = Code(value: .invalidArguments)
        /// The call asks for more than the agent's configuration grants.
        public static let notGranted = Code(value: .notGranted)
        /// The configuration has a mistake.
        public static let invalidConfiguration = Code(value: .invalidConfiguration)
        /// A key is not where the configuration says that it is.
        public static let noSecret = Code(value: .noSecret)
        /// The model's endpoint cannot be reached, or refuses.
        public static let endpoint = Code(value: .endpoint)
        /// The conversation does not fit the model's context any more.
        public static let contextExceeded = Code(value: .contextExceeded)
        /// The model's answer is larger than is taken.
        public static let answerTooLarge = Code(value: .answerTooLarge)
        /// The model goes on calling tools after the last turn that it may take.
        public static let tooManyTurns = Code(value: .tooManyTurns)
        /// What an earlier attempt saved cannot be read.
        public static let damagedCheckpoint = Code(value: .damagedCheckpoint)
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
