import LegworkCore

/// The options `--redirect` and `--redirect-on` of commands that start something.
enum RedirectOption {
    static let option = Option(
        "redirect",
        value: "CHANNEL",
        "tell in this channel what becomes of it, or in CHANNEL:PLACE; may be given several times"
    )

    static let statuses = Option(
        "redirect-on",
        value: "STATUSES",
        "what is told there, with commas: completed,failed,cancelled (the default), stopped, input_required"
    )

    /// Statuses with commas between, as a list.
    static func statuses(_ text: String) -> JSONValue { .array(text.split(separator: ",").map { .string(String($0)) }) }

    /// The list that they give; nil without one.
    static func list(_ arguments: Arguments) throws(CLIError) -> JSONValue? {
        let given = arguments.all("redirect")
        let on = arguments["redirect-on"].map(statuses)
        guard !given.isEmpty else {
            if on != nil { throw CLIError(.usage, "--redirect-on says what --redirect tells: give that too") }
            return nil
        }
        return .array(
            given.map { text in
                // A channel's name has no colon.
                let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                var wish: JSONObject = ["channel": .string(parts[0])]
                if parts.count > 1 { wish["target"] = .string(parts[1]) }
                wish["on"] = on
                return .object(wish)
            }
        )
    }
}
