import LegworkCore

extension Redirect {
    /// The redirect as it is stored with a task or a schedule.
    var stored: JSONValue {
        var object: JSONObject = ["number": JSONValue(number), "channel": .string(channel)]
        object["target"] = target.map(JSONValue.string)
        object["statuses"] = .array(statuses.map(\.rawValue).sorted().map(JSONValue.string))
        object["maximumCharacters"] = maximumCharacters.map { JSONValue($0) }
        if isStanding { object["isStanding"] = true }
        return .object(object)
    }

    init(stored json: JSONValue) throws(RowDamage) {
        guard let channel = json["channel"]?.string, let number = json["number"]?.int, let words = json["statuses"]?.array else {
            throw RowDamage("one of its redirects is incomplete")
        }
        let statuses = words.compactMap { $0.string.flatMap(TaskStatus.init) }
        guard statuses.count == words.count else { throw RowDamage("one of its redirects tells of an unknown status") }
        self.init(
            to: channel,
            target: json["target"]?.string,
            on: Set(statuses),
            maximumCharacters: json["maximumCharacters"]?.int,
            isStanding: json["isStanding"]?.bool ?? false
        )
        self.number = number
    }
}

extension [Redirect] {
    /// Reads redirects; none where nothing is stored.
    init(stored json: JSONValue?) throws(RowDamage) {
        self = []
        guard let json else { return }
        guard let stored = json.array else { throw RowDamage("its redirects are no array") }
        for redirect in stored { append(try Redirect(stored: redirect)) }
    }
}
