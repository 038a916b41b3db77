/// How a `run_command` tool behaves.
public struct RunCommandConfiguration: Sendable, Hashable {
    /// Whether callers may give a shell line instead of a list of arguments.
    public var allowsShell: Bool
    /// The program that runs shell lines, as `PATH -c LINE`; an absolute path.
    public var shell: String
    /// Where commands start that name no `cwd`; an absolute path. Nil is the user's home.
    public var defaultDirectory: String?
    /// The environment of commands that give none. Nil is that of this process, read at each call.
    public var environment: [String: String]?
    /// How much of the output's end a result shows when the call does not say, in bytes; at most ``maximumTailBytes``.
    public var tailBytes: Int
    /// The time between SIGTERM and SIGKILL when a command is cancelled or runs out of time.
    public var cancelGrace: Duration
    /// How long the output is awaited after the command itself has ended, when a process it left behind holds it open.
    public var drainGrace: Duration
    /// The shortest time between two status reports made of the output's last line.
    public var statusInterval: Duration
    /// Whether this process asks to become the parent of processes whose own parent has ended, so that they can be followed and reaped.
    ///
    /// It changes the whole process (`PR_SET_CHILD_SUBREAPER`). Without it they go to process 1, and are found only by their environment.
    public var adoptsOrphans: Bool

    /// The largest tail of the output in a result, in bytes.
    public static let maximumTailBytes = 1 << 20
    /// The largest standard input, in bytes.
    public static let maximumInputBytes = 10 << 20
    /// The most arguments, the program's name included.
    public static let maximumArguments = 4096
    /// The longest time limit: seven days.
    public static let maximumTimeout = Duration.seconds(7 * 24 * 3600)

    /// Describes a tool.
    public init(
        allowsShell: Bool = true,
        shell: String = "/bin/sh",
        defaultDirectory: String? = nil,
        environment: [String: String]? = nil,
        tailBytes: Int = 8 << 10,
        cancelGrace: Duration = .seconds(5),
        drainGrace: Duration = .milliseconds(500),
        statusInterval: Duration = .milliseconds(250),
        adoptsOrphans: Bool = true
    ) {
        self.allowsShell = allowsShell
        self.shell = shell
        self.defaultDirectory = defaultDirectory
        self.environment = environment
        self.tailBytes = min(max(tailBytes, 0), Self.maximumTailBytes)
        self.cancelGrace = max(cancelGrace, .zero)
        self.drainGrace = max(drainGrace, .zero)
        self.statusInterval = max(statusInterval, .milliseconds(1))
        self.adoptsOrphans = adoptsOrphans
    }
}
