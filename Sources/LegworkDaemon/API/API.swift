import Legwork
import LegworkCore
import LegworkHTTP

/// The daemon's HTTP interface. Here requests are decoded and replies encoded; what they ask for, the manager does.
struct API: Sendable {
    let manager: TaskManager
    let status: DaemonStatus
    let log: DaemonLog
    let tokens: TokenKeeper
    let gauges: DaemonGauges
    let answers: LastingAnswers
    /// The tool that prompts are for, where that was said.
    let agentToolName: String?
    let answerDesk: AnswerDesk
    let inbound: InboundDesk
    let channelKeeper: ChannelKeeper

    /// All that it can do; the OpenAPI document is made of this list.
    static let operations: [Operation] =
        serviceOperations + toolOperations + taskOperations + steeringOperations + redirectOperations + channelOperations
        + answerOperations + evidenceOperations + retentionOperations + messageOperations + queueOperations
        + scheduleOperations + noticeOperations + tokenOperations
        + metricsOperations + streamOperations

    /// One request, checked, with what every action needs of it.
    struct Request: Sendable {
        let http: HTTPRequest
        let parameters: HTTPRouter.Parameters
        let query: RequestQuery
        /// The body of an operation that takes one, and fits its schema; otherwise null.
        let body: JSONValue
        let writer: HTTPResponseWriter
        let principal: Principal

        var scope: Scope { principal.scope }

        /// Whether only the head of the answer is wanted.
        var isHead: Bool { http.method == "HEAD" }

        func reply(_ body: JSONValue, status: Int = 200, tag: EntityTag? = nil) async {
            var headers: HTTPHeaders = ["Content-Type": "application/json"]
            if let tag { headers["ETag"] = tag.text }
            await writer.send(status: status, headers: headers, body: body.jsonBytes() + [0x0A])
        }

        /// Whether the client has what a tag names; then it is told so, and that is all.
        func isKnown(_ tag: EntityTag) async -> Bool {
            guard tag.isNamed(in: http.headers.values("If-None-Match")) else { return false }
            await writer.send(status: 304, headers: ["ETag": tag.text])
            return true
        }
    }

    /// Adds every route.
    func install(on routes: inout HTTPRouter.Routes) {
        for operation in Self.operations {
            let action = operation.action(self)
            routes.on(operation.method, operation.path, faultsTo: log) { http, parameters, writer in
                let principal = try Principal(http)
                if let right = operation.right { try principal.check(right) }
                let query = try RequestQuery(http, operation.query)
                let body = try operation.body?.read(http) ?? .null
                try await action(
                    Request(http: http, parameters: parameters, query: query, body: body, writer: writer, principal: principal)
                )
            }
        }
    }
}
