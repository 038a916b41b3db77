/// A program that is told what became of tasks. Its description does not show what is in its environment.
public struct CommandChannelConfiguration: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The program and its arguments; no shell sees them. It starts in `/`.
    public var argv: [String]
    /// What is added to its environment. A value may be a secret: what the program says is told without it.
    public var environment: [String: String]

    /// Describes a program.
    public init(_ argv: [String], environment: [String: String] = [:]) {
        self.argv = argv
        self.environment = environment
    }

    /// The program and its arguments.
    public var description: String { argv.joined(separator: " ") }
    /// The program and its arguments.
    public var debugDescription: String { description }
    /// Shows the environment's names only.
    public var customMirror: Mirror { Mirror(self, children: ["argv": argv, "environment": environment.keys.sorted()]) }
}
