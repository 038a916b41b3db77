import FoundationEssentials
import Glibc
import LegworkCore

/// `legwork run`.
enum Run: Command {
    static let name = "run"
    static let summary = "Run a command; if it takes long it goes on as a task"
    static let usage = "[OPTIONS] -- COMMAND [ARGUMENT…]"
    static let details = """
        The command's output is printed as it comes, and its exit code is this command's. When the window has passed, or on Ctrl-B, the task's
        id is printed as the last line and the exit code is 75: the command goes on, also when this terminal closes. Ctrl-C cancels it.
        """
    static let options = [
        Option("background", short: "b", "do not wait: print the id and end with 0"),
        Option(
            "window",
            short: "w",
            value: "DURATION",
            "how long to wait before leaving it to itself (default 10s; 'none' waits to the end)"
        ),
        Option("queue", value: "QUEUE", "put it into a queue, from which a worker takes it ('default' is one); implies --background"),
        Option("name", value: "NAME", "a name for the task, unique among those that have not ended"),
        Option("keep-until-read", "keep the task, however old it grows, until its result has been read"),
        RedirectOption.option,
        RedirectOption.statuses,
        Option("cwd", value: "FOLDER", "where to run (default: here)"),
        Option("timeout", value: "DURATION", "end the command when it takes longer"),
        Option("shell", value: "LINE", "run a line of the shell instead of a command"),
        Option("stdin", "give it what comes on standard input, at most 10 MiB"),
    ]
    static let stopsAtFirstPositional = true

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let window = invocation.arguments["window"] == "none" ? nil : try invocation.arguments.duration("window") ?? .seconds(10)
        let body = try requestBody(invocation)
        let client = try await invocation.client()
        let task: JSONValue
        do {
            let target = invocation.arguments.has("queue") ? "/v1/tasks" : "/v1/call"
            task = try await client.post(target, body)["task"] ?? .null
        } catch let refusal as DaemonRefusal where refusal.code == "invalid_arguments" {
            throw CLIError(.cannotStart, refusal.description)
        }
        guard let id = task["id"]?.string else { throw CLIError(.failure, "the daemon's answer has no task") }
        if invocation.arguments.has("background") || invocation.arguments.has("queue") {
            invocation.console.print(invocation.style == .json ? JSONValue.object(["task": task]).json() : id)
            return ExitCode.success.rawValue
        }
        let follower = RunFollower(client: client, console: invocation.console, id: id, prints: invocation.style == .table)
        switch try await follower.follow(window: window) {
        case .ended: return try await end(invocation, client, id)
        case .left(let why):
            switch invocation.style {
            case .json: invocation.console.print(try await client.get("/v1/tasks/\(id)").json())
            case .quiet: invocation.console.print(id)
            case .table:
                invocation.console.error(
                    "legwork: \(why); it goes on as a task\n  legwork logs -f \(id)\n  legwork wait \(id)\n  legwork cancel \(id)"
                )
                invocation.console.print(id)
            }
            return ExitCode.stillRunning.rawValue
        }
    }

    private static func requestBody(_ invocation: Invocation) throws -> JSONValue {
        let arguments = invocation.arguments
        let command = arguments.rest ?? []
        var call: JSONObject = [:]
        if let line = arguments["shell"] {
            guard command.isEmpty else { throw CLIError(.usage, "give either --shell LINE or a command, not both") }
            call["shell"] = .string(line)
        } else {
            guard !command.isEmpty else { throw CLIError(.usage, "the command is missing: legwork run -- COMMAND…") }
            call["argv"] = .array(command.map(JSONValue.string))
        }
        let here = FileManager.default.currentDirectoryPath
        let folder = arguments["cwd"] ?? here
        call["cwd"] = .string(folder.hasPrefix("/") ? folder : here + "/" + folder)
        // The command is to find what it would find here, not what the daemon happens to have.
        call["env"] = .object(invocation.environment.sorted { $0.key < $1.key }.reduce(into: [:]) { $0[$1.key] = .string($1.value) })
        call["timeout"] = try arguments.duration("timeout").map { JSONValue($0.seconds) }
        if arguments.has("stdin") { call["stdin"] = .string(try readInput()) }
        var body: JSONObject = ["tool": "run_command", "arguments": .object(call)]
        if let queue = arguments["queue"] { body["queue"] = .string(queue) } else { body["background"] = true }
        body["name"] = arguments["name"].map(JSONValue.string)
        if arguments.has("keep-until-read") { body["keep_until_read"] = true }
        body["redirects"] = try RedirectOption.list(arguments)
        return .object(body)
    }

    private static func readInput() throws(CLIError) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count <= 0 { break }
            bytes += buffer.prefix(count)
            if bytes.count > 10 << 20 { throw CLIError(.usage, "standard input has more than 10 MiB; put it into a file and name that") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CLIError(.usage, "standard input is not UTF-8 text; put it into a file and name that")
        }
        return text
    }

    /// The end of the command: its own exit code.
    private static func end(_ invocation: Invocation, _ client: DaemonClient, _ id: String) async throws -> Int32 {
        // The output ends a moment before the record does.
        let answer = try await client.post("/v1/wait", ["tasks": [.string(id)], "timeout_ms": 60_000])
        let task = answer["settled"]?[0] ?? .null
        switch invocation.style {
        case .json: invocation.console.print(JSONValue.object(["task": task]).json())
        case .quiet: invocation.console.print(id)
        case .table: break
        }
        let facts = task["result"]?["structuredContent"]
        // A command that was told to stop may still make an exit code of it, even 0: why it ended says more.
        if task["status"] == "cancelled" {
            if invocation.style == .table { invocation.console.error("legwork: cancelled") }
            return ExitCode.interrupted.rawValue
        }
        if let code = facts?["exit_code"]?.int, facts?["timed_out"] != true { return Int32(truncatingIfNeeded: code) }
        if task["status"] == "completed" { return ExitCode.success.rawValue }
        if invocation.style == .table {
            let why =
                task["failure"]?.string
                ?? task["result"].flatMap(ToolResult.init(json:))?.text.split(separator: "\n").last.map(String.init)
            invocation.console.error(
                "legwork: \(task["status"]?.string ?? "lost")\(why.map { ": \(TaskTable.clean($0))" } ?? ""); legwork show \(id)"
            )
        }
        if facts?["timed_out"] == true { return ExitCode.timedOut.rawValue }
        if let signal = facts?["signal_number"]?.int { return 128 + Int32(truncatingIfNeeded: signal) }
        return ExitCode.failure.rawValue
    }
}
