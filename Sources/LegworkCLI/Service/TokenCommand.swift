import LegworkCore

/// `legwork token`.
enum TokenCommand: Command {
    static let name = "token"
    static let summary = "Make, list and revoke the tokens that others reach the daemon with"
    static let usage = "create [OPTIONS] | list | revoke TOKEN…"
    static let details = """
        token create shows the token itself on standard output, this once; what is kept of it is a digest. It is sent as
        'Authorization: Bearer TOKEN' to what legwork serve --port listens at. TOKEN is an id, as token list shows it.

        The owner may be the beginning of several: --owner 'team/*'. With --all-owners it is for everybody's tasks. Rights are read, call,
        cancel and admin (which needs --all-owners). Who may call tools may run what they run: commands, as you.
        """
    static let options = [
        Option("rights", value: "LIST", "what it may do, with commas (default read,call,cancel)"),
        Option("expires", value: "DURATION", "let nobody in with it after so long, such as 12h or 90d"),
        Option("label", value: "TEXT", "what it is for, in the list"),
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        var words = invocation.arguments.positionals + (invocation.arguments.rest ?? [])
        let verb = words.isEmpty ? "list" : words.removeFirst()
        switch verb {
        case "create" where words.isEmpty: try await create(invocation)
        case "list" where words.isEmpty: try await list(invocation)
        case "revoke" where !words.isEmpty: try await revoke(words, invocation)
        default: throw CLIError(.usage, "token takes: \(usage)")
        }
        return ExitCode.success.rawValue
    }

    private static func create(_ invocation: Invocation) async throws {
        let arguments = invocation.arguments
        var body = JSONObject()
        if let label = arguments["label"] { body["label"] = .string(label) }
        if let owner = arguments.has("all-owners") ? "*" : invocation.owner { body["owner"] = .string(owner) }
        if let rights = arguments["rights"] { body["rights"] = .array(rights.split(separator: ",").map { .string(String($0)) }) }
        if let time = try arguments.duration("expires", atMost: Arguments.longestAge) {
            body["expires_in_ms"] = .integer(time.milliseconds)
        }
        let answer = try await invocation.client(asOperator: true).post("/v1/tokens", .object(body))
        let record = answer["record"] ?? .null
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: invocation.console.print(answer["token"]?.string ?? "")
        case .table:
            // Alone on standard output, so that it can go into a variable or a file.
            invocation.console.print(answer["token"]?.string ?? "")
            invocation.console.error(
                "token \(record["id"]?.string ?? ""): owner \(clean(record["owner"])), \(rights(record)), \(expiry(record)); it is shown this once"
            )
        }
    }

    private static func list(_ invocation: Invocation) async throws {
        let answer = try await invocation.client(asOperator: true).get("/v1/tokens")
        let tokens = answer["tokens"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for token in tokens { invocation.console.print(token["id"]?.string ?? "") }
        case .table:
            if tokens.isEmpty { invocation.console.print("there are no tokens; legwork token create makes one") }
            for token in tokens {
                let use = token["last_used_at"]?.string.map { "last used \($0)" } ?? "not used yet"
                let label = token["label"].map { "  \(clean($0))" } ?? ""
                invocation.console.print(
                    "\(token["id"]?.string ?? "")  \(clean(token["owner"]))  \(rights(token))  \(expiry(token))  \(use)\(label)"
                )
            }
        }
    }

    private static func revoke(_ ids: [String], _ invocation: Invocation) async throws {
        let client = try await invocation.client(asOperator: true)
        for id in ids {
            let answer = try await client.request("DELETE", "/v1/tokens/\(DaemonClient.escape(id))", nil)
            invocation.console.print(invocation.style == .json ? answer.json() : answer["revoked"]?.string ?? "")
        }
    }

    private static func clean(_ text: JSONValue?) -> String { TaskTable.clean(text?.string ?? "") }

    private static func rights(_ token: JSONValue) -> String {
        (token["rights"]?.array ?? []).compactMap(\.string).joined(separator: ",")
    }

    private static func expiry(_ token: JSONValue) -> String {
        guard let time = token["expires_at"]?.string else { return "does not expire" }
        return "\(token["expired"] == true ? "expired" : "expires") \(time)"
    }
}
