import FoundationEssentials
import LegworkCore

/// `legwork schedule`.
enum ScheduleCommand: Command {
    static let name = "schedule"
    static let summary = "Have commands or tools called later, once or again and again"
    static let usage = "add|list|show|pause|resume|run|delete [OPTIONS] …"
    static let details = """
        schedule add WHEN [OPTIONS] -- COMMAND [ARGUMENT…]      run a command
        schedule add WHEN [OPTIONS] --tool TOOL ['{"json": …}'] call a tool
        schedule list                                           those that happen next first
        schedule show SCHEDULE                                  one, with the tasks that it made
        schedule pause|resume|run|delete SCHEDULE

        WHEN is one of --in, --at, --every, --cron and --rrule. SCHEDULE is an id, the first characters of one, or a name. A command is given
        PATH, HOME and the like of this shell. Its times come while the daemon runs; --catch-up says what becomes of those it missed.
        """
    static let options = [
        Option("in", value: "TIME", "once, after so long: 90s, 15m, 1h30m, 2d"),
        Option("at", value: "TIME", "once: '2026-11-20T09:00' in the time zone, or with an offset or Z"),
        Option("every", value: "TIME", "again and again after so long"),
        Option("cron", value: "FIELDS", "minute, hour, day, month, weekday: '30 9 * * mon-fri'"),
        Option("rrule", value: "RULE", "a recurrence rule: 'FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9;BYMINUTE=0'"),
        Option("zone", value: "ZONE", "a time zone such as Europe/Berlin (default: this machine's)"),
        Option("start", value: "TIME", "for --every, --cron and --rrule: not before this time, written as for --at"),
        Option("name", value: "NAME", "a name for the schedule"),
        Option("title", value: "TEXT", "what it is for, in one line"),
        Option("watch", "tell and keep only tasks that say something"),
        Option("catch-up", value: "HOW", "missed times: skip, latest (one task, the default) or all"),
        Option("overlap", value: "HOW", "while the last task lives: skip (the default) or allow"),
        Option("queue", value: "QUEUE", "the queue of its tasks"),
        Option("tool", value: "TOOL", "call this tool instead of a command"),
        Option("shell", value: "LINE", "run a line of the shell instead of a command"),
        Option("cwd", value: "FOLDER", "where to run (default: here)"),
        Option("timeout", value: "DURATION", "end the command when it takes longer"),
        RedirectOption.option,
        RedirectOption.statuses,
        Option("limit", short: "n", value: "N", "for show: at most so many tasks (default 20)"),
    ]
    /// What a command finds of this shell's environment: it may run for years, and what else there is may be secret or old by then.
    private static let kept = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ"]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let words = invocation.arguments.positionals
        guard let verb = words.first else { throw CLIError(.usage, "say what to do: add, list, show, pause, resume, run or delete") }
        switch verb {
        case "add": try await add(invocation, Array(words.dropFirst()))
        case "list":
            guard words.count == 1 else { throw CLIError(.usage, "schedule list takes only options") }
            try await list(invocation)
        case "show": try await show(invocation, try reference(words))
        case "pause", "resume":
            let answer = try await invocation.client().post("/v1/schedules/\(try reference(words))/\(verb)", [:])
            print(answer["schedule"] ?? .null, invocation)
        case "run":
            let answer = try await invocation.client().post("/v1/schedules/\(try reference(words))/run", [:])
            invocation.console.print(invocation.style == .json ? answer.json() : answer["task"]?["id"]?.string ?? "")
        case "delete":
            let answer = try await invocation.client().request("DELETE", "/v1/schedules/\(try reference(words))", nil)
            invocation.console.print(invocation.style == .json ? answer.json() : answer["deleted"]?.string ?? "")
        default:
            let known = ["add", "list", "show", "pause", "resume", "run", "delete"]
            let hint = Suggestion.nearest(to: verb, in: known).map { "; did you mean '\($0)'?" } ?? ""
            throw CLIError(.usage, "'\(verb)' is nothing that can be done to schedules\(hint)")
        }
        return ExitCode.success.rawValue
    }

    private static func reference(_ words: [String]) throws(CLIError) -> String {
        guard words.count == 2, !words[1].isEmpty else {
            throw CLIError(.usage, "name one schedule by its id or name; schedule list shows them")
        }
        return DaemonClient.escape(words[1])
    }

    // MARK: - Making

    private static func add(_ invocation: Invocation, _ words: [String]) async throws {
        let arguments = invocation.arguments
        var body = JSONObject()
        for (option, member) in [
            ("at", "at"), ("every", "every"), ("cron", "cron"), ("rrule", "rrule"), ("zone", "time_zone"), ("start", "start"),
            ("name", "name"),
            ("title", "title"), ("catch-up", "catch_up"), ("overlap", "overlap"), ("queue", "queue"),
        ] {
            body[member] = arguments[option].map(JSONValue.string)
        }
        let ways = ["in", "at", "every", "cron", "rrule"]
        guard ways.count(where: arguments.has) == 1 else {
            throw CLIError(.usage, "say when with exactly one of --in, --at, --every, --cron and --rrule")
        }
        if let delay = arguments["in"] {
            do throws(ScheduleError) {
                body["delay_seconds"] = .integer(try ScheduleText.duration(delay).components.seconds)
            } catch {
                throw CLIError(.usage, "--in: \(error)")
            }
        }
        // The daemon may run in another zone than this shell.
        if body["time_zone"] == nil { body["time_zone"] = .string(TimeZoneDatabase.system.localIdentifier()) }
        if arguments.has("watch") { body["watch"] = true }
        body["redirects"] = try RedirectOption.list(arguments)
        try addCall(to: &body, invocation, words)
        let answer = try await invocation.client().post("/v1/schedules", .object(body))
        print(answer["schedule"] ?? .null, invocation)
    }

    private static func addCall(to body: inout JSONObject, _ invocation: Invocation, _ words: [String]) throws(CLIError) {
        let arguments = invocation.arguments
        if let tool = arguments["tool"] {
            let given = words + (arguments.rest ?? [])
            guard given.count <= 1 else { throw CLIError(.usage, "--tool takes perhaps its arguments, as one JSON object") }
            body["tool"] = .string(tool)
            guard let text = given.first else { return }
            do {
                body["arguments"] = try JSONValue(parsing: text)
            } catch {
                throw CLIError(.usage, "the arguments are not JSON: \(error)")
            }
            return
        }
        guard words.isEmpty else { throw CLIError(.usage, "put -- before the command: legwork schedule add --every 1h -- \(words[0])") }
        let command = arguments.rest ?? []
        var call: JSONObject = [:]
        switch (arguments["shell"], command.isEmpty) {
        case (let line?, true): call["shell"] = .string(line)
        case (nil, false): call["argv"] = .array(command.map(JSONValue.string))
        case (_?, false): throw CLIError(.usage, "give either --shell LINE or a command, not both")
        case (nil, true): throw CLIError(.usage, "the command is missing: legwork schedule add --every 1h -- COMMAND…")
        }
        let here = FileManager.default.currentDirectoryPath
        let folder = arguments["cwd"] ?? here
        call["cwd"] = .string(folder.hasPrefix("/") ? folder : here + "/" + folder)
        var environment = JSONObject()
        for name in kept { environment[name] = invocation.environment[name].map(JSONValue.string) }
        call["env"] = .object(environment)
        call["timeout"] = try arguments.duration("timeout").map { JSONValue($0.seconds) }
        body["tool"] = "run_command"
        body["arguments"] = .object(call)
    }

    // MARK: - Showing

    private static func list(_ invocation: Invocation) async throws {
        let answer = try await invocation.client().get("/v1/schedules")
        let schedules = answer["schedules"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for schedule in schedules { invocation.console.print(schedule["schedule_id"]?.string ?? "") }
        case .table:
            if schedules.isEmpty { invocation.console.print("no schedules") }
            for schedule in schedules { invocation.console.print(line(schedule)) }
        }
    }

    private static func show(_ invocation: Invocation, _ reference: String) async throws {
        let limit = try invocation.arguments.number("limit", in: 1...1000) ?? 20
        let answer = try await invocation.client().get("/v1/schedules/\(reference)?limit=\(limit)")
        guard invocation.style == .table else {
            invocation.console.print(invocation.style == .json ? answer.json() : answer["schedule"]?["schedule_id"]?.string ?? "")
            return
        }
        let schedule = answer["schedule"] ?? .null
        invocation.console.print(line(schedule))
        for member in [
            "schedule_id", "tool", "created_at", "next_at", "last_at", "last_task_id", "fired", "skipped", "catch_up", "overlap",
            "redirects",
            "problem",
        ] {
            guard let value = schedule[member] else { continue }
            invocation.console.print("  \(member): \(TaskTable.clean(value.string ?? value.json()))")
        }
        invocation.console.print("  arguments: \(schedule["arguments"]?.json() ?? "")")
        let tasks = answer["tasks"]?.array ?? []
        if !tasks.isEmpty { invocation.console.print(TaskTable.render(tasks, now: .now, console: invocation.console)) }
    }

    private static func print(_ schedule: JSONValue, _ invocation: Invocation) {
        switch invocation.style {
        case .json: invocation.console.print(JSONValue.object(["schedule": schedule]).json())
        case .quiet: invocation.console.print(schedule["schedule_id"]?.string ?? "")
        case .table: invocation.console.print(line(schedule))
        }
    }

    private static func line(_ schedule: JSONValue) -> String {
        // Enough of the id to name it by.
        let id = (schedule["schedule_id"]?.string ?? "").prefix(ScheduleID.marker.count + 10)
        let text = ScheduleText(object: schedule["when"]?.object ?? JSONObject()).line
        let next = schedule["next_at"]?.string.map { "next \($0)" } ?? schedule["status"]?.string ?? ""
        let name = schedule["name"]?.string.map { "[\($0)] " } ?? ""
        return "\(id)  \(text)  \(next)  \(TaskTable.clean(name + (schedule["title"]?.string ?? "")))"
    }
}
