package import LegworkCore

// A wish as doors and models write it.
extension RedirectWish {
    private static let words = Redirect.tellable.map(\.rawValue).sorted()

    /// The members, as the properties of a JSON Schema.
    package static let properties: JSONObject = [
        "channel": [
            "type": "string", "minLength": 1, "maxLength": 256,
            "description": "The channel's name; left out, it is the one that is meant for you.",
        ],
        "target": [
            "type": "string", "minLength": 1, "maxLength": 256,
            "description": "Where in the channel, such as a room; left out, it is the channel's own place.",
        ],
        "on": [
            "type": "array", "minItems": 1, "uniqueItems": true,
            "items": ["type": "string", "enum": .array(words.map(JSONValue.string))],
            "description": "What is told; left out, that the task has ended.",
        ],
        "max_chars": [
            "type": "integer", "minimum": 1, "maximum": JSONValue(greatestCharacters),
            "description": "The most characters of the result that are told.",
        ],
    ]

    /// A list of wishes, as a JSON Schema.
    package static let listSchema: JSONValue = [
        "type": "array", "maxItems": JSONValue(Redirect.maximumCount),
        "items": ["type": "object", "properties": .object(properties), "additionalProperties": false],
        "description": "Where else it is told what becomes of the task.",
    ]

    /// Reads a wish that fits ``properties``.
    package init(json: JSONValue) {
        self.init(
            to: json["channel"]?.string,
            target: json["target"]?.string,
            on: json["on"]?.array.map { Set($0.compactMap { $0.string.flatMap(TaskStatus.init) }) } ?? Redirect.ends,
            maximumCharacters: json["max_chars"]?.int
        )
    }

    /// Reads wishes that fit ``listSchema``; none when there are none.
    package static func list(_ json: JSONValue?) -> [RedirectWish] { (json?.array ?? []).map { RedirectWish(json: $0) } }
}
