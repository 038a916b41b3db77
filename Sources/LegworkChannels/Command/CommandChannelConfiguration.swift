/// A program that is told what became of tasks.
public struct CommandChannelConfiguration: Sendable, Hashable {
    /// The program and its arguments; no shell sees them. It starts in `/`.
    public var argv: [String]
    /// What is added to its environment. A value may be a secret: what the program says is told without it.
    public var environment: [String: String]

    /// Describes a program.
    public init(_ argv: [String], environment: [String: String] = [:]) {
        self.argv = argv
        self.environment = environment
    }
}
