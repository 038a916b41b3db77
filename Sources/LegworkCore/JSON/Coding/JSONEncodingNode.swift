/// A part of the value that is being built. It is shared with the containers that fill it, because a type may write to several at once.
final class JSONEncodingNode {
    enum Content {
        /// Nothing was written yet; a type that writes nothing is an empty object.
        case nothing
        case value(JSONValue)
        case elements([Content])
        case members(Members)
        /// A nested container, which may still be written to.
        case nested(JSONEncodingNode)

        /// What was built, once nothing more is written.
        var value: JSONValue {
            switch self {
            case .nothing: .object(JSONObject())
            case .value(let value): value
            case .elements(let elements): .array(elements.map(\.value))
            case .members(let members): .object(members.object)
            case .nested(let node): node.content.value
            }
        }
    }

    /// The members of an object; writing a name again replaces its value.
    struct Members {
        private var keys: [String] = []
        private var contents: [Content] = []
        private var places: [String: Int]?

        subscript(_ key: String) -> Content? {
            get { place(of: key).map { contents[$0] } }
            set {
                guard let newValue else { return }
                if let place = place(of: key) {
                    contents[place] = newValue
                    return
                }
                keys.append(key)
                contents.append(newValue)
                if places != nil {
                    places?[key] = keys.count - 1
                } else if keys.count > 16 {
                    places = Dictionary(zip(keys, 0...), uniquingKeysWith: { first, _ in first })
                }
            }
        }

        private func place(of key: String) -> Int? {
            places.map { $0[key] } ?? keys.firstIndex(of: key)
        }

        var object: JSONObject {
            JSONObject(uniqueMembers: zip(keys, contents).map { JSONObject.Member($0, $1.value) })
        }
    }

    var content = Content.nothing

    /// Adds or replaces a member; a node that was something else becomes an object.
    func set(_ key: String, _ member: Content) {
        guard case .members(var members) = content else {
            var members = Members()
            members[key] = member
            content = .members(members)
            return
        }
        content = .nothing
        members[key] = member
        content = .members(members)
    }

    /// Adds an element; a node that was something else becomes an array.
    func append(_ element: Content) {
        guard case .elements(var elements) = content else {
            content = .elements([element])
            return
        }
        content = .nothing
        elements.append(element)
        content = .elements(elements)
    }

    /// Encodes one value.
    static func content<Value: Encodable>(of value: Value, at path: JSONPath) throws -> Content {
        if let scalar = try scalar(value, at: path) { return .value(scalar) }
        if let dictionary = value as? any JSONStringKeyed { return .members(try dictionary.sortedMembers(at: path)) }
        let encoding = JSONValueEncoding(at: path)
        do {
            try value.encode(to: encoding)
        } catch {
            if error is EncodingError || error is JSONCodingInterruption { throw error }
            throw JSONCodingInterruption(path: path, underlying: error)
        }
        return encoding.node.content
    }

    /// The types are compared first: a cast that fails costs far more than a comparison.
    private static func scalar<Value>(_ value: Value, at path: JSONPath) throws -> JSONValue? {
        if Value.self == String.self, let value = value as? String { return .string(value) }
        if Value.self == Int.self, let value = value as? Int { return .integer(Int64(value)) }
        if Value.self == Bool.self, let value = value as? Bool { return .bool(value) }
        if Value.self == JSONValue.self, let value = value as? JSONValue { return value }
        if Value.self == JSONObject.self, let value = value as? JSONObject { return .object(value) }
        if Value.self == Double.self, let value = value as? Double { return try number(value, at: path) { JSONNumber($0) } }
        if Value.self == Float.self, let value = value as? Float {
            // Widened to a double, a float would print digits that it does not have.
            return try number(value, at: path) { JSONNumber(lexeme: $0.description) }
        }
        guard let integer = value as? any FixedWidthInteger else { return nil }
        return Int64(exactly: integer).map(JSONValue.integer) ?? .number(JSONNumber(lexeme: "\(integer)"))
    }

    private static func number<Number: BinaryFloatingPoint>(
        _ value: Number,
        at path: JSONPath,
        _ print: (Number) -> JSONNumber?
    ) throws -> JSONValue {
        if let integer = Int64(exactly: value), value.magnitude < 9e15, value.sign == .plus || integer != 0 { return .integer(integer) }
        guard value.isFinite, let number = print(value) else {
            let description = "expected a finite number, found \(value); JSON has no other"
            throw EncodingError.invalidValue(value, .init(codingPath: path.codingPath, debugDescription: description))
        }
        return .number(number)
    }
}

/// A dictionary with string keys, whose own `encode(to:)` would write the members in an order that changes from run to run.
protocol JSONStringKeyed {
    func sortedMembers(at path: JSONPath) throws -> JSONEncodingNode.Members
}

extension Dictionary: JSONStringKeyed where Key == String, Value: Encodable {
    func sortedMembers(at path: JSONPath) throws -> JSONEncodingNode.Members {
        var members = JSONEncodingNode.Members()
        for (key, value) in sorted(by: { $0.key < $1.key }) {
            members[key] = try JSONEncodingNode.content(of: value, at: .member(key, of: path))
        }
        return members
    }
}
