/// The decoder that a type under exploration is handed, and its container of a single value: it hands out samples and takes notes.
struct JSONSchemaProbing: Decoder, SingleValueDecodingContainer {
    let probe: JSONSchemaProbe
    let record: JSONSchemaRecord
    let path: JSONPath

    init(_ probe: JSONSchemaProbe, _ record: JSONSchemaRecord, at path: JSONPath) {
        self.probe = probe
        self.record = record
        self.path = path
    }

    var codingPath: [any CodingKey] { path.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        record.isObject = true
        return KeyedDecodingContainer(JSONSchemaObjectProbing(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        record.isArray = true
        return JSONSchemaArrayProbing(decoder: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool {
        record.isNullable = true
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (schema, sample) = try probe.explore(type, at: path)
        record.add(schema)
        return sample
    }

    func inside(_ record: JSONSchemaRecord, at path: JSONPath) -> JSONSchemaProbing { JSONSchemaProbing(probe, record, at: path) }
}

/// Pretends that an object has every member.
struct JSONSchemaObjectProbing<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: JSONSchemaProbing

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { [] }

    /// Who asks whether there is a member can do without it.
    func contains(_ key: Key) -> Bool {
        _ = decoder.record.member(key.stringValue, isOptional: true)
        return true
    }

    func decodeNil(forKey key: Key) throws -> Bool { member(key).decodeNil() }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try member(key).decode(type) }

    /// Explores the type, but leaves the member out: nil passes whatever checks the type makes.
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? { try explore(type, key) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try member(key).unkeyedContainer() }

    func superDecoder() throws -> any Decoder {
        decoder.inside(decoder.record.member("super"), at: .member("super", of: decoder.path))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { member(key) }

    private func member(_ key: Key, isOptional: Bool = false) -> JSONSchemaProbing {
        let name = key.stringValue
        return decoder.inside(decoder.record.member(name, isOptional: isOptional), at: .member(name, of: decoder.path))
    }

    private func explore<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value? {
        _ = try member(key, isOptional: true).decode(type)
        return nil
    }
}

/// The standard library's own versions of these would ask for `nil` first and never get to the type.
extension JSONSchemaObjectProbing {
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try explore(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try explore(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try explore(type, key) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try explore(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try explore(type, key) }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try explore(type, key) }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { try explore(type, key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try explore(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try explore(type, key) }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? { try explore(type, key) }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try explore(type, key) }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { try explore(type, key) }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { try explore(type, key) }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { try explore(type, key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try explore(type, key) }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? { try explore(type, key) }
}

/// Pretends that an array has one element for who asks where it ends, and as many as are asked for otherwise.
struct JSONSchemaArrayProbing: UnkeyedDecodingContainer {
    let decoder: JSONSchemaProbing

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { nil }
    var currentIndex: Int { decoder.record.elementCount }

    var isAtEnd: Bool {
        decoder.record.isList = true
        return currentIndex > 0
    }

    mutating func decodeNil() throws -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try element().decode(type) }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try element().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try element().unkeyedContainer() }

    mutating func superDecoder() throws -> any Decoder { try element() }

    private func element() throws -> JSONSchemaProbing {
        let place = JSONPath.element(currentIndex, of: decoder.path)
        // A type that never stops asking would never return.
        guard currentIndex < 1_000 else {
            throw decoder.probe.failed(.underivable, place, "more than a thousand elements were asked for; supply the schema by hand")
        }
        return decoder.inside(decoder.record.element(), at: place)
    }
}
