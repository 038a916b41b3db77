/// What is wrong with a tool or a call of one.
public struct ToolError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault. New ones may appear in later versions.
    public struct Code: Sendable, Hashable {
        private enum Value { case invalidDescriptor, duplicateName, unknownTool, invalidArguments, notSupported, inputDeclined }
        private let value: Value

        /// A tool's name or schema cannot be used.
        public static let invalidDescriptor = Code(value: .invalidDescriptor)
        /// Two tools have one name.
        public static let duplicateName = Code(value: .duplicateName)
        /// There is no tool of that name.
        public static let unknownTool = Code(value: .unknownTool)
        /// The arguments do not fit the tool's schema, or its `prepare` refused them.
        public static let invalidArguments = Code(value: .invalidArguments)
        /// Whoever runs the tool cannot do what the tool wants of it.
        public static let notSupported = Code(value: .notSupported)
        /// Whoever was asked will not answer.
        public static let inputDeclined = Code(value: .inputDeclined)
    }

    /// The kind of fault.
    public let code: Code
    /// What is wrong and what to do.
    public let message: String

    /// For ``Code/invalidArguments``: where the arguments do not fit.
    public let violations: [JSONSchemaViolation]

    /// Makes an error.
    public init(_ code: Code, _ message: String, violations: [JSONSchemaViolation] = []) {
        self.code = code
        self.message = message
        self.violations = violations
    }

    /// The message.
    public var description: String { message }
}
