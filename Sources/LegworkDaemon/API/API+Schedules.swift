import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    private static let schedule = Schema.named(
        "Schedule",
        .object([
            "schedule_id": .text, "title": .text, "tool": .text, "name?": .text,
            "when": .object(["at?": .text, "every?": .text, "cron?": .text, "rrule?": .text, "time_zone?": .text, "start?": .text]),
            "status": .words(ScheduleRecord.State.self), "next_at?": .time, "last_at?": .time, "last_task_id?": .taskID, "fired": .count,
            "skipped?": .count, "catch_up": .words(CatchUp.self), "overlap": .words(ScheduleRecord.Overlap.self), "watch?": .flag,
            "redirects?": .array(of: .redirect), "problem?": .text, "created_at": .time, "arguments": .any, "owner": .text, "queue": .text,
            "priority": Schema(["type": "integer"]),
        ])
    )

    /// What may become of a reference to a schedule.
    private static let scheduleFaults = [
        Fault.notFound, Fault(409, "ambiguous", "The name fits several schedules."),
        Fault(409, "conflict", "The schedule keeps changing, or its last task has not ended."),
    ]

    private static let scheduleReply = Schema.object(["schedule": schedule])

    private static let ways = ["at", "delay_seconds", "every", "cron", "rrule"]

    private static let scheduleBody = Schema.body([
        "tool": .text(1...128), "arguments?": .anyObject, "name?": .name(1...100), "title?": .text(1...200), "queue?": .name(1...100),
        "priority?": .integer(-1_000_000...1_000_000),
        "at?": .text(1...40).described("Once, as in `2026-11-20T09:00:00+01:00`."), "delay_seconds?": .integer(1...316_224_000),
        "every?": .text(1...40).described("Again and again, as in `15m`."), "cron?": .text(1...CronExpression.maximumBytes),
        "rrule?": .text(1...RecurrenceRule.maximumBytes), "time_zone?": .text(1...TimeZoneDatabase.maximumIdentifierBytes),
        "start?": .text(1...40), "watch?": .flag, "catch_up?": .words(CatchUp.self), "overlap?": .words(ScheduleRecord.Overlap.self),
        "redirects?": redirectList,
    ])

    static let scheduleOperations: [Operation] = [
        Operation(
            "POST",
            "/v1/schedules",
            "createSchedule",
            .schedules,
            "Has a tool called again and again, or once later.",
            details: "One of `at`, `delay_seconds`, `every`, `cron` and `rrule` says when.",
            needs: .call,
            body: RequestBody(scheduleBody, saying: ["oneOf": .array(ways.map { ["required": [.string($0)]] })]),
            answers: [.json(201, "The schedule.", scheduleReply)],
            faults: [.unknownTool, .invalidArguments, .nameTaken, .queueDraining] + Fault.redirects,
            action: API.schedule
        ),
        Operation(
            "GET",
            "/v1/schedules",
            "listSchedules",
            .schedules,
            "Lists schedules, those that happen next first.",
            needs: .read,
            query: [Parameter("status", .words(ScheduleRecord.State.allCases.map(\.rawValue)), "Only these.")],
            answers: [.json("The schedules.", .object(["schedules": .array(of: schedule)]))],
            action: API.schedules
        ),
        Operation(
            "GET",
            "/v1/schedules/{schedule}",
            "showSchedule",
            .schedules,
            "Shows a schedule and the newest tasks that it made.",
            needs: .read,
            query: [.limit(1...TaskQuery.maximumLimit, usually: 20)],
            answers: [.json("The schedule.", .object(["schedule": schedule, "tasks": .array(of: .taskSummary)]))],
            faults: scheduleFaults,
            action: API.showSchedule
        ),
        Operation(
            "POST",
            "/v1/schedules/{schedule}/pause",
            "pauseSchedule",
            .schedules,
            "Lets a schedule wait until it is resumed.",
            needs: .call,
            body: RequestBody(.body()),
            answers: [.json("The schedule.", scheduleReply)],
            faults: scheduleFaults,
            action: API.pauseSchedule
        ),
        Operation(
            "POST",
            "/v1/schedules/{schedule}/resume",
            "resumeSchedule",
            .schedules,
            "Lets a paused schedule go on.",
            needs: .call,
            body: RequestBody(.body()),
            answers: [.json("The schedule.", scheduleReply)],
            faults: scheduleFaults,
            action: API.resumeSchedule
        ),
        Operation(
            "POST",
            "/v1/schedules/{schedule}/run",
            "runSchedule",
            .schedules,
            "Makes a schedule's task now.",
            needs: .call,
            body: RequestBody(.body()),
            answers: [.json(202, "The task.", .taskReply)],
            faults: scheduleFaults + [.unknownTool, .invalidArguments, .queueDraining],
            action: API.runSchedule
        ),
        Operation(
            "DELETE",
            "/v1/schedules/{schedule}",
            "deleteSchedule",
            .schedules,
            "Deletes a schedule; its tasks stay.",
            needs: .cancel,
            answers: [.json("Its id.", .object(["deleted": .text]))],
            faults: scheduleFaults,
            action: API.deleteSchedule
        ),
    ]

    private func schedule(_ request: Request) async throws {
        let body = request.body
        try request.principal.check(.needed(forTool: body["tool"]?.string ?? ""))
        let caller = request.principal.caller(platform: "http")
        // A tool looks at its arguments first, perhaps on a slow disk; the event loop's thread must stay free.
        let record = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await manager.schedule(body, as: caller)
        }
        await request.reply(["schedule": wire(record)], status: 201)
    }

    private func schedules(_ request: Request) async throws {
        let states = Set(request.query.words("status").compactMap(ScheduleRecord.State.init))
        let records = try await manager.schedules(in: request.scope, states: states)
        await request.reply(["schedules": .array(records.map(wire))])
    }

    private func showSchedule(_ request: Request) async throws {
        let limit = request.query.number("limit") ?? 20
        let scope = request.scope
        let record = try await manager.schedule(reference(request), in: scope)
        let tasks = try await manager.history(ofSchedule: record.id.description, in: scope, limit: limit)
        await request.reply(["schedule": wire(record), "tasks": .array(tasks.map { .object($0.wire) })])
    }

    private func pauseSchedule(_ request: Request) async throws {
        let record = try await manager.pauseSchedule(reference(request), in: request.scope)
        await request.reply(["schedule": wire(record)])
    }

    private func resumeSchedule(_ request: Request) async throws {
        let record = try await manager.resumeSchedule(reference(request), in: request.scope)
        await request.reply(["schedule": wire(record)])
    }

    private func runSchedule(_ request: Request) async throws {
        let task = try await manager.runSchedule(reference(request), in: request.scope)
        await request.reply(["task": wire(task)], status: 202)
    }

    private func deleteSchedule(_ request: Request) async throws {
        let record = try await manager.deleteSchedule(reference(request), in: request.scope)
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
