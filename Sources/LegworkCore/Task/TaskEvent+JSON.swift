extension TaskEvent {
    /// `{"sequence": …, "time": …, "kind": …, "text": …, "data": …}`; members that say nothing are left out.
    public var json: JSONValue {
        var object: JSONObject = [
            "sequence": JSONValue(sequence), "time": .string(time.description), "kind": .string(kind.rawValue),
        ]
        object["text"] = text.map(JSONValue.string)
        object["data"] = data
        return .object(object)
    }
}
