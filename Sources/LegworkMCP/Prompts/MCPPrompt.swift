public import LegworkCore

/// A text that a server offers to people for their model, with blanks that they fill in.
public struct MCPPrompt: Sendable {
    /// A blank.
    public struct Argument: Sendable {
        /// Its name.
        public var name: String
        /// What belongs there.
        public var description: String?
        /// Whether it must be filled in.
        public var isRequired: Bool
        /// The values that it can have, as far as they can be told.
        public var complete: @Sendable (_ typed: String, Caller) async throws -> MCPCompletion

        /// Describes a blank.
        public init(
            _ name: String,
            description: String? = nil,
            isRequired: Bool = false,
            complete: @escaping @Sendable (_ typed: String, Caller) async throws -> MCPCompletion = { _, _ in MCPCompletion([]) }
        ) {
            self.name = name
            self.description = description
            self.isRequired = isRequired
            self.complete = complete
        }
    }

    /// One message of the text.
    public struct Message: Sendable, Hashable {
        /// Who says it.
        public enum Role: String, Sendable, Hashable {
            /// The person.
            case user
            /// The model.
            case assistant
        }

        /// Who says it.
        public var role: Role
        /// What is said.
        public var content: ContentBlock

        /// Makes a message.
        public init(_ role: Role = .user, _ content: ContentBlock) {
            self.role = role
            self.content = content
        }

        /// Something that the person says.
        public static func user(_ text: String) -> Message { Message(.user, .text(text)) }
    }

    /// Somebody's wish for the text.
    public struct Request: Sendable {
        /// What is filled in, by the blank's name. All that must be filled in is there.
        public var arguments: [String: String]
        /// What was answered, by the question's key. All questions have their answer.
        public var answers: [String: JSONValue]
        /// Who wants it.
        public var caller: Caller
    }

    /// Its name, for programs.
    public var name: String
    /// Its name, for people.
    public var title: String?
    /// What it is for.
    public var description: String?
    /// Its blanks.
    public var arguments: [Argument]
    /// What the client is asked before the text is made, each with a key of its own.
    public var questions: [ToolQuestion]
    /// Makes the text.
    public var make: @Sendable (Request) async throws -> [Message]

    /// Describes a prompt.
    ///
    /// - Parameter make: what it throws is told to the client as an internal error.
    public init(
        name: String,
        title: String? = nil,
        description: String? = nil,
        arguments: [Argument] = [],
        questions: [ToolQuestion] = [],
        make: @escaping @Sendable (Request) async throws -> [Message]
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.arguments = arguments
        self.questions = questions
        self.make = make
    }
}
