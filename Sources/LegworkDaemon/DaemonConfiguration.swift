public import Legwork

/// How a daemon is to run.
public struct DaemonConfiguration: Sendable {
    /// Where it keeps everything.
    public var folder: StateFolder
    /// How many queued tasks it executes at once.
    public var workers: Int = 4
    /// How long a call may take before it becomes a task, in seconds, where the door has no window of its own.
    public var window: Duration = .seconds(10)
    /// The window of the MCP door: some hosts give up on a tool after 5 seconds.
    public var mcpWindow: Duration = .seconds(3)
    /// How long finished tasks are kept.
    public var retention = RetentionPolicy()
    /// The port on 127.0.0.1 to listen on as well, guarded by a bearer token; 0 takes any that is free, nil none.
    public var port: UInt16?
    /// Whether `run_command` may hand a line to the shell.
    public var allowsShell: Bool = true

    /// The defaults for a state folder.
    public init(folder: StateFolder) { self.folder = folder }
}
