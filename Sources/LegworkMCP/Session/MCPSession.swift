import LegworkCore

/// The protocol as a server speaks it with one client, old and new revisions alike. A pure value: messages go in, actions come out.
///
/// A client of the modern era (2026-07-28) says with each request what it speaks and can, and nothing is remembered of it. A client of the
/// older revisions opens with `initialize`; what it negotiated is remembered. One client may do both, request by request
/// (2026-07-28, basic/versioning: a server may serve both eras on one connection).
public struct MCPSession: Sendable {
    /// What is to be done about a message.
    public enum Action: Sendable, Hashable {
        /// Nothing.
        case none
        /// Send this.
        case answer(MCPAnswer)
        /// Stop working on an open request, as its sender wishes.
        case cancelRequest(MCPRequestID)
        /// Give this to whoever asked the client.
        case deliver(MCPResponse)
        /// Do something that takes time, send its answer, then call ``MCPSession/finish(_:)``.
        case perform(MCPOperation, MCPExchange)
    }

    struct Legacy: Sendable {
        var revision: MCPRevision
        var client: String?
        /// From which level on it gets log messages. A client that has not said so gets what matters to people.
        var logLevel = LogLevel.info
        var abilities: MCPClientAbilities
    }

    private let server: MCPServerInfo
    private let maximumOpenRequests: Int
    let hasPrompts: Bool
    var legacy: Legacy?
    private var open: Set<MCPRequestID> = []

    /// Begins a session.
    ///
    /// - Parameters:
    ///   - server: how the server introduces itself.
    ///   - maximumOpenRequests: how many requests may be worked on at once; more are refused.
    ///   - hasPrompts: whether the server offers prompts.
    public init(server: MCPServerInfo, maximumOpenRequests: Int = 256, hasPrompts: Bool = false) {
        self.server = server
        self.maximumOpenRequests = maximumOpenRequests
        self.hasPrompts = hasPrompts
    }

    /// The revision that `initialize` agreed on; nil before, and for clients that never send it.
    public var negotiatedRevision: MCPRevision? { legacy?.revision }

    /// The requests that are being worked on.
    public var openRequests: Set<MCPRequestID> { open }

    /// Takes a message.
    public mutating func receive(_ message: MCPMessage) -> Action {
        switch message {
        case .response(let response): return .deliver(response)
        case .notification(let method, let params): return notified(method, params)
        case .request(let request):
            guard !open.contains(request.id) else {
                let text = "the id \(request.id.json.json()) is that of a request which is still open; choose another"
                return .answer(.error(request.id, MCPError(.invalidRequest, text, httpStatus: 400)))
            }
            let action: Action
            do {
                action = try route(request)
            } catch {
                return .answer(.error(request.id, error))
            }
            guard case .perform = action else { return action }
            guard open.count < maximumOpenRequests else {
                let text = "\(open.count) requests are open, more are not taken; wait for an answer and try again"
                return .answer(.error(request.id, MCPError(.tooManyRequests, text, httpStatus: 429)))
            }
            open.insert(request.id)
            return action
        }
    }

    /// Forgets a request that has been answered, or that needs no answer any more.
    public mutating func finish(_ id: MCPRequestID) { open.remove(id) }

    private func notified(_ method: String, _ params: JSONObject) -> Action {
        // `notifications/initialized` and the rest change nothing here.
        guard method == "notifications/cancelled" else { return .none }
        guard let id = params["requestId"].flatMap(MCPRequestID.init), open.contains(id) else { return .none }
        return .cancelRequest(id)
    }

    // MARK: - Which era

    private mutating func route(_ request: MCPRequest) throws(MCPError) -> Action {
        // There is no `initialize` in the modern era, whatever a client stamps on it.
        if request.method == "initialize" { return .answer(try initialize(request)) }
        let meta = request.meta
        if meta?[MCPName.protocolVersion] != nil || meta?[MCPName.clientCapabilities] != nil {
            return try modern(request, meta ?? JSONObject())
        }
        if let legacy {
            if request.method == "logging/setLevel" { return .answer(try setLogLevel(request)) }
            return try self.legacy(request, legacy)
        }
        switch request.method {
        case "ping": return .answer(.result(request.id, JSONObject()))
        case "server/discover", "tools/list", "tools/call", "tasks/get", "tasks/update", "tasks/cancel", "resources/list",
            "resources/templates/list", "resources/read", "subscriptions/listen", "prompts/list", "prompts/get", "completion/complete":
            throw MCPError(
                .invalidParams,
                "params._meta must name \(MCPName.protocolVersion) and \(MCPName.clientCapabilities); or send 'initialize' first",
                httpStatus: 400
            )
        default: throw Self.unknownMethod(request.method)
        }
    }

    private static func unknownMethod(_ method: String, httpStatus: Int = 404) -> MCPError {
        MCPError(.methodNotFound, "there is no method '\(method.truncated(toBytes: 100))' here", httpStatus: httpStatus)
    }

    // MARK: - Revisions with a handshake

    private mutating func initialize(_ request: MCPRequest) throws(MCPError) -> MCPAnswer {
        guard let wanted = request.params["protocolVersion"]?.string else {
            throw MCPError(.invalidParams, "params.protocolVersion must be a string such as \"\(MCPRevision.newestLegacy.rawValue)\"")
        }
        // A client that cannot speak what it is offered leaves (2025-11-25, basic/lifecycle).
        let revision = MCPRevision(rawValue: wanted).flatMap { $0.isModern ? nil : $0 } ?? .newestLegacy
        legacy = Legacy(
            revision: revision,
            client: Self.name(of: request.params["clientInfo"]),
            abilities: MCPClientAbilities(request.params["capabilities"]?.object, in: revision)
        )
        var capabilities = self.capabilities(in: revision)
        if revision.hasDrivenTasks { capabilities["tasks"] = MCPDrivenTaskRequest.capability }
        var result: JSONObject = [
            "protocolVersion": .string(revision.rawValue), "capabilities": .object(capabilities), "serverInfo": server.json,
        ]
        result["instructions"] = server.instructions.map(JSONValue.string)
        return .result(request.id, result)
    }

    private func legacy(_ request: MCPRequest, _ legacy: Legacy) throws(MCPError) -> Action {
        let exchange = MCPExchange(
            id: request.id,
            revision: legacy.revision,
            takesTasks: false,
            progressToken: Self.progressToken(request.meta),
            logLevel: legacy.logLevel,
            client: legacy.client,
            abilities: legacy.abilities,
            server: server
        )
        switch request.method {
        case "ping": return .answer(exchange.complete(JSONObject()))
        case "tools/list": return .perform(try listTools(request), exchange)
        case "tools/call": return .perform(.callTool(try MCPToolCall(request.params, in: legacy.revision)), exchange)
        default:
            if let driven = try MCPDrivenTaskRequest(request, in: exchange.revision) { return .perform(.drivenTask(driven), exchange) }
            guard let feature = try MCPFeatureRequest(request, in: exchange.revision, takesTasks: false, hasPrompts: hasPrompts) else {
                throw Self.unknownMethod(request.method, httpStatus: 200)
            }
            return .perform(.feature(feature), exchange)
        }
    }

    // MARK: - The revision without

    private func modern(_ request: MCPRequest, _ meta: JSONObject) throws(MCPError) -> Action {
        guard let version = meta[MCPName.protocolVersion]?.string else {
            throw MCPError(.invalidParams, "params._meta must name \(MCPName.protocolVersion), a string", httpStatus: 400)
        }
        guard let revision = MCPRevision(rawValue: version), revision.isModern else {
            throw MCPError(unsupported: version)
        }
        guard let capabilities = meta[MCPName.clientCapabilities]?.object else {
            throw MCPError(.invalidParams, "params._meta must hold \(MCPName.clientCapabilities), an object", httpStatus: 400)
        }
        let exchange = MCPExchange(
            id: request.id,
            revision: revision,
            takesTasks: capabilities["extensions"]?[MCPName.tasks]?.object != nil,
            progressToken: Self.progressToken(meta),
            logLevel: try meta[MCPName.logLevel].map(Self.logLevel),
            client: Self.name(of: meta[MCPName.clientInfo]),
            abilities: MCPClientAbilities(capabilities, in: revision),
            server: server
        )
        switch request.method {
        case "server/discover": return .answer(discover(exchange))
        case "tools/list": return .perform(try listTools(request), exchange)
        case "tools/call": return .perform(.callTool(try MCPToolCall(request.params, in: revision)), exchange)
        case "tasks/get": return .perform(.getTask(try task(request, exchange)), exchange)
        case "tasks/cancel": return .perform(.cancelTask(try task(request, exchange)), exchange)
        case "tasks/update":
            let id = try task(request, exchange)
            guard let responses = request.params["inputResponses"]?.object else {
                throw MCPError(.invalidParams, "params.inputResponses must be an object")
            }
            return .perform(.updateTask(id, responses), exchange)
        default:
            guard let feature = try MCPFeatureRequest(request, in: revision, takesTasks: exchange.takesTasks, hasPrompts: hasPrompts) else {
                throw Self.unknownMethod(request.method)
            }
            return .perform(.feature(feature), exchange)
        }
    }

    private func discover(_ exchange: MCPExchange) -> MCPAnswer {
        var capabilities = capabilities(in: exchange.revision)
        capabilities["extensions"] = [MCPName.tasks: [:]]
        var result: JSONObject = [
            "supportedVersions": .array(MCPRevision.newestFirst.filter(\.isModern).map { .string($0.rawValue) }),
            "capabilities": .object(capabilities),
        ]
        result["instructions"] = server.instructions.map(JSONValue.string)
        return exchange.complete(exchange.cached(result, forMilliseconds: MCPExchange.listLifetime))
    }

    /// The task that a request of the tasks extension names.
    private func task(_ request: MCPRequest, _ exchange: MCPExchange) throws(MCPError) -> String {
        guard exchange.takesTasks else { throw .tasksNotDeclared("'\(request.method)'") }
        guard let id = request.params["taskId"]?.string else { throw MCPError(.invalidParams, "params.taskId must be a string") }
        return id
    }

    // MARK: - Parameters that both eras know

    private func listTools(_ request: MCPRequest) throws(MCPError) -> MCPOperation {
        .listTools(cursor: try request.params.cursor)
    }

    private static func progressToken(_ meta: JSONObject?) -> JSONValue? {
        switch meta?["progressToken"] {
        case .string(let text) where text.utf8.count <= MCPRequestID.maximumLength: .string(text)
        case .integer(let number): .integer(number)
        // A token that is none asks for nothing.
        case nil, .some: nil
        }
    }

    /// What a client calls itself, fit to be shown.
    private static func name(of info: JSONValue?) -> String? {
        guard let name = info?["name"]?.string?.truncated(toBytes: 100), !name.isEmpty else { return nil }
        return String(String.UnicodeScalarView(name.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}
