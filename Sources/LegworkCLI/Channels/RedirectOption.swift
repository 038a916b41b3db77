import LegworkCore

/// The option `--redirect` of commands that start something.
enum RedirectOption {
    static let option = Option(
        "redirect",
        value: "CHANNEL",
        "tell in this channel what becomes of it, or in CHANNEL:PLACE; may be given several times"
    )

    /// The list that it gives; nil without one.
    static func list(_ arguments: Arguments) -> JSONValue? {
        let given = arguments.all("redirect")
        guard !given.isEmpty else { return nil }
        return .array(
            given.map { text in
                // A channel's name has no colon.
                let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                var wish: JSONObject = ["channel": .string(parts[0])]
                if parts.count > 1 { wish["target"] = .string(parts[1]) }
                return .object(wish)
            }
        )
    }
}
