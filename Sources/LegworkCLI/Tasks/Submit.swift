import LegworkCore

/// `legwork submit`.
enum Submit: Command {
    static let name = "submit"
    static let summary = "Put a call into a queue, from which a worker takes it"
    static let usage = "[OPTIONS] TOOL ['{\"json\": …}']"
    static let details = """
        Prints the task's id at once; legwork wait waits for the result. DURATION is as in 500ms, 10s, 2m, 1h; 0 is no limit.
        """
    static let options = [
        Option("queue", value: "QUEUE", "the queue (default 'default')"),
        Option("priority", short: "p", value: "N", "higher goes first (default 0)"),
        Option("delay", value: "DURATION", "how long it is to wait at least"),
        Option("deadline", value: "TIME", "when it has to have ended: a time such as 2027-01-31T12:00:00.000Z, or a DURATION from now"),
        Option("retries", value: "N", "how often it is tried again when it fails"),
        Option("retry-pause", value: "DURATION", "the pause before the first retry; each is twice as long as the one before (default 1s)"),
        Option("wall", value: "DURATION", "how long an attempt may take (default 30m)"),
        Option("idle", value: "DURATION", "how long it may go on without a sign of life"),
        Option("queue-limit", value: "DURATION", "how long it may wait in the queue"),
        Option("key", value: "KEY", "a second submission with the same key gives the first one's task"),
        Option("limit-key", value: "KEY", "tasks of one key share the limits of their queue"),
        Option("name", value: "NAME", "a name for the task, unique among those that have not ended"),
        Option("title", value: "TEXT", "what it is about, in one line"),
        Option("keep-until-read", "keep the task, however old it grows, until its result has been read"),
        RedirectOption.option,
        RedirectOption.statuses,
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let given = invocation.arguments
        let words = given.positionals + (given.rest ?? [])
        guard (1...2).contains(words.count) else {
            throw CLIError(.usage, "submit takes a tool's name and perhaps its arguments as one JSON object")
        }
        var body: JSONObject = ["tool": .string(words[0])]
        if words.count == 2 { body["arguments"] = try Invocation.json(words[1]) }
        for (option, member) in [
            ("queue", "queue"), ("key", "idempotency_key"), ("limit-key", "limit_key"), ("name", "name"), ("title", "title"),
        ] { body[member] = given[option].map(JSONValue.string) }
        body["priority"] = try given.number("priority", in: -1_000_000...1_000_000).map { JSONValue($0) }
        body["delay_ms"] = try milliseconds("delay", given)
        body["deadline"] = try deadline(given)
        var limits = JSONObject()
        limits["wall_ms"] = try milliseconds("wall", given)
        limits["idle_ms"] = try milliseconds("idle", given)
        limits["queue_ms"] = try milliseconds("queue-limit", given)
        if !limits.isEmpty { body["limits"] = .object(limits) }
        if let retries = try given.number("retries", in: 0...999) {
            var retry: JSONObject = ["attempts": JSONValue(retries + 1)]
            retry["first_ms"] = try milliseconds("retry-pause", given)
            body["retry"] = .object(retry)
        }
        if given.has("keep-until-read") { body["keep_until_read"] = true }
        body["redirects"] = try RedirectOption.list(given)
        let answer = try await invocation.client().post("/v1/tasks", .object(body))
        invocation.console.print(invocation.style == .json ? answer.json() : answer["task"]?["id"]?.string ?? "")
        return ExitCode.success.rawValue
    }

    private static func milliseconds(_ option: String, _ given: Arguments) throws(CLIError) -> JSONValue? {
        try given.duration(option, atMost: .seconds(365 * 24 * 3600)).map { JSONValue(Int($0.milliseconds)) }
    }

    private static func deadline(_ given: Arguments) throws(CLIError) -> JSONValue? {
        guard let text = given["deadline"] else { return nil }
        if Timestamp(iso8601: text) != nil { return .string(text) }
        return try given.duration("deadline", atMost: .seconds(365 * 24 * 3600)).map { .string((Timestamp.now + $0).description) }
    }
}
