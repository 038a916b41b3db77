package import LegworkEventLoop

/// How a command ended, and what became of its output.
package struct CommandExit: Sendable, Hashable {
    /// How its process ended; nil when it could not be killed and still runs, or somebody else took its status.
    package var status: ProcessExit?
    /// Why it was stopped, when it did not end by itself.
    package var stopReason: StopReason?
    /// The time from its start to the end of its own process.
    package var duration: Duration
    /// How many bytes it wrote to standard output and standard error.
    package var outputBytes: Int
    /// The last of these bytes.
    package var tail: [UInt8]
    /// Why the output was not written in full, when it was not.
    package var outputError: String?
    /// Whether the output was read to its end; false when a process that was left behind still holds it open.
    package var isDrained: Bool
    /// How many processes of its session still run.
    package var leftRunning: Int
    /// Who would not die, such as `1234 (sudo)`.
    package var survivors: [String]
}
