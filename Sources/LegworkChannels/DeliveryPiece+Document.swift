import LegworkCore

extension DeliveryPiece {
    /// All that is known, for programs: what ``DeliveryContent/json`` has, and
    /// `{"delivery", "target"?, "link"?, "answers"?: [{"label", "url"}]}`. `delivery` is the same whenever it comes again.
    var document: JSONObject {
        var document: JSONObject = ["delivery": .string(key)]
        for member in content.json.object?.members ?? [] { document[member.key] = member.value }
        document["target"] = target.map(JSONValue.string)
        document["link"] = link.map(JSONValue.string)
        if !answers.isEmpty {
            document["answers"] = .array(answers.map { ["label": .string($0.label), "url": .string($0.url)] })
        }
        return document
    }
}
