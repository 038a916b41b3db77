import LegworkCore
import LegworkDaemon

/// `legwork channels`.
enum Channels: Command {
    static let name = "channels"
    static let summary = "Show the channels, try one, and look after what could not be delivered"
    static let usage = "list | test NAME | reload | dead-letters | replay ID…|--all | drop ID…|--all"
    static let details = """
        channels list                       the channels, and what waits for each
        channels test NAME                  send a message there now
        channels reload                     read channels.json again, which may have no mistake
        channels dead-letters               what was given up
        channels replay ID… | --all         send it again
        channels drop ID… | --all           forget it

        Channels are described by channels.json in the state folder. Without --owner, what concerns all owners is meant.
        """
    static let options = [
        Option("channel", value: "CHANNEL", "for dead-letters, replay --all and drop --all: only those of this channel"),
        Option("all", "for replay and drop: all that was given up"),
        Option("limit", short: "n", value: "N", "for dead-letters: at most so many (default 100)"),
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        var words = invocation.arguments.positionals + (invocation.arguments.rest ?? [])
        let verb = words.isEmpty ? "list" : words.removeFirst()
        let isAll = invocation.arguments.has("all")
        guard !isAll || ["replay", "drop"].contains(verb) else { throw CLIError(.usage, "--all is for replay and drop") }
        let client = try await invocation.client(asOperator: invocation.owner == nil)
        switch verb {
        case "list" where words.isEmpty: list(invocation, try await client.get("/v1/channels"))
        case "test" where words.count == 1: try await test(words[0], invocation, client)
        case "reload" where words.isEmpty: list(invocation, try await client.post("/v1/channels/reload", [:]))
        case "dead-letters" where words.isEmpty: try await deadLetters(invocation, client)
        case "replay" where words.isEmpty == isAll: try await replay(words, invocation, client)
        case "drop" where words.isEmpty == isAll: try await drop(words, invocation, client)
        default:
            let known = ["list", "test", "reload", "dead-letters", "replay", "drop"]
            let hint = known.contains(verb) ? nil : Suggestion.nearest(to: verb, in: known).map { "; did you mean '\($0)'?" }
            throw CLIError(.usage, "channels takes: \(usage)\(hint ?? "")")
        }
        return ExitCode.success.rawValue
    }

    private static func list(_ invocation: Invocation, _ answer: JSONValue) {
        let channels = answer["channels"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for channel in channels { invocation.console.print(channel["name"]?.string ?? "") }
        case .table:
            if channels.isEmpty {
                invocation.console.print(
                    "there are no channels; describe them in \(invocation.folder.channels), then run legwork channels reload"
                )
            }
            for channel in channels { invocation.console.print(line(channel)) }
        }
    }

    private static func line(_ channel: JSONValue) -> String {
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
        let name = TaskTable.clean(channel["name"]?.string ?? "") + (channel["default"] == true ? " *" : "")
        var line = padded(name, 20) + padded(channel["kind"]?.string ?? "", 10) + padded(channel["state"]?.string ?? "", 9)
        line += "pending \(channel["pending"]?.int ?? 0)  dead \(channel["dead"]?.int ?? 0)"
        if let time = channel["oldest_pending"]?.string.flatMap(Timestamp.init(iso8601:)) {
            line += "  oldest \(TaskTable.short(.now - time))"
        }
        if let problem = channel["problem"]?.string { line += "\n    \(TaskTable.clean(problem))" }
        return line
    }

    private static func test(_ name: String, _ invocation: Invocation, _ client: DaemonClient) async throws {
        let answer = try await client.post("/v1/channels/\(DaemonClient.escape(name))/test", [:])
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: invocation.console.print(name)
        case .table: invocation.console.print("\(TaskTable.clean(name)) has taken a test message")
        }
    }

    private static func deadLetters(_ invocation: Invocation, _ client: DaemonClient) async throws {
        let limit = try invocation.arguments.number("limit", in: 1...1000) ?? 100
        let answer = try await client.get("/v1/deliveries?state=dead&limit=\(limit)\(channel(invocation, "&"))")
        let deliveries = answer["deliveries"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for delivery in deliveries { invocation.console.print(delivery["id"]?.string ?? "") }
        case .table:
            if deliveries.isEmpty { invocation.console.print("nothing was given up") }
            for delivery in deliveries {
                let title = TaskTable.clean(delivery["title"]?.string ?? "").truncated(toBytes: 80)
                invocation.console.print("\(DeliveryTable.place(delivery))  \(title)\n    \(DeliveryTable.line(delivery: delivery))")
            }
            if answer["next_after"] != nil { invocation.console.error("there are more: give --limit, or --channel") }
        }
    }

    private static func replay(_ ids: [String], _ invocation: Invocation, _ client: DaemonClient) async throws {
        guard ids.isEmpty else {
            for id in ids {
                let answer = try await client.post("/v1/deliveries/\(DaemonClient.escape(id))/replay", [:])
                switch invocation.style {
                case .json: invocation.console.print(answer.json())
                case .quiet: invocation.console.print(id)
                case .table: invocation.console.print("\(id)  is sent again")
                }
            }
            return
        }
        var body = JSONObject()
        body["channel"] = invocation.arguments["channel"].map(JSONValue.string)
        let answer = try await client.post("/v1/deliveries/replay", .object(body))
        let (count, kept) = (answer["replayed"]?.int ?? 0, answer["kept"]?.int ?? 0)
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: invocation.console.print("\(count)")
        case .table:
            invocation.console.print(count == 1 ? "1 delivery is sent again" : "\(count) deliveries are sent again")
            if kept > 0 { invocation.console.error("\(kept) stay: their channel is not configured any more") }
            if answer["has_more"] == true { invocation.console.error("there are more: the same again") }
        }
    }

    private static func drop(_ ids: [String], _ invocation: Invocation, _ client: DaemonClient) async throws {
        guard ids.isEmpty else {
            for id in ids {
                let answer = try await client.request("DELETE", "/v1/deliveries/\(DaemonClient.escape(id))", nil)
                switch invocation.style {
                case .json: invocation.console.print(answer.json())
                case .quiet: invocation.console.print(id)
                case .table: invocation.console.print("\(id)  dropped")
                }
            }
            return
        }
        let answer = try await client.request("DELETE", "/v1/deliveries\(channel(invocation, "?"))", nil)
        let count = answer["deleted"]?.int ?? 0
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: invocation.console.print("\(count)")
        case .table:
            invocation.console.print(count == 1 ? "1 delivery dropped" : "\(count) deliveries dropped")
            if answer["has_more"] == true { invocation.console.error("there are more: the same again") }
        }
    }

    private static func channel(_ invocation: Invocation, _ mark: String) -> String {
        invocation.arguments["channel"].map { "\(mark)channel=\(DaemonClient.escape($0))" } ?? ""
    }
}
