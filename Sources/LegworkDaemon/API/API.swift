import Legwork
import LegworkCore
import LegworkHTTP

/// The daemon's HTTP interface. Here requests are decoded and replies encoded; what they ask for, the manager does.
struct API: Sendable {
    let manager: TaskManager
    let status: DaemonStatus
    let log: DaemonLog
    let bodies: Bodies
    /// The tool that prompts are for, where that was said.
    let agentToolName: String?
    let answers: LastingAnswers

    typealias Action = @Sendable (Request) async throws -> Void

    /// One request, with what every action needs of it.
    struct Request: Sendable {
        let http: HTTPRequest
        let parameters: HTTPRouter.Parameters
        let writer: HTTPResponseWriter
        let principal: Principal

        func reply(_ body: JSONValue, status: Int = 200) async {
            await writer.send(status: status, headers: ["Content-Type": "application/json"], body: body.jsonBytes() + [0x0A])
        }
    }

    /// The schemas of the bodies that are accepted, compiled once.
    struct Bodies: Sendable {
        let call: RequestBody
        let submit: RequestBody
        let queue: RequestBody
        let wait: RequestBody
        let clear: RequestBody
        let acknowledge: RequestBody
        let prompt: RequestBody
        let importing: RequestBody
        let schedule: RequestBody
        let resume: RequestBody
        let answer: RequestBody
        let message: RequestBody

        init() throws {
            schedule = try Self.scheduleBody()
            let milliseconds: JSONValue = ["type": "number", "minimum": 0, "maximum": 604_800_000]
            let name: JSONValue = ["type": "string", "minLength": 1, "maxLength": 100]
            let lineage: JSONObject = [
                "parent": ["type": "string", "maxLength": 31], "run": ["type": "string", "maxLength": 256],
                "call": ["type": "string", "maxLength": 256], "agent": ["type": "string", "maxLength": 256],
            ]
            let shared: JSONObject = [
                "tool": ["type": "string", "minLength": 1, "maxLength": 128], "arguments": ["type": "object"], "name": name,
                "title": ["type": "string", "minLength": 1, "maxLength": 200], "keep_until_read": ["type": "boolean"],
                "lineage": ["type": "object", "properties": .object(lineage), "additionalProperties": false],
            ]
            call = try Self.body(
                shared,
                and: [
                    "window_ms": milliseconds, "background": ["type": "boolean"], "when_caller_leaves": ["enum": ["cancel", "promote"]],
                ],
                required: ["tool"]
            )
            submit = try Self.body(
                shared,
                and: SubmitOptions.properties,
                required: ["tool"]
            )
            queue = try Self.body(["state": ["enum": ["open", "paused", "draining"]]], and: [:], required: ["state"])
            wait = try Self.body(
                [
                    "tasks": ["type": "array", "minItems": 1, "maxItems": 1000, "items": ["type": "string", "maxLength": 100]],
                    "mode": ["enum": ["any", "all"]], "timeout_ms": milliseconds,
                ],
                and: [:],
                required: ["tasks"]
            )
            clear = try Self.body(
                [
                    "statuses": ["type": "array", "minItems": 1, "maxItems": 3, "items": ["enum": ["completed", "failed", "cancelled"]]],
                    "older_than_ms": ["type": "number", "minimum": 0, "maximum": 1e15], "all_kept": ["type": "boolean"],
                ],
                and: [:],
                required: []
            )
            prompt = try RequestBody(API.promptBody)
            resume = try RequestBody(API.resumeBody)
            answer = try RequestBody(API.answerBody)
            message = try RequestBody(API.messageBody)
            importing = try Self.body(
                ["folder": ["type": "string", "minLength": 1], "enqueue": ["type": "boolean"], "tool": name],
                and: [:],
                required: ["folder"]
            )
            acknowledge = try Self.body(
                [
                    "up_to": ["type": "integer", "minimum": 1], "session": ["type": "string", "maxLength": 256],
                    "sequences": ["type": "array", "minItems": 1, "maxItems": 1000, "items": ["type": "integer", "minimum": 1]],
                ],
                and: [:],
                required: []
            )
        }

        private static func body(_ shared: JSONObject, and own: JSONObject, required: [JSONValue]) throws -> RequestBody {
            var properties = shared
            for member in own.members { properties[member.key] = member.value }
            return try RequestBody(
                ["type": "object", "properties": .object(properties), "required": .array(required), "additionalProperties": false]
            )
        }
    }

    /// Adds every route.
    func install(on routes: inout HTTPRouter.Routes) {
        on(&routes, "GET", "/health", needs: nil, health)
        on(&routes, "GET", "/v1/stats", needs: .read, stats)
        on(&routes, "GET", "/v1/tools", needs: .read, tools)
        on(&routes, "POST", "/v1/call", needs: .call, call)
        on(&routes, "POST", "/v1/tasks", needs: .call, submitOrPrompt)
        on(&routes, "GET", "/v1/tasks", needs: .read, list)
        on(&routes, "POST", "/v1/wait", needs: .read, wait)
        on(&routes, "POST", "/v1/clear", needs: .cancel, clear)
        on(&routes, "GET", "/v1/queues", needs: .read, queues)
        on(&routes, "POST", "/v1/queues/{queue}", needs: .admin, setQueue)
        on(&routes, "GET", "/v1/notices", needs: .read, notices)
        on(&routes, "POST", "/v1/notices/acknowledge", needs: .read, acknowledge)
        installSchedules(on: &routes)
        installSteering(on: &routes)
        on(&routes, "GET", "/v1/tasks/{task}", needs: .read, show)
        installStreams(on: &routes)
        on(&routes, "GET", "/v1/tasks/{task}/output", needs: .read, output)
        on(&routes, "GET", "/v1/tasks/{task}/tool_calls", needs: .read, toolCalls)
        on(&routes, "GET", "/v1/tasks/{task}/artifacts", needs: .read, artifacts)
        on(&routes, "GET", "/v1/tasks/{task}/artifacts/{name}", needs: .read, artifact)
        on(&routes, "POST", "/v1/import", needs: .admin, importTasks)
        on(&routes, "POST", "/v1/tasks/{task}/cancel", needs: .cancel, cancel)
        on(&routes, "POST", "/v1/tasks/{task}/retry", needs: .call, retry)
        on(&routes, "POST", "/v1/tasks/{task}/pin", needs: .call, pin)
        on(&routes, "POST", "/v1/tasks/{task}/unpin", needs: .call, unpin)
        on(&routes, "DELETE", "/v1/tasks/{task}", needs: .cancel, delete)
    }

    /// Adds a route for those who have a right; nil lets everybody in.
    func on(_ routes: inout HTTPRouter.Routes, _ method: String, _ pattern: String, needs right: Right?, _ action: @escaping Action) {
        routes.on(method, pattern, faultsTo: log) { request, parameters, writer in
            let principal = try Principal(request)
            if let right { try principal.check(right) }
            try await action(Request(http: request, parameters: parameters, writer: writer, principal: principal))
        }
    }
}

/// What a daemon knows of itself.
struct DaemonStatus: Sendable {
    let version: String
    let pid: Int32
    let startedAt: Timestamp
    let folder: StateFolder
    let workers: Int
}
