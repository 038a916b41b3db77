extension Notice {
    /// The notice as JSON, as every door shows it. Members that say nothing are left out.
    ///
    /// `{"sequence", "task", "tool", "title", "name"?, "kind", "reason"?, "text"?, "data"?, "key"?, "count"?, "session"?, "state",
    /// "created_at", "updated_at"}`
    ///
    /// - Parameter withData: false leaves `data` out, which may be large.
    public func json(withData: Bool = true) -> JSONValue {
        var object: JSONObject = [
            "sequence": .integer(sequence), "task": .string(task.description), "tool": .string(tool), "title": .string(title),
        ]
        object["name"] = name.map(JSONValue.string)
        object["kind"] = .string(kind.rawValue)
        object["reason"] = reason.map { .string($0.rawValue) }
        object["text"] = text.map(JSONValue.string)
        if withData { object["data"] = data }
        object["key"] = key.map(JSONValue.string)
        if count > 1 { object["count"] = JSONValue(count) }
        object["session"] = session.map(JSONValue.string)
        object["state"] = .string(state.rawValue)
        object["created_at"] = .string(createdAt.description)
        object["updated_at"] = .string(updatedAt.description)
        return .object(object)
    }

    /// What a hook outside of the process is given: `{"owner", "session", "notices": […]}`.
    ///
    /// - Parameter limit: the most bytes; the notices' `data` is left out when it would be more.
    package static func wakeUp(_ owner: Owner, session: String?, _ notices: [Notice], limit: Int) -> [UInt8] {
        func bytes(withData: Bool) -> [UInt8] {
            let object: JSONObject = [
                "owner": .string(owner.name), "session": session.map(JSONValue.string) ?? .null,
                "notices": .array(notices.map { $0.json(withData: withData) }),
            ]
            return JSONValue.object(object).jsonBytes()
        }
        let whole = bytes(withData: true)
        return whole.count <= limit ? whole : bytes(withData: false)
    }
}
