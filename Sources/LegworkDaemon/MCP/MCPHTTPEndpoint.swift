import LegworkCore
import LegworkHTTP
import LegworkMCP
import Synchronization

/// `/mcp`: MCP over Streamable HTTP, for both eras.
///
/// What a request is, pure values say (``MCPPost``, ``MCPSessionHead``); here sessions are kept and answers carried.
final class MCPHTTPEndpoint: Sendable {
    private static let path = "/mcp"
    /// How long a client waits for an answer before it is told by a stream that its request is worked on.
    private static let patience = Duration.milliseconds(500)

    private struct State {
        /// The connections of modern clients' requests that are being worked on.
        var connections: [ObjectIdentifier: MCPConnection] = [:]
        var isClosed = false
    }

    private let server: MCPServer
    private let limits: JSONLimits
    private let log: DaemonLog
    private let sessions: MCPSessions<MCPHTTPSession>
    private let patience: MCPPatience
    private let state = Lock(State())

    /// - Parameters:
    ///   - server: what answers.
    ///   - limits: how large and deep a message may be.
    init(_ server: MCPServer, limits: JSONLimits, log: DaemonLog, clock: any TaskClock = SystemClock()) {
        self.server = server
        self.limits = limits
        self.log = log
        sessions = MCPSessions(clock: clock, isBusy: { $0.isBusy }, end: { $0.close() })
        patience = MCPPatience(Self.patience, clock: clock)
    }

    func install(on routes: inout HTTPRouter.Routes) {
        routes.on("POST", Self.path, faultsTo: log) { request, _, writer in
            try await self.refusing(writer) { try await self.post(request, writer) }
        }
        routes.on("GET", Self.path, faultsTo: log) { request, _, writer in
            try await self.refusing(writer) { try await self.listen(request, writer) }
        }
        routes.on("DELETE", Self.path, faultsTo: log) { request, _, writer in
            try await self.refusing(writer) { try await self.delete(request, writer) }
        }
        // A stream without a body would never end.
        routes.on("HEAD", Self.path) { _, _, writer in await writer.send(status: 405, headers: ["Allow": "DELETE, GET, POST"]) }
    }

    /// Ends all sessions and streams; what has an answer still gives it.
    func close() {
        let connections = state.withLock { state in
            state.isClosed = true
            return Array(state.connections.values)
        }
        server.endSubscriptions()
        for connection in connections { connection.close(serverStops: true) }
        sessions.closeAll()
    }

    // MARK: - Requests

    private func post(_ request: HTTPRequest, _ writer: HTTPResponseWriter) async throws {
        let principal = try Principal(request)
        let headers = MCPHTTPHeaders(request.headers)
        switch try MCPPost(headers: headers, body: request.body, limits: limits) {
        case .modern(let message):
            try Self.check(principal, message)
            do {
                try server.check(message, against: headers)
            } catch {
                throw MCPRejection(message.requestID, error)
            }
            try await answer(message, as: try principal.caller(platform: "mcp", session: Self.conversation(request)), writer)
        case .opening(let opening):
            try Self.check(principal, .request(opening))
            // What is new about its tasks is told to this conversation and no other, also when it has to begin a new session.
            let conversation = try Self.conversation(request) ?? "mcp-\(UInt64.random(in: .min ... .max))"
            try await open(opening, as: principal.caller(platform: "mcp", session: conversation), writer)
        case .session(let id, let message):
            try Self.check(principal, message)
            guard let session = sessions.session(id, of: principal.owner) else { throw Self.unknownSession(message.requestID) }
            try await answer(message, in: session, writer)
        }
    }

    /// A message that stands for itself.
    private func answer(_ message: MCPMessage, as caller: Caller, _ writer: HTTPResponseWriter) async throws {
        let connection = server.connect(as: caller, over: .http)
        let isClosed = state.withLock { state in
            // Subscriptions are ended by the server, with the answer that says so.
            if !state.isClosed, !message.isListening { state.connections[ObjectIdentifier(connection)] = connection }
            return state.isClosed
        }
        guard !isClosed else { throw Self.closing(message.requestID) }
        defer { state.withLock { $0.connections[ObjectIdentifier(connection)] = nil } }
        switch connection.begin(message) {
        case .none: await writer.send(status: 202)
        case .answer(let answer): await writer.send(answer)
        case .pending(let pending):
            let source = MCPEventSource()
            let work = start(pending, source)
            // Closing its response is how a client calls its request off (2026-07-28, basic/patterns/cancellation).
            try await withTaskCancellationHandler {
                do {
                    try await carry(source, of: nil, for: message.requestID, writer)
                } catch {
                    work.cancel()
                    throw error
                }
            } onCancel: {
                work.cancel()
            }
        }
    }

    private func open(_ opening: MCPRequest, as caller: Caller, _ writer: HTTPResponseWriter) async throws {
        let connection = server.connect(as: caller, over: .http)
        guard case .answer(let answer) = connection.begin(.request(opening)) else { throw Self.closing(opening.id) }
        guard connection.negotiatedRevision != nil else { return await writer.send(answer) }
        guard let id = sessions.add(MCPHTTPSession(connection), of: caller.owner) else { throw Self.closing(opening.id) }
        await writer.send(answer, headers: [MCPSessionHead.session: id])
    }

    private func answer(_ message: MCPMessage, in session: MCPHTTPSession, _ writer: HTTPResponseWriter) async throws {
        switch session.connection.begin(message) {
        case .none:
            // A session that was ended just now takes nothing.
            if let id = message.requestID { throw Self.unknownSession(id) }
            await writer.send(status: 202)
        case .answer(let answer): await writer.send(answer)
        case .pending(let pending):
            let source = session.makeStream()
            let work = start(pending, source)
            // The loss of the connection calls nothing off, but a call then becomes a task, so that it is not lost; its client finds the
            // answer when it comes back. Other requests go on for a client that can come back.
            let leave = { @Sendable [isCall = message.isCall] in
                if isCall || !source.isKept { work.cancel() }
            }
            try await withTaskCancellationHandler {
                do {
                    try await session.responding { try await carry(source, of: session, for: message.requestID, writer) }
                } catch {
                    leave()
                    throw error
                }
            } onCancel: {
                leave()
            }
        }
    }

    private func listen(_ request: HTTPRequest, _ writer: HTTPResponseWriter) async throws {
        let principal = try Principal(request)
        try principal.check(.read)
        let head = MCPSessionHead(MCPHTTPHeaders(request.headers))
        let id = try head.sessionToListenTo()
        let resumption = try head.resumption()
        guard let session = sessions.session(id, of: principal.owner) else { throw Self.unknownSession(nil) }
        let reading: MCPHTTPSession.Reading
        if let resumption {
            guard let known = session.resume(resumption) else {
                let text = "the stream of this Last-Event-ID is not kept any more; leave it out to listen anew"
                throw MCPRejection(nil, MCPError(.invalidRequest, text, httpStatus: 400))
            }
            reading = known
        } else {
            guard let new = session.listen() else {
                let text = "\(MCPHTTPSession.maximumListeners) streams listen already; close one first"
                throw MCPRejection(nil, MCPError(.tooManyRequests, text, httpStatus: 429))
            }
            reading = new
        }
        // However long somebody has listened, the session is idle only from now on.
        defer { _ = sessions.session(id, of: principal.owner) }
        try await session.responding { try await stream(reading, of: session, after: resumption?.position ?? 0, writer) }
    }

    private func delete(_ request: HTTPRequest, _ writer: HTTPResponseWriter) async throws {
        let principal = try Principal(request)
        try principal.check(.read)
        let id = try MCPSessionHead(MCPHTTPHeaders(request.headers)).sessionToListenTo()
        guard sessions.close(id, of: principal.owner) else { throw Self.unknownSession(nil) }
        await writer.send(status: 204)
    }

    // MARK: - Answers

    /// Works on a request, whatever becomes of the response that is to carry its answer.
    private func start(_ pending: MCPPendingAnswer, _ source: MCPEventSource) -> Task<Void, Never> {
        let place = patience.watch(source)
        return Task { [patience] in
            source.finish(await pending.answer { source.append($0.bytes) })
            patience.leave(place)
        }
    }

    /// Gives the answer as it is when it comes first and soon, and as the end of a stream otherwise.
    private func carry(
        _ source: MCPEventSource,
        of session: MCPHTTPSession?,
        for id: MCPRequestID?,
        _ writer: HTTPResponseWriter
    ) async throws {
        let opening = await source.opening()
        try Task.checkCancellation()
        switch opening {
        case .answer(let bytes, let status): await writer.send(status: status, headers: ["Content-Type": "application/json"], body: bytes)
        case .nothing:
            if state.withLock({ $0.isClosed }) { throw Self.closing(id) }
            await writer.send(status: 202)
        case .stream:
            let reading = MCPHTTPSession.Reading(source: source, reader: source.beginReading())
            try await stream(reading, of: session, after: 0, writer)
        }
    }

    private func stream(
        _ reading: MCPHTTPSession.Reading,
        of session: MCPHTTPSession?,
        after position: Int,
        _ writer: HTTPResponseWriter
    ) async throws {
        let source = reading.source
        defer { session?.leave(reading) }
        let events = await HTTPEventStream.open(writer)
        if let session {
            if !source.isKept { session.keep(source) }
            // Clients of earlier revisions take an event without a message for a broken one.
            if position == 0, session.connection.negotiatedRevision.map({ $0 >= .november2025 }) == true {
                try await writer.write(MCPEventText.beginning(MCPEventID(stream: source.number, position: 0)))
            }
        }
        var position = position
        while case .events(let batch) = await source.next(after: position, as: reading.reader) {
            for event in batch {
                let id = session.map { _ in MCPEventID(stream: source.number, position: event.position) }
                try await writer.write(MCPEventText.event(event.message, id: id))
                position = event.position
            }
        }
        try Task.checkCancellation()
        await events.finish()
    }

    /// Answers with what pure values refuse a request for.
    private func refusing(_ writer: HTTPResponseWriter, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let rejection as MCPRejection {
            await writer.send(rejection.answer, headers: rejection.answer.httpStatus == 405 ? ["Allow": "POST"] : [:])
        }
    }

    private static func check(_ principal: Principal, _ message: MCPMessage) throws(MCPRejection) {
        do {
            try principal.check(.needed(for: message))
        } catch {
            throw MCPRejection(message.requestID, MCPError(.forbidden, error.message, httpStatus: error.status))
        }
    }

    /// The conversation that a client says it is in; nil when it says nothing.
    private static func conversation(_ request: HTTPRequest) throws(APIFault) -> String? {
        let names = request.headers.values("Legwork-Conversation")
        guard names.count <= 1, names.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 128 }) else {
            throw APIFault(status: 400, code: "invalid_conversation", message: "Legwork-Conversation must be one name of 1 to 128 bytes")
        }
        return names.first
    }

    private static func unknownSession(_ id: MCPRequestID?) -> MCPRejection {
        MCPRejection(id, MCPError(.unknownSession, "there is no such session (any more); open one with 'initialize'", httpStatus: 404))
    }

    private static func closing(_ id: MCPRequestID?) -> MCPRejection {
        MCPRejection(id, MCPError(.internalError, "the daemon is shutting down; try again when it is back", httpStatus: 503))
    }
}

extension MCPHTTPHeaders {
    fileprivate init(_ headers: HTTPHeaders) { self.init(headers.lazy.map { ($0.name, $0.value) }) }
}

extension MCPMessage {
    fileprivate var isCall: Bool { isRequest("tools/call") }
    fileprivate var isListening: Bool { isRequest("subscriptions/listen") }

    private func isRequest(_ method: String) -> Bool {
        guard case .request(let request) = self else { return false }
        return request.method == method
    }
}

extension HTTPResponseWriter {
    fileprivate func send(_ answer: MCPAnswer, headers: HTTPHeaders = [:]) async {
        var headers = headers
        headers["Content-Type"] = "application/json"
        await send(status: answer.httpStatus, headers: headers, body: answer.bytes)
    }
}
