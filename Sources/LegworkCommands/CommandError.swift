/// Why a command was refused or could not be started.
public struct CommandError: Error, Sendable, CustomStringConvertible {
    /// The kind of fault. New ones may appear in later versions.
    public struct Code: Sendable, Hashable {
        private enum Value {
            case invalidArguments, unusableDirectory, notFound, notExecutable, tooLarge, shellNotAllowed, cannotStart, failed
        }
        private let value: Value

        /// An argument has the wrong form.
        public static let invalidArguments = Code(value: .invalidArguments)
        /// The working directory does not exist, is none, or may not be entered.
        public static let unusableDirectory = Code(value: .unusableDirectory)
        /// There is no such program.
        public static let notFound = Code(value: .notFound)
        /// The program exists and cannot be run.
        public static let notExecutable = Code(value: .notExecutable)
        /// Arguments, environment or input are larger than a limit.
        public static let tooLarge = Code(value: .tooLarge)
        /// A shell line was given and this tool takes none.
        public static let shellNotAllowed = Code(value: .shellNotAllowed)
        /// The system refused to start the process.
        public static let cannotStart = Code(value: .cannotStart)
        /// The command ended with another code than 0, where that is a fault.
        public static let failed = Code(value: .failed)
    }

    /// The kind of fault.
    public let code: Code
    /// What is wrong and what to do.
    public let message: String
    /// What the system said, where it was asked.
    public let underlying: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    /// The message.
    public var description: String { message }
}
