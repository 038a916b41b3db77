public import Legwork
import LegworkCommands
public import LegworkCore
import LegworkEventLoop
public import LegworkHTTP

/// How a daemon is to run.
public struct DaemonConfiguration: Sendable {
    /// Where it keeps everything.
    public var folder: StateFolder
    /// How many queued tasks it executes at once.
    public var workers: Int = 4
    /// What each queue may do at once and how often, by name, and what all others may.
    public var queuePolicies: [String: QueuePolicy] = [:]
    /// The same for queues that are not named there.
    public var standardQueuePolicy = QueuePolicy.unlimited
    /// How long a call may take before it becomes a task, in seconds, where the door has no window of its own.
    public var window: Duration = .seconds(10)
    /// The window of the MCP door: some hosts give up on a tool after 5 seconds.
    public var mcpWindow: Duration = .seconds(3)
    /// Other windows of the MCP door for tools, by name; they go before all others.
    public var mcpToolWindows: [String: Duration] = [:]
    /// Other windows of the MCP door for clients, by the name that they give themselves.
    public var mcpClientWindows: [String: Duration] = [:]
    /// How long finished tasks are kept.
    public var retention = RetentionPolicy()
    /// The TCP port to listen on as well, for those who have a token; 0 takes any that is free, nil none.
    public var port: UInt16?
    /// The address to listen on there, in figures. One that other machines reach needs ``tls``.
    public var host: String = "127.0.0.1"
    /// What the daemon is called beside that address and `localhost`, without a port.
    public var publicNames: [String] = []
    /// The files with which TLS is spoken at that port, and nothing else; nil speaks plainly.
    public var tls: TLSFiles?
    /// Where other users of this machine reach the daemon, in a folder that they may enter; nil for nowhere.
    public var sharedSocket: String?
    /// Those other users.
    public var allowedUsers = AllowedUsers()
    /// How many event streams there may be at once; more are answered with 503.
    public var maximumStreams = 2048
    /// How many of them one owner may have; more are answered with 429.
    public var maximumStreamsPerOwner = 1024
    /// What wakes an owner whose task has something to say while nobody listens.
    public var wakeUp: WakeUp?
    /// The tool that prompts are for which name none; nil takes the first tool that is an agent's.
    public var agentTool: String?
    /// Whether processes come to this one whose own parent has ended, so that those which commands left behind are found and reaped. It changes
    /// the whole process: one that is more than a daemon, and has children of its own, may not want that.
    public var adoptsOrphans: Bool = true
    /// Whether `run_command` may hand a line to the shell.
    public var allowsShell: Bool = true
    /// The file that describes agents; nil takes `agents.json` in the state folder, where there is one.
    public var agentsFile: String?
    /// The file that describes channels; nil takes `channels.json` in the state folder, where there is one.
    public var channelsFile: String?
    /// Whether tools, resources and prompts are offered that show MCP clients what a server can do.
    public var offersFixtures: Bool = false

    /// The defaults for a state folder.
    public init(folder: StateFolder) { self.folder = folder }

    /// Something outside the daemon that starts an owner's next run.
    public enum WakeUp: Sendable, Hashable {
        /// A program and its arguments; it reads the notices from its standard input.
        case command([String])
        /// A URL that the notices are posted to, and whether it may lead to this machine and its network.
        case webhook(String, allowsPrivateAddresses: Bool)

        func hook(commands: EventLoop, doors: EventLoop) throws -> any WakeUpHook {
            switch self {
            case .command(let argv): try CommandWakeUpHook(argv, loop: commands)
            case .webhook(let url, let allows):
                try WebhookWakeUpHook(url: url, client: HTTPClient(loop: doors), allowsPrivateAddresses: allows)
            }
        }
    }
}
