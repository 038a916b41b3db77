public import Legwork
public import LegworkCore

/// The MCP door: answers the messages of any number of clients with the tools and tasks of one manager.
///
/// A door that carries messages opens an ``MCPConnection`` per client, feeds it each message, and sends what comes back:
///
/// ```swift
/// let server = MCPServer(manager: manager, options: MCPServerOptions(info: MCPServerInfo(name: "builder", version: "1.0")))
/// let connection = server.connect(as: Caller(owner: "session-1"), over: .stdio)
/// if let answer = await connection.handle(line, notify: { write($0) }) { write(answer.bytes) }
/// ```
///
/// The server owns nothing that would have to be run or stopped. The tools are those of the manager's registry;
/// ``Legwork/TaskManager/registerCompanionTools()`` adds those with which a model looks after its tasks.
public final class MCPServer: Sendable {
    let manager: TaskManager
    let options: MCPServerOptions
    let clock: any TaskClock
    let hub = MCPResourceHub()
    let heart: MCPHeart

    /// Makes a server.
    ///
    /// - Parameters:
    ///   - manager: whose tools and tasks.
    ///   - options: how clients are treated.
    ///   - clock: the time, for heartbeats; the manager's own should be given where that is another.
    public init(manager: TaskManager, options: MCPServerOptions, clock: any TaskClock = SystemClock()) {
        self.manager = manager
        self.options = options
        self.clock = clock
        heart = MCPHeart(clock: clock)
    }

    /// Opens a connection.
    ///
    /// - Parameters:
    ///   - caller: in whose name its calls are made, and whose tasks it sees. With a session, results of tools end with a ``Legwork/Reminder``
    ///     when something became of the session's tasks meanwhile.
    ///   - transport: what carries its messages, which decides what a lost connection means.
    public func connect(as caller: Caller, over transport: MCPTransport) -> MCPConnection {
        MCPConnection(self, caller, transport)
    }

    // MARK: - Operations

    /// Does what a request asks for.
    ///
    /// - Returns: the answer; nil when its sender has called it off in time.
    func perform(_ request: MCPOpenRequest, notify: @escaping @Sendable (MCPNotification) -> Void) async -> MCPAnswer? {
        let exchange = request.exchange
        do {
            switch request.operation {
            case .listTools(let cursor): return try exchange.tools(manager.tools.tools, cursor: cursor)
            case .callTool(let call): return try await self.call(call, request, notify)
            case .drivenTask(let driven): return try await perform(driven, request, notify)
            case .getTask(let id):
                let record = try await manager.task(Self.id(id), in: request.caller.scope)
                await manager.noteReading([record], in: request.caller.scope, session: request.caller.session)
                return exchange.task(record, now: clock.now)
            case .updateTask(let id, let responses):
                try await answer(Self.id(id), responses, in: request.caller.scope)
                return exchange.acknowledged
            case .cancelTask(let id):
                _ = try await manager.cancel(Self.id(id), in: request.caller.scope)
                return exchange.acknowledged
            case .feature(let feature): return try await perform(feature, for: request, notify: notify)
            }
        } catch let error as MCPError {
            return exchange.fail(error)
        } catch let error as TaskManagerError where error.code == .notFound {
            return exchange.fail(MCPExchange.taskNotFound)
        } catch is CancellationError {
            return nil
        } catch {
            return exchange.fail(MCPError(.internalError, "\(error)"))
        }
    }

    /// The task that a client names. On this wire it is always a whole id.
    static func id(_ text: String) throws(MCPError) -> TaskID {
        guard let id = TaskID(text) else { throw MCPExchange.taskNotFound }
        return id
    }

    /// The caller, with where the call came from as far as that is known here.
    func caller(of request: MCPOpenRequest) -> Caller {
        var caller = request.caller
        if caller.origin == nil { caller.origin = Caller.Origin(platform: "mcp", channel: request.exchange.client) }
        return caller
    }

    /// A result with what is new about the conversation's tasks after it, where there is anything: it cannot be told sooner, for a model
    /// reads nothing but answers.
    func reminded(_ outcome: CallOutcome, _ request: MCPOpenRequest) async -> CallOutcome {
        guard case .finished(var result) = outcome, let reminder = try? await request.reminders?.next(onlyNews: true) else {
            return outcome
        }
        result.content.append(.text(reminder.text))
        return .finished(result)
    }
}
