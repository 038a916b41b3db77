import LegworkCore

/// The arguments by which the companion tools say when.
enum ScheduleArguments {
    /// A delay or an instant.
    static let once: JSONObject = [
        "delay_seconds": [
            "type": "integer", "minimum": 1, "maximum": 316_224_000, "description": "So many seconds from now.",
        ],
        "at": [
            "type": "string", "minLength": 1, "maxLength": 40,
            "description": "At this time: '2026-11-20T09:00' in time_zone, or with an offset or 'Z', such as '2026-11-20T09:00:00+01:00'.",
        ],
        "time_zone": [
            "type": "string", "minLength": 1, "maxLength": JSONValue(TimeZoneDatabase.maximumIdentifierBytes),
            "description": "The time zone of what is said in local time, such as 'Europe/Berlin'; this machine's when it is left out.",
        ],
    ]

    /// The same, and what comes again and again.
    static let all: JSONObject = {
        var properties = once
        properties["every"] = [
            "type": "string", "minLength": 1, "maxLength": 40, "description": "Again and again: '90s', '15m', '1h30m', '2d', '1w'.",
        ]
        properties["cron"] = [
            "type": "string", "minLength": 1, "maxLength": JSONValue(CronExpression.maximumBytes),
            "description": "Five fields: minute, hour, day of the month, month, day of the week. '30 9 * * 1-5' is 9:30 on weekdays.",
        ]
        properties["rrule"] = [
            "type": "string", "minLength": 1, "maxLength": JSONValue(RecurrenceRule.maximumBytes),
            "description": """
            A recurrence rule: FREQ (HOURLY, DAILY, WEEKLY, MONTHLY) with INTERVAL, BYDAY, BYMONTHDAY, BYHOUR, BYMINUTE, COUNT or UNTIL. \
            'FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9;BYMINUTE=0' is 9:00 on the first Monday of each month.
            """,
        ]
        properties["start"] = [
            "type": "string", "minLength": 1, "maxLength": 40,
            "description": "For every, cron and rrule: not before this time, written as at.",
        ]
        return properties
    }()

    /// The schema of an object with a tool's own members and some of these.
    static func schema(_ own: JSONObject, _ times: JSONObject, required: [JSONValue]) -> JSONValue {
        var properties = own
        for member in times.members { properties[member.key] = member.value }
        return TaskDesk.schema(properties, required: required)
    }

    /// Reads them.
    ///
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` unless exactly one way is used to say when.
    static func when(_ arguments: JSONValue, _ manager: TaskManager) throws(TaskManagerError) -> ScheduleText {
        var text = ScheduleText(object: arguments.object ?? JSONObject())
        guard let delay = arguments["delay_seconds"]?.int else {
            guard [text.at, text.every, text.cron, text.rule].contains(where: { $0 != nil }) else {
                throw TaskManagerError(.invalidArgument, "say when, with exactly one of delay_seconds, at, every, cron and rrule")
            }
            return text
        }
        guard text.at == nil, text.every == nil, text.cron == nil, text.rule == nil else {
            throw TaskManagerError(.invalidArgument, "say when with exactly one of delay_seconds, at, every, cron and rrule")
        }
        text.at = (manager.engine.clock.now + .seconds(delay)).description
        return text
    }
}

extension TaskManager {
    /// Makes the schedule that a tool's arguments or a request's body describe, which were checked against their schema.
    package func schedule(_ arguments: JSONValue, as caller: Caller) async throws -> ScheduleRecord {
        var request = ScheduleRequest(
            arguments["tool"]?.string ?? "",
            arguments["arguments"] ?? .object(JSONObject()),
            when: try ScheduleArguments.when(arguments, self)
        )
        request.name = arguments["name"]?.string
        request.title = arguments["title"]?.string
        request.isWatcher = arguments["watch"]?.bool ?? false
        request.catchUp = arguments["catch_up"]?.string.flatMap(CatchUp.init)
        request.overlap = arguments["overlap"]?.string.flatMap(ScheduleRecord.Overlap.init) ?? .skip
        request.queue = arguments["queue"]?.string ?? TaskRecord.defaultQueue
        request.priority = arguments["priority"]?.int ?? 0
        request.redirects = RedirectWish.list(arguments["redirects"])
        return try await schedule(request, as: caller)
    }
}

extension ScheduleRecord {
    /// The schedule as tools and interfaces show it.
    package var json: JSONObject {
        var object: JSONObject = ["schedule_id": .string(id.description), "title": .string(title), "tool": .string(tool)]
        object["name"] = name.map(JSONValue.string)
        object["when"] = .object(text.object)
        object["status"] = .string(state.rawValue)
        object["next_at"] = nextAt.map { .string($0.description) }
        object["last_at"] = lastAt.map { .string($0.description) }
        object["last_task_id"] = lastTask.map { .string($0.description) }
        object["fired"] = JSONValue(fired)
        if skipped > 0 { object["skipped"] = JSONValue(skipped) }
        object["catch_up"] = .string(catchUp.rawValue)
        object["overlap"] = .string(overlap.rawValue)
        if isWatcher { object["watch"] = true }
        if !redirects.isEmpty { object["redirects"] = .array(redirects.map(\.report)) }
        object["problem"] = problem.map(JSONValue.string)
        object["created_at"] = .string(createdAt.description)
        return object
    }

    /// The schedule in one line.
    package var line: String {
        let label = name.map { " '\($0)'" } ?? ""
        let next = nextAt.map { "next \($0)" } ?? state.rawValue
        return "\(id)\(label): \(title) [\(tool)], \(text.line), \(next)" + (problem.map { " (\($0))" } ?? "")
    }
}
