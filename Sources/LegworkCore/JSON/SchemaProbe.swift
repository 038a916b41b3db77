/// A decoder that gives placeholder values, and writes down what it was asked for.
final class SchemaProbe: Decoder, JSONValueProbe {
    var schema: JSONObject = [:]
    let codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }
    /// The types that are being looked at, the outermost first.
    private let types: [ObjectIdentifier]
    private let name: String

    init(name: String, types: [ObjectIdentifier] = []) {
        self.name = name
        self.types = types
    }

    func anyValue() -> JSONValue {
        schema = [:]
        return .null
    }

    /// Makes a placeholder of a type; ``schema`` then describes it.
    func placeholder<T: Decodable>(_ type: T.Type) throws -> T {
        if type == JSONObject.self, let object = JSONObject() as? T {
            schema = ["type": "object"]
            return object
        }
        if let first = try enumPlaceholder(type) { return first }
        guard !types.contains(ObjectIdentifier(type)) else {
            throw JSONSchemaError("\(name) refers to itself through \(type); write its schema by hand")
        }
        let inner = SchemaProbe(name: name, types: types + [ObjectIdentifier(type)])
        let value = try T(from: inner)
        schema = inner.schema
        return value
    }

    private func enumPlaceholder<T: Decodable>(_ type: T.Type) throws -> T? {
        guard let cases = type as? any CaseIterable.Type, type is any RawRepresentable.Type else { return nil }
        let all = Array(cases.allCases.map { $0 as Any })
        let raw = all.compactMap { ($0 as? any RawRepresentable)?.rawValue as Any? }
        guard let first = all.first as? T else { return nil }
        if let texts = raw as? [String] {
            schema = ["type": "string", "enum": .array(texts.map(JSONValue.string))]
        } else if let numbers = raw as? [Int] {
            schema = ["type": "integer", "enum": .array(numbers.map { JSONValue($0) })]
        } else {
            return nil
        }
        return first
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if schema.isEmpty { schema = ["type": "object", "properties": [:], "additionalProperties": false] }
        return KeyedDecodingContainer(KeyedProbe(probe: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        schema = ["type": "array", "items": [:]]
        return UnkeyedProbe(probe: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { SingleProbe(probe: self) }

    fileprivate func child() -> SchemaProbe { SchemaProbe(name: name, types: types) }

    fileprivate func add(_ key: String, _ member: JSONObject, isRequired: Bool) {
        var properties = schema["properties"]?.object ?? [:]
        // Swift's synthesised code asks `contains` and `decodeNil` before it decodes; the type itself comes last.
        properties[key] = .object(member)
        schema["properties"] = .object(properties)
        if isRequired {
            var required = schema["required"]?.array ?? []
            if !required.contains(.string(key)) { required.append(.string(key)) }
            schema["required"] = .array(required)
        }
    }
}

private struct KeyedProbe<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let probe: SchemaProbe

    var codingPath: [any CodingKey] { [] }
    /// Dictionaries ask which keys there are: one, to see what they hold.
    var allKeys: [Key] {
        guard let key = Key(stringValue: "key"), probe.schema["properties"] == [:] else { return [] }
        // An enumeration of fixed keys knows its own; only a dictionary takes any text.
        return Key(stringValue: "\u{1}any") == nil ? [] : [key]
    }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        let child = probe.child()
        let value = try child.placeholder(type)
        if Key(stringValue: "\u{1}any") != nil, key.stringValue == "key" {
            probe.schema = ["type": "object", "additionalProperties": .object(child.schema)]
        } else {
            probe.add(key.stringValue, child.schema, isRequired: true)
        }
        return value
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        let child = probe.child()
        let value = try child.placeholder(type)
        probe.add(key.stringValue, child.schema, isRequired: false)
        return value
    }

    // The defaults for these would ask for nil instead of coming here.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try optional(type, key) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try optional(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(type, key) }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try optional(type, key) }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { try optional(type, key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try optional(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try optional(type, key) }

    private func optional<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T? {
        let child = probe.child()
        let value = try child.placeholder(type)
        probe.add(key.stringValue, child.schema, isRequired: false)
        return value
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        throw JSONSchemaError("a nested container cannot be looked at; write the schema by hand")
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw JSONSchemaError("a nested container cannot be looked at; write the schema by hand")
    }

    func superDecoder() throws -> any Decoder { probe }
    func superDecoder(forKey key: Key) throws -> any Decoder { probe }
}

private struct UnkeyedProbe: UnkeyedDecodingContainer {
    let probe: SchemaProbe
    var currentIndex = 0

    init(probe: SchemaProbe) { self.probe = probe }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    var isAtEnd: Bool { currentIndex > 0 }

    mutating func decodeNil() throws -> Bool { false }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let child = probe.child()
        let value = try child.placeholder(type)
        probe.schema["items"] = .object(child.schema)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        throw JSONSchemaError("a nested container cannot be looked at; write the schema by hand")
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw JSONSchemaError("a nested container cannot be looked at; write the schema by hand")
    }

    mutating func superDecoder() throws -> any Decoder { probe }
}

private struct SingleProbe: SingleValueDecodingContainer {
    let probe: SchemaProbe

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    func decode(_ type: Bool.Type) throws -> Bool {
        probe.schema = ["type": "boolean"]
        return false
    }

    func decode(_ type: String.Type) throws -> String {
        probe.schema = ["type": "string"]
        return ""
    }

    func decode(_ type: Double.Type) throws -> Double {
        probe.schema = ["type": "number"]
        return 0
    }

    func decode(_ type: Float.Type) throws -> Float {
        probe.schema = ["type": "number"]
        return 0
    }

    func decode(_ type: Int.Type) throws -> Int { integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { integer() }
    func decode(_ type: UInt.Type) throws -> UInt { integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { integer() }

    private func integer<T: FixedWidthInteger>() -> T {
        probe.schema = ["type": "integer"]
        if !T.isSigned { probe.schema["minimum"] = 0 }
        if T.bitWidth < 64 {
            probe.schema["minimum"] = JSONValue(Int(T.min))
            probe.schema["maximum"] = JSONValue(Int(T.max))
        }
        return 0
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try probe.placeholder(type) }
}
