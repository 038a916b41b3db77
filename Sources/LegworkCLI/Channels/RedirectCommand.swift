import LegworkCore

/// `legwork redirect`.
enum RedirectCommand: Command {
    static let name = "redirect"
    static let summary = "Have told in a channel what becomes of a task, before or after its end"
    static let usage = "TASK [--to CHANNEL] [OPTIONS] | TASK --list | TASK --remove [N]"
    static let details = """
        CHANNEL is one that channels.json describes; legwork channels list shows them. Without --to it is the one that a rule makes the
        default. A task that has ended is told of at once. TASK is an id, the first four or more characters of one, or a name.
        """
    static let options = [
        Option("to", value: "CHANNEL", "the channel"),
        Option("target", value: "PLACE", "where in the channel, such as a room, where it has several places"),
        Option("on", value: "STATUSES", "what is told, with commas: completed,failed,cancelled (the default), stopped, input_required"),
        Option("max-chars", value: "N", "the most characters of the result"),
        Option("list", "show where it is told what becomes of the task, and how far that is"),
        Option("remove", "take the redirect of number N away, or all of them"),
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let arguments = invocation.arguments
        let words = arguments.positionals + (arguments.rest ?? [])
        let isAdding = ["to", "target", "on", "max-chars"].contains(where: arguments.has)
        guard [isAdding, arguments.has("list"), arguments.has("remove")].count(where: { $0 }) <= 1,
            (1...(arguments.has("remove") ? 2 : 1)).contains(words.count)
        else { throw CLIError(.usage, "redirect takes: \(usage)") }
        let target = "/v1/tasks/\(DaemonClient.escape(words[0]))/redirects"
        if arguments.has("list") {
            try await list(invocation, target)
        } else if arguments.has("remove") {
            try await remove(invocation, target, number: words.count > 1 ? words[1] : nil)
        } else {
            try await add(invocation, target)
        }
        return ExitCode.success.rawValue
    }

    private static func add(_ invocation: Invocation, _ target: String) async throws {
        let arguments = invocation.arguments
        var body = JSONObject()
        body["channel"] = arguments["to"].map(JSONValue.string)
        body["target"] = arguments["target"].map(JSONValue.string)
        body["on"] = arguments["on"].map(RedirectOption.statuses)
        body["max_chars"] = try arguments.number("max-chars", in: 1...1_000_000).map { JSONValue($0) }
        let answer = try await invocation.client().post(target, .object(body))
        let redirect = answer["redirect"] ?? .null
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: invocation.console.print("\(redirect["number"]?.int ?? 0)")
        case .table:
            let now = answer["delivery"].map { "; delivery \($0["id"]?.string ?? "") is sent now" } ?? ""
            invocation.console.print(DeliveryTable.line(redirect: redirect) + now)
        }
    }

    private static func list(_ invocation: Invocation, _ target: String) async throws {
        let answer = try await invocation.client().get(target)
        let redirects = answer["redirects"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for redirect in redirects { invocation.console.print("\(redirect["number"]?.int ?? 0)") }
        case .table:
            let lines = DeliveryTable.lines(answer)
            invocation.console.print(lines.isEmpty ? "nowhere" : lines.joined(separator: "\n"))
        }
    }

    private static func remove(_ invocation: Invocation, _ target: String, number: String?) async throws {
        var query = ""
        if let number {
            guard Int(number).map({ $0 > 0 }) == true else {
                throw CLIError(.usage, "--remove takes a redirect's number, as --list shows it")
            }
            query = "?number=\(number)"
        }
        let answer = try await invocation.client().request("DELETE", target + query, nil)
        let count = answer["deleted"]?.int ?? 0
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: invocation.console.print("\(count)")
        case .table: invocation.console.print(count == 1 ? "1 redirect taken away" : "\(count) redirects taken away")
        }
    }
}
