/// Any JSON value, kept as it was written: number lexemes and the order of object members survive a round trip.
///
/// Tool results must come out as they went in, so a number that is no 64-bit integer keeps its text, and an object is an ordered list of
/// members. Parsing and printing live in `JSONValue+Parsing.swift` and `JSONValue+Printing.swift`.
public enum JSONValue: Sendable, Hashable {
    /// The JSON `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number, as its exact text.
    case number(JSONNumber)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object, its members in the order they were written.
    case object(JSONObject)
}

/// A JSON number kept as the text it was written as, such as `1.50` or `1e400`.
public struct JSONNumber: Sendable, Hashable {
    /// The number as JSON text.
    public let lexeme: String

    /// The nearest double; infinite when the number is out of range.
    public var double: Double { Double(lexeme) ?? .nan }

    /// Wraps a text that is known to be a JSON number.
    package init(lexeme: String) { self.lexeme = lexeme }

    /// The shortest text that reads back as the given double, or nil where JSON has none (infinities and NaN).
    public init?(_ double: Double) {
        guard double.isFinite else { return nil }
        self.lexeme = double.description
    }
}

/// The members of a JSON object, in order. Keys are unique.
public struct JSONObject: Sendable, Hashable {
    /// One `"key": value` of an object.
    public struct Member: Sendable, Hashable {
        /// The member's name.
        public let key: String
        /// The member's value.
        public var value: JSONValue

        /// Makes a member.
        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// The members in the order they were written.
    public private(set) var members: [Member]

    /// Makes an empty object.
    public init() { members = [] }

    /// Takes members whose keys are known to be unique.
    package init(uniqueMembers: [Member]) { members = uniqueMembers }

    /// The number of members.
    public var count: Int { members.count }

    /// Whether the object is `{}`.
    public var isEmpty: Bool { members.isEmpty }

    /// The keys in order.
    public var keys: [String] { members.map(\.key) }

    /// Reads, replaces (in place), appends or, with nil, removes a member. The cost is linear in the number of members.
    public subscript(_ key: String) -> JSONValue? {
        get { place(of: key).map { members[$0].value } }
        set {
            if let index = place(of: key) {
                if let newValue { members[index].value = newValue } else { members.remove(at: index) }
            } else if let newValue {
                members.append(Member(key, newValue))
            }
        }
    }

    /// Looks at the members one by one, without copying any.
    @inline(__always)
    private func place(of key: String) -> Int? {
        for index in members.indices where members[index].key == key { return index }
        return nil
    }

    /// Two objects are equal when they have the same members in any order, as JSON defines it.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        if left.members == right.members { return true }
        let other = Dictionary(right.members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        return left.members.allSatisfy { other[$0.key] == $0.value }
    }

    /// Hashes the members without regard to their order.
    public func hash(into hasher: inout Hasher) {
        var combined = 0
        for member in members { combined ^= member.hashValue }
        hasher.combine(combined)
    }
}

// MARK: - Reading

extension JSONValue {
    /// The member of an object, or nil when this is no object or has no such member.
    public subscript(_ key: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    /// The element of an array, or nil when this is no array or the index is out of range.
    public subscript(_ index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The string, or nil when this is none.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The boolean, or nil when this is none.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The whole number, or nil when this is none or does not fit. `1.0` and `1e3` are whole.
    public var int: Int? { exactly(Int.self) }

    /// The number as a double, or nil when this is none.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let number): number.double
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The elements, or nil when this is no array.
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

    /// The members, or nil when this is no object.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// Whether this is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// The JSON Schema name of this value's type: `null boolean integer number string array object`.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

// MARK: - Writing in Swift

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Makes `null`.
    public init(nilLiteral: ()) { self = .null }
    /// Makes a boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Makes a whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Makes a number.
    public init(floatLiteral value: Double) { self = JSONNumber(value).map(JSONValue.number) ?? .null }
    /// Makes a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes an array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Makes an object with the members in the order written; of two members with one key the later one's value stays.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Makes an object with the members in the order written; of two members with one key the later one's value stays.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}

extension JSONValue {
    /// Wraps a whole number.
    public init(_ value: Int) { self = .integer(Int64(value)) }
    /// Wraps a text, `null` for nil.
    public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
    /// Wraps a double: whole numbers become integers, what JSON cannot say becomes `null`.
    public init(_ value: Double) {
        if let integer = Int64(exactly: value), abs(value) < 9e15 {
            self = .integer(integer)
        } else {
            self = JSONNumber(value).map(JSONValue.number) ?? .null
        }
    }
}
