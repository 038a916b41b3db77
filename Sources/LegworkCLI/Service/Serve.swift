import Glibc
import Legwork
import LegworkCore
import LegworkDaemon
import LegworkHTTP

/// What a daemon says when it cannot start, where another command looks for it.
enum DaemonFault {
    static let alreadyRunning = "another daemon"
}

/// `legwork serve`.
enum Serve: Command {
    static let name = "serve"
    static let summary = "Run the daemon here, until it is told to stop"
    static let usage = "[OPTIONS]"
    static let details = """
        The other commands start a daemon by themselves when there is none. It listens on a Unix socket in the state folder, which only you
        can use; with --port also on 127.0.0.1, for those who send a token: the one in the state folder's file 'token', or one that legwork
        token create has made. For other machines it speaks TLS.
        """
    static let options = [
        Option("port", value: "PORT", "listen on 127.0.0.1 as well; 0 takes any free port"),
        Option("host", value: "ADDRESS", "listen on this address instead, such as 0.0.0.0; needs --tls-cert, unless it is a loopback one"),
        Option("tls-cert", value: "FILE", "speak TLS at the port, with the certificate (and those after it) in this PEM file"),
        Option("tls-key", value: "FILE", "its key, a PEM file without a passphrase; both are read again when they change"),
        Option("public-name", value: "NAMES", "names that clients may call the daemon by beside localhost, with commas"),
        Option("allow-uid", value: "USERS", "let other users of this machine in: 'UID=OWNER;UID=OWNER:read,call'; needs --shared-socket"),
        Option("shared-socket", value: "PATH", "where they reach the daemon, in a folder that they may enter and only you write"),
        Option("workers", value: "N", "execute so many queued tasks at once (default 4)"),
        Option("queue-policy", value: "POLICY", "limits of queues: 'build:concurrency=2,key=1;*:owner=4,rate=10/60s'"),
        Option("window", value: "DURATION", "how long a call may take before it becomes a task (default 10s)"),
        Option("mcp-window", value: "DURATION", "the same for MCP clients (default 3s: some give up after 5)"),
        Option("mcp-tool-windows", value: "WINDOWS", "other windows of single tools for MCP clients: 'build=0s,search=8s'"),
        Option("mcp-client-windows", value: "WINDOWS", "other windows for single MCP clients, by the name they give: 'claude-code=20s'"),
        Option("keep-finished", value: "DURATION", "delete tasks so long after their end, or 'forever' (default 7d, of failed ones 30d)"),
        Option("keep-count", value: "N", "keep at most so many finished tasks (default 100000)"),
        Option("wake-command", value: "PROGRAM", "run this program, with the notices on its input, when nobody listens to them"),
        Option("wake-url", value: "URL", "post the notices to this URL, when nobody listens to them"),
        Option("wake-locally", "let --wake-url lead to this machine or a private network"),
        Option("agents", value: "FILE", "offer the agents that this file describes (default: agents.json in the state folder, if there)"),
        Option("channels", value: "FILE", "deliver to the channels that this file describes (default: channels.json in the state folder)"),
        Option("agent-tool", value: "NAME", "the tool that prompts are for (default: the first that is an agent's)"),
        Option("streams", value: "N", "let at most so many event streams be open (default 2048)"),
        Option("streams-per-owner", value: "N", "the same for one owner (default 1024)"),
        Option("no-shell", "let run_command take no shell lines"),
        Option("fixtures", "offer tools, resources and prompts on which MCP clients can be tried out"),
        Option("detached", "say 'ready' on standard output, then close it; for commands that start a daemon"),
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let arguments = invocation.arguments
        guard arguments.positionals.isEmpty, arguments.rest == nil else { throw CLIError(.usage, "serve takes only options; see --help") }
        var configuration = DaemonConfiguration(folder: invocation.folder)
        try listening(arguments, &configuration)
        try sharing(arguments, &configuration)
        if let workers = try arguments.number("workers", in: 1...1000) { configuration.workers = workers }
        if let text = arguments["queue-policy"] {
            do throws(QueuePolicy.Fault) {
                (configuration.queuePolicies, configuration.standardQueuePolicy) = try QueuePolicy.read(text)
            } catch {
                throw CLIError(.usage, error.description)
            }
        }
        if let window = try arguments.duration("window") { configuration.window = window }
        if let window = try arguments.duration("mcp-window") { configuration.mcpWindow = window }
        configuration.mcpToolWindows = try arguments.durations("mcp-tool-windows")
        configuration.mcpClientWindows = try arguments.durations("mcp-client-windows")
        configuration.retention = try retention(arguments)
        configuration.wakeUp = try wakeUp(arguments)
        configuration.agentTool = arguments["agent-tool"]
        configuration.allowsShell = !arguments.has("no-shell")
        configuration.agentsFile = arguments["agents"]
        configuration.channelsFile = arguments["channels"]
        if let streams = try arguments.number("streams", in: 0...100_000) { configuration.maximumStreams = streams }
        if let streams = try arguments.number("streams-per-owner", in: 0...100_000) { configuration.maximumStreamsPerOwner = streams }
        configuration.offersFixtures = arguments.has("fixtures")

        let daemon: Daemon
        do {
            daemon = try await Daemon(configuration, log: DaemonLog())
        } catch let error as StoreError where error.code == .locked {
            throw CLIError(.noDaemon, "\(DaemonFault.alreadyRunning) has \(invocation.folder.path): \(error.message)")
        } catch let error as HTTPError {
            throw CLIError(.noDaemon, error.message)
        } catch {
            throw CLIError(.noDaemon, String(describing: error))
        }
        if arguments.has("detached") {
            invocation.console.print(DaemonLauncher.readyLine)
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            dup2(null, STDOUT_FILENO)
            close(null)
        }
        try await daemon.run()
        return ExitCode.success.rawValue
    }

    private static func listening(_ arguments: Arguments, _ configuration: inout DaemonConfiguration) throws(CLIError) {
        configuration.port = try arguments.number("port", in: 0...65535).map(UInt16.init)
        let needing = ["host", "tls-cert", "tls-key", "public-name"].first(where: arguments.has)
        if configuration.port == nil, let needing { throw CLIError(.usage, "--\(needing) is about the port: give --port too") }
        if let host = arguments["host"] { configuration.host = host }
        if let names = arguments["public-name"] {
            configuration.publicNames = names.split(separator: ",").map(String.init)
            guard !configuration.publicNames.isEmpty, configuration.publicNames.allSatisfy(TCPAddress.isName) else {
                throw CLIError(.usage, "--public-name takes names such as legwork.example, with commas and without ports, not '\(names)'")
            }
        }
        switch (arguments["tls-cert"], arguments["tls-key"]) {
        case (nil, nil): break
        case (let certificate?, let key?): configuration.tls = TLSFiles(certificate: certificate, key: key)
        default: throw CLIError(.usage, "give both --tls-cert and --tls-key")
        }
    }

    private static func sharing(_ arguments: Arguments, _ configuration: inout DaemonConfiguration) throws(CLIError) {
        guard arguments.has("allow-uid") == arguments.has("shared-socket") else {
            throw CLIError(.usage, "give both --allow-uid and --shared-socket")
        }
        guard let users = arguments["allow-uid"] else { return }
        configuration.sharedSocket = arguments["shared-socket"]
        do throws(DaemonError) {
            configuration.allowedUsers = try AllowedUsers(parsing: users)
        } catch {
            throw CLIError(.usage, "--allow-uid: \(error.description)")
        }
    }

    private static func wakeUp(_ arguments: Arguments) throws(CLIError) -> DaemonConfiguration.WakeUp? {
        switch (arguments["wake-command"], arguments["wake-url"]) {
        case (nil, nil): return nil
        case (let program?, nil): return .command([program])
        case (nil, let url?): return .webhook(url, allowsPrivateAddresses: arguments.has("wake-locally"))
        case (.some, .some): throw CLIError(.usage, "give either --wake-command or --wake-url")
        }
    }

    private static func retention(_ arguments: Arguments) throws(CLIError) -> RetentionPolicy {
        var policy = RetentionPolicy()
        if arguments["keep-finished"] == "forever" {
            policy = .forever
        } else if let age = try arguments.duration("keep-finished", atMost: Arguments.longestAge) {
            policy = RetentionPolicy(age: age)
        }
        if let count = try arguments.number("keep-count", in: 0...1_000_000_000) { policy.maximumFinished = count }
        return policy
    }
}
