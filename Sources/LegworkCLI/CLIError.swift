/// Why a command ends without having done its work, and with which exit code.
struct CLIError: Error, CustomStringConvertible {
    let exitCode: ExitCode
    let description: String

    init(_ exitCode: ExitCode, _ description: String) {
        self.exitCode = exitCode
        self.description = description
    }
}

/// The exit codes of `legwork`. `legwork run` ends with the command's own code, or 128 and its signal's number.
enum ExitCode: Int32 {
    case success = 0
    /// The task failed or was cancelled; or, what was asked for could not be done.
    case failure = 1
    /// The command line makes no sense.
    case usage = 2
    /// There is no such task, or several fit.
    case notFound = 3
    /// The daemon cannot be reached or started.
    case noDaemon = 4
    /// The call goes on as a task (EX_TEMPFAIL): not finished, so neither success nor failure.
    case stillRunning = 75
    /// The time to wait is over.
    case timedOut = 124
    /// The command cannot be started.
    case cannotStart = 127
    /// Interrupted by Ctrl-C.
    case interrupted = 130
}
