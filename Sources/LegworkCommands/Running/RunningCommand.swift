package import LegworkCore

/// A command that was started, wherever it runs: in this process's care, or in that of another which outlives it.
package protocol RunningCommand: AnyObject, Sendable {
    /// The id of the command's own process, which leads a session and a process group of the same number.
    var processID: Int32 { get }

    /// When that process started, in clock ticks since the machine did; with the id it names the process for good.
    var startTime: UInt64 { get }

    /// Returns when the command has ended and its output is complete, or complete enough. Any number of callers may wait, also later.
    ///
    /// Cancelling the waiting Swift task does not end the wait: who wants the command to end calls ``stop(_:grace:)``.
    func waitForExit() async -> CommandExit

    /// Sends a signal to the command's process group; does nothing when the command has ended.
    func signal(_ number: Int32)

    /// Ends the command and everything it started: SIGTERM, after the grace SIGKILL, until nobody is left. Calling it again may shorten
    /// the grace; it never lengthens it.
    func stop(_ reason: StopReason, grace: Duration)
}

/// Why a command was stopped.
package enum StopReason: Sendable, Hashable {
    /// Somebody asked for it.
    case cancelled
    /// It ran longer than it may.
    case timeLimit
}

/// Starts commands.
package protocol CommandLauncher: Sendable {
    /// Starts a command; it runs on, whoever waits for it.
    ///
    /// - Throws: what the caller is to be told.
    func launch(_ launch: CommandLaunch) async throws(CommandError) -> any RunningCommand
}

/// What a launcher needs to know.
package struct CommandLaunch: Sendable {
    /// The command.
    package var request: CommandRequest
    /// Marks the command's environment; see ``CommandMarker``.
    package var marker: String
    /// Where its output goes, standard output and standard error in one.
    package var output: any ToolOutput
    /// Hears the last line of the output once in a while.
    package var onStatus: @Sendable (String) -> Void

    /// Describes a launch.
    package init(
        _ request: CommandRequest,
        marker: String,
        output: any ToolOutput,
        onStatus: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.request = request
        self.marker = marker
        self.output = output
        self.onStatus = onStatus
    }
}
