import LegworkCore

/// `legwork clear`.
enum Clear: Command {
    static let name = "clear"
    static let summary = "Delete finished tasks, with their timelines and output"
    static let usage = "[OPTIONS]"
    static let details = """
        Without options: all that have ended. Tasks that are pinned, or wait for their result to be read, stay unless --all-kept is given.
        The daemon deletes old ones by itself; legwork serve --help says when.
        """
    static let options = [
        Option("older-than", value: "DURATION", "only those that ended longer ago, such as 12h or 30d"),
        Option("status", short: "s", value: "STATUS", "only these: completed failed cancelled, several with commas"),
        Option("all-kept", "also those that are pinned or wait to be read"),
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let arguments = invocation.arguments
        guard arguments.positionals.isEmpty, arguments.rest == nil else {
            throw CLIError(.usage, "clear takes only options; legwork delete TASK deletes one task")
        }
        var body = JSONObject()
        if let status = arguments["status"] { body["statuses"] = .array(try statuses(status)) }
        if let age = try arguments.duration("older-than", atMost: Arguments.longestAge) {
            body["older_than_ms"] = JSONValue(Int(age.milliseconds))
        }
        if arguments.has("all-kept") { body["all_kept"] = true }
        let answer = try await invocation.client().post("/v1/clear", .object(body))
        let count = answer["deleted"]?.int ?? 0
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: invocation.console.print("\(count)")
        case .table: invocation.console.print(count == 1 ? "1 task deleted" : "\(count) tasks deleted")
        }
        return ExitCode.success.rawValue
    }

    private static func statuses(_ text: String) throws(CLIError) -> [JSONValue] {
        let known = TaskStatus.allCases.filter(\.isTerminal).map(\.rawValue)
        var statuses: [JSONValue] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard known.contains(String(word)) else {
                let list = known.joined(separator: ", ")
                throw CLIError(.usage, "--status must be of \(list), for only what has ended can go, not '\(word)'")
            }
            statuses.append(.string(String(word)))
        }
        return statuses
    }
}
