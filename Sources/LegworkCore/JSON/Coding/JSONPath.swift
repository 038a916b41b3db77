/// Where in a JSON value something is, as a list that shares its beginnings.
indirect enum JSONPath: Sendable {
    case root
    case member(String, of: JSONPath)
    case element(Int, of: JSONPath)

    /// The same for errors that Swift's coding protocols throw.
    var codingPath: [any CodingKey] {
        var keys: [JSONCodingKey] = []
        var rest = self
        while true {
            switch rest {
            case .root: return keys.reversed()
            case .member(let name, let outer):
                keys.append(JSONCodingKey(name))
                rest = outer
            case .element(let index, let outer):
                keys.append(JSONCodingKey(index: index))
                rest = outer
            }
        }
    }

    /// A path as people read it, such as `arguments.files[2].path` or `arguments["two words"]`.
    static func text(root: String, keys: [any CodingKey]) -> String {
        var text = root
        for key in keys {
            if let index = key.intValue, key.stringValue == "Index \(index)" {
                text += "[\(index)]"
            } else {
                append(member: key.stringValue, to: &text)
            }
        }
        return text
    }

    /// Appends `.name`, or `["name"]` when the name is not a plain word. A name that is very long is cut.
    static func append(member name: String, to text: inout String) {
        let isWord = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "$"):
                true
            default: false
            }
        }
        let shown = name.shortened(to: 60)
        if isWord, !name.isEmpty { text += ".\(shown)" } else { text += "[\(JSONValue.string(shown).json())]" }
    }
}

extension JSONPath {
    /// Appends `/name` to a JSON pointer (RFC 6901 §3). A name that is very long is cut.
    static func append(member name: String, toPointer text: inout String) {
        text += "/"
        for character in name.shortened(to: 200).unicodeScalars {
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(character)
            }
        }
    }
}

/// A member's name or an element's index, in the form that Swift's coding protocols ask for.
struct JSONCodingKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    init(index: Int) {
        stringValue = "Index \(index)"
        intValue = index
    }

    init(stringValue: String) { self.init(stringValue) }

    init(intValue: Int) { self.init(index: intValue) }
}

extension String {
    /// The text, or its beginning and an ellipsis: what comes from strangers must not make an error message long.
    func shortened(to length: Int) -> String {
        utf8.count > length && count > length ? "\(prefix(length))…" : self
    }
}

extension JSONValue {
    /// The kind of value with its article, for messages: `a string`, `an object`, `null`.
    var typeNameWithArticle: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value itself when it is short, else its kind.
    var shownInMessage: String {
        switch self {
        case .null, .bool, .integer: json()
        case .number(let number): number.lexeme.shortened(to: 40)
        case .string(let string): JSONValue.string(string.shortened(to: 60)).json()
        case .array, .object: typeNameWithArticle
        }
    }
}
