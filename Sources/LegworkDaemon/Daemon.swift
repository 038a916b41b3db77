import Glibc
public import Legwork
import LegworkCommands
import LegworkCore
import LegworkEventLoop
import LegworkFixtures
import LegworkHTTP
import LegworkMCP
import LegworkSQLite
import Synchronization

/// Everything put together: the store, the tools, the manager and the doors, over one state folder.
public final class Daemon: Sendable {
    /// The version of Legwork.
    public static let version = "0.1.0"

    private let configuration: DaemonConfiguration
    private let log: DaemonLog
    private let store: SQLiteTaskStore
    /// The manager.
    public let manager: TaskManager
    private let server: HTTPServer
    private let speaker: MCPServer
    private let mcp: MCPHTTPEndpoint
    private let shims: MCPShimEndpoint
    private let answers: LastingAnswers
    private let loops: [EventLoop]
    private let channels: ChannelKeeper
    private let tokens: TokenKeeper
    private let stop = StopSignal()

    /// Opens the state folder and listens. Whoever owns the store owns the folder; a second daemon is refused.
    ///
    /// - Throws: ``DaemonError``, `StoreError` or `HTTPError`, each saying what to do.
    public init(_ configuration: DaemonConfiguration, log: DaemonLog) async throws {
        EventLoop.ignoreBrokenPipes()
        // A file that may not grow further is an error of one task, as a full disk is, not the end of all.
        signal(SIGXFSZ, SIG_IGN)
        let descriptors = DescriptorLimit.raise()
        if descriptors < 1024 { log.write("only \(descriptors) files may be open at once; raise the hard limit (ulimit -Hn)") }
        self.configuration = configuration
        self.log = log
        let address = try TCPAddress(configuration.host, isSecure: configuration.tls != nil)
        let folder = configuration.folder
        try folder.create()
        store = try await SQLiteTaskStore.open(path: folder.database)

        // Commands have a loop of their own: a disk that is slow to take their output does not hold up the doors.
        let doors = try EventLoop(name: "legwork-doors")
        let commands = try EventLoop(name: "legwork-cmds")

        var managing = TaskManagerConfiguration()
        managing.window = configuration.window
        managing.workers = configuration.workers
        managing.queuePolicies = configuration.queuePolicies
        managing.standardQueuePolicy = configuration.standardQueuePolicy
        managing.outputFolder = folder.outputs
        managing.retention = configuration.retention
        managing.onProblem = { log.write($0) }
        managing.wakeUps = try configuration.wakeUp.map { WakeUpConfiguration(try $0.hook(commands: commands, doors: doors)) }
        let key = try StateKey.load(SecretFile(path: folder.stateKey))
        let seal = AnswerSeal(stateKey: key)
        let channels = try ChannelKeeper(configuration, log)
        self.channels = channels
        managing.channels = channels.channels.entries
        managing.redirectRules = channels.channels.rules
        managing.taskLink = { task in channels.channels.link.map { "\($0)v1/tasks/\(task)" } }
        managing.answerLinks = { content in channels.channels.link.map { AnswerLinks(seal, base: $0).links(for: content) } ?? [] }
        let registry = ToolRegistry()
        let manager = TaskManager(store: store, tools: registry, configuration: managing)
        self.manager = manager
        var running = RunCommandConfiguration(adoptsOrphans: configuration.adoptsOrphans)
        running.allowsShell = configuration.allowsShell
        let tool = RunCommandTool(loop: commands, configuration: running)
        for limitation in tool.limitations { log.write(limitation) }
        try registry.register(tool)
        try manager.registerCompanionTools()
        try manager.registerEvidenceTools()
        if configuration.offersFixtures {
            for fixture in try Fixtures.tools() { try registry.register(fixture) }
        }
        let agents = try AgentTools(configuration, manager, log)
        loops = [doors, commands] + [agents.loop].compactMap(\.self)

        let tokens = try TokenKeeper(folder: folder)
        self.tokens = tokens
        if configuration.port != nil { try tokens.openFile() }
        let status = DaemonStatus(
            version: Self.version,
            pid: getpid(),
            startedAt: .now,
            folder: folder,
            workers: configuration.workers
        )
        let gauges = DaemonGauges(store: store)
        answers = LastingAnswers(streams: configuration.maximumStreams, streamsPerOwner: configuration.maximumStreamsPerOwner)
        let api = API(
            manager: manager,
            status: status,
            log: log,
            tokens: tokens,
            gauges: gauges,
            answers: answers,
            agentToolName: configuration.agentTool,
            answerDesk: AnswerDesk(manager, seal),
            inbound: InboundDesk(manager) { channels.channels.inboundKeys[$0] ?? [] },
            channelKeeper: channels
        )
        var speaking = MCPServerOptions(info: MCPServerInfo(name: "legwork", version: Self.version))
        speaking.window = configuration.mcpWindow
        speaking.toolWindows = configuration.mcpToolWindows
        speaking.clientWindows = configuration.mcpClientWindows
        speaking.seal = MCPSeal { SecretBytes.code(of: $0, key: key) }
        if configuration.offersFixtures { Fixtures.equip(&speaking) }
        speaking.prompts.append(.taskReview(manager))
        let speaker = MCPServer(manager: manager, options: speaking)
        self.speaker = speaker
        let shims = MCPShimEndpoint(speaker, log: log)
        let mcp = MCPHTTPEndpoint(speaker, limits: speaking.limits, log: log)
        self.mcp = mcp
        self.shims = shims
        var serving = HTTPServerConfiguration()
        // Streams, which stay, take no place from requests, which come and go.
        serving.maximumConnections += configuration.maximumStreams
        serving.maximumTCPConnections += configuration.maximumStreams
        serving.onProblem = { log.write($0) }
        let admission = Admission(
            user: getuid(),
            others: configuration.allowedUsers,
            tokens: tokens,
            ownNames: address.ownNames,
            publicNames: configuration.publicNames,
            linkName: { channels.channels.linkName },
            isSecure: configuration.tls != nil
        )
        serving.authorize = { admission.mayConnect($0) }
        serving.admit = { admission.admit($0) }
        server = HTTPServer(
            loop: doors,
            configuration: serving,
            handler: HTTPRouter(metrics: gauges.routes) { routes in
                api.install(on: &routes)
                shims.install(on: &routes)
                mcp.install(on: &routes)
            }
        )
        tokens.onRevocation { [weak server] in server?.closeInvalid() }
        gauges.watch(server)
        let lost = try await manager.recover()
        if lost > 0 { log.write("\(lost) tasks were being executed when the last daemon ended; each went on, stopped or failed") }
        // The lock on the store is ours, so whatever listens at this path no longer does.
        unlink(folder.socket)
        try server.listen(unixSocket: folder.socket)
        if let path = configuration.sharedSocket { try server.listen(unixSocket: path, isShared: true) }
        if let port = configuration.port {
            let bound = try server.listen(
                host: configuration.host,
                port: port,
                allowRemote: configuration.tls != nil,
                tls: configuration.tls
            )
            let scheme = configuration.tls == nil ? "http" : "https"
            log.write("listening on \(scheme)://\(address.name):\(bound)/ (token in \(folder.token))")
        }
        log.write("legwork \(Self.version) serves \(folder.path) (pid \(getpid()))")
    }

    /// Serves until SIGTERM or SIGINT comes or ``requestStop()`` is called, then stops in order: no new work, running tools told, doors closed.
    public func run() async throws {
        let watches = try [SIGTERM, SIGINT].map { number in
            try loops[0].onSignal(number) { [stop] in stop.fire() }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Without its manager the daemon is of no use.
                defer { self.stop.fire() }
                try await self.manager.run()
            }
            await stop.wait()
            log.write("stopping")
            answers.drain()
            speaker.endSubscriptions()
            await manager.shutdown()
            mcp.close()
            shims.close()
            await server.shutdown()
            group.cancelAll()
            try await group.waitForAll()
        }
        for watch in watches { watch.cancel() }
        // From here on the next daemon may have the folder; the server has removed its socket already.
        tokens.close()
        await store.close()
        for loop in loops { loop.stop() }
        channels.close()
        log.write("stopped")
    }

    /// Asks ``run()`` to end.
    public func requestStop() { stop.fire() }
}

/// Something that is asked for once.
private final class StopSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func fire() { continuation.yield() }

    func wait() async {
        for await _ in stream { return }
    }
}
