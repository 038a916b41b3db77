/// The members of an object on their way into a Swift type.
struct JSONObjectDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let object: JSONObject
    private let path: JSONPath
    /// Where each member is, made only for objects so large that looking through the members would be slow.
    private let places: [String: Int]?

    init(_ object: JSONObject, at path: JSONPath) {
        self.object = object
        self.path = path
        guard object.count > 16 else {
            places = nil
            return
        }
        places = Dictionary(zip(object.keys, 0...), uniquingKeysWith: { first, _ in first })
    }

    var codingPath: [any CodingKey] { path.codingPath }
    var allKeys: [Key] { object.members.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { value(key.stringValue) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try present(key).isNull }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try JSONValueDecoding.decode(type, from: present(key), at: { .member(key.stringValue, of: path) })
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        let name = key.stringValue
        guard let value = value(name), !value.isNull else { return nil }
        return try JSONValueDecoding.decode(type, from: value, at: { .member(name, of: path) })
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try member(key).unkeyedContainer() }

    func superDecoder() throws -> any Decoder {
        JSONValueDecoding(value("super") ?? .null, at: .member("super", of: path))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        JSONValueDecoding(value(key.stringValue) ?? .null, at: .member(key.stringValue, of: path))
    }

    private func value(_ name: String) -> JSONValue? {
        guard let places else { return object[name] }
        return places[name].map { object.members[$0].value }
    }

    private func present(_ key: Key) throws -> JSONValue {
        guard let value = value(key.stringValue) else {
            throw DecodingError.keyNotFound(key, DecodingError.Context(codingPath: codingPath, debugDescription: "missing"))
        }
        return value
    }

    private func member(_ key: Key) throws -> JSONValueDecoding {
        JSONValueDecoding(try present(key), at: .member(key.stringValue, of: path))
    }
}
