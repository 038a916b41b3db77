import Legwork
import LegworkCore
import LegworkHTTP

extension API.Bodies {
    /// What a new schedule may say.
    static func scheduleBody() throws -> RequestBody {
        let name: JSONValue = ["type": "string", "minLength": 1, "maxLength": 100]
        let time: JSONValue = ["type": "string", "minLength": 1, "maxLength": 40]
        return try RequestBody([
            "type": "object", "required": ["tool"], "additionalProperties": false,
            "properties": [
                "tool": ["type": "string", "minLength": 1, "maxLength": 128], "arguments": ["type": "object"], "name": name,
                "title": ["type": "string", "minLength": 1, "maxLength": 200], "queue": name,
                "priority": ["type": "integer", "minimum": -1_000_000, "maximum": 1_000_000],
                "delay_seconds": ["type": "integer", "minimum": 1, "maximum": 316_224_000], "at": time, "every": time,
                "cron": ["type": "string", "minLength": 1, "maxLength": JSONValue(CronExpression.maximumBytes)],
                "rrule": ["type": "string", "minLength": 1, "maxLength": JSONValue(RecurrenceRule.maximumBytes)],
                "time_zone": ["type": "string", "minLength": 1, "maxLength": JSONValue(TimeZoneDatabase.maximumIdentifierBytes)],
                "start": time, "watch": ["type": "boolean"], "catch_up": ["enum": ["skip", "latest", "all"]],
                "overlap": ["enum": ["allow", "skip"]],
            ],
        ])
    }
}

extension API {
    func installSchedules(on routes: inout HTTPRouter.Routes) {
        on(&routes, "POST", "/v1/schedules", needs: .call, schedule)
        on(&routes, "GET", "/v1/schedules", needs: .read, schedules)
        on(&routes, "GET", "/v1/schedules/{schedule}", needs: .read, showSchedule)
        on(&routes, "POST", "/v1/schedules/{schedule}/pause", needs: .call, pauseSchedule)
        on(&routes, "POST", "/v1/schedules/{schedule}/resume", needs: .call, resumeSchedule)
        on(&routes, "POST", "/v1/schedules/{schedule}/run", needs: .call, runSchedule)
        on(&routes, "DELETE", "/v1/schedules/{schedule}", needs: .cancel, deleteSchedule)
    }

    @Sendable private func schedule(_ request: Request) async throws {
        let body = try bodies.schedule.read(request.http)
        let caller = request.principal.caller(platform: "http")
        // A tool looks at its arguments first, perhaps on a slow disk; the event loop's thread must stay free.
        let record = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await manager.schedule(body, as: caller)
        }
        await request.reply(["schedule": wire(record)], status: 201)
    }

    @Sendable private func schedules(_ request: Request) async throws {
        var states: Set<ScheduleRecord.State> = []
        for (name, value) in request.http.query {
            guard name == "status" else { throw invalid("the parameter '\(name)' is not known; known is status") }
            for word in value.split(separator: ",") {
                guard let state = ScheduleRecord.State(rawValue: String(word)) else {
                    let known = ScheduleRecord.State.allCases.map(\.rawValue).joined(separator: ", ")
                    throw invalid("status '\(word)' is not known; known are \(known)")
                }
                states.insert(state)
            }
        }
        let records = try await manager.schedules(in: request.principal.scope, states: states)
        await request.reply(["schedules": .array(records.map(wire))])
    }

    @Sendable private func showSchedule(_ request: Request) async throws {
        var limit = 20
        for (name, value) in request.http.query {
            guard name == "limit" else { throw invalid("the parameter '\(name)' is not known; known is limit") }
            limit = try number(name, value, 1...TaskQuery.maximumLimit)
        }
        let scope = request.principal.scope
        let record = try await manager.schedule(reference(request), in: scope)
        let tasks = try await manager.history(ofSchedule: record.id.description, in: scope, limit: limit)
        await request.reply(["schedule": wire(record), "tasks": .array(tasks.map { .object($0.wire) })])
    }

    @Sendable private func pauseSchedule(_ request: Request) async throws {
        let record = try await manager.pauseSchedule(reference(request), in: request.principal.scope)
        await request.reply(["schedule": wire(record)])
    }

    @Sendable private func resumeSchedule(_ request: Request) async throws {
        let record = try await manager.resumeSchedule(reference(request), in: request.principal.scope)
        await request.reply(["schedule": wire(record)])
    }

    @Sendable private func runSchedule(_ request: Request) async throws {
        let task = try await manager.runSchedule(reference(request), in: request.principal.scope)
        await request.reply(["task": wire(task)], status: 202)
    }

    @Sendable private func deleteSchedule(_ request: Request) async throws {
        let record = try await manager.deleteSchedule(reference(request), in: request.principal.scope)
        await request.reply(["deleted": .string(record.id.description)])
    }

    private func reference(_ request: Request) -> String { request.parameters["schedule"] ?? "" }

    /// A schedule as it may be shown.
    private func wire(_ record: ScheduleRecord) -> JSONValue {
        var object = record.json
        let arguments: JSONValue? =
            record.tool == "reminder" ? record.arguments : manager.tools[record.tool]?.redacted(record.arguments)
        object["arguments"] = arguments ?? "[hidden: the tool is not known here]"
        object["owner"] = .string(record.owner.name)
        object["queue"] = .string(record.queue)
        object["priority"] = JSONValue(record.priority)
        return .object(object)
    }
}
