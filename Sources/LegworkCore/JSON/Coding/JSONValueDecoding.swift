/// One value on its way into a Swift type: the `Decoder` that `init(from:)` is handed, and its container of a single value.
final class JSONValueDecoding: Decoder, SingleValueDecodingContainer {
    let value: JSONValue
    let path: JSONPath

    init(_ value: JSONValue, at path: JSONPath) {
        self.value = value
        self.path = path
    }

    var codingPath: [any CodingKey] { path.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else { throw mismatch([String: JSONValue].self, "an object") }
        return KeyedDecodingContainer(JSONObjectDecoding(object, at: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw mismatch([JSONValue].self, "an array") }
        return JSONArrayDecoding(elements, at: path)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { value.isNull }

    /// Serves every `decode` that the protocol asks for, whatever the type.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let scalar = try JSONScalarDecoding.decode(type, from: value, at: { path }) { return scalar }
        do {
            return try Value(from: self)
        } catch DecodingError.dataCorrupted(let context) {
            throw DecodingError.dataCorrupted(unlistedCase(of: type) ?? context)
        } catch {
            if error is DecodingError || error is JSONDecodingError || error is JSONCodingInterruption { throw error }
            throw JSONCodingInterruption(path: path, underlying: error)
        }
    }

    /// Decodes a part of a value, without a decoder for it where the type needs none.
    @inline(__always)
    static func decode<Value: Decodable>(_ type: Value.Type, from value: JSONValue, at path: () -> JSONPath) throws -> Value {
        if let scalar = try JSONScalarDecoding.decode(type, from: value, at: path) { return scalar }
        return try JSONValueDecoding(value, at: path()).decode(type)
    }

    private func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
        JSONScalarDecoding.mismatch(type, expected, value, path)
    }

    /// A better text than the standard library's for a word that is no case of an enumeration.
    private func unlistedCase(of type: Any.Type) -> DecodingError.Context? {
        guard let cases = JSONEnumeration.rawValues(of: type), !cases.contains(where: value.isEquivalent) else { return nil }
        let listed = cases.prefix(12).map(\.shownInMessage).joined(separator: ", ") + (cases.count > 12 ? ", …" : "")
        return DecodingError.Context(codingPath: codingPath, debugDescription: "expected one of \(listed); found \(value.shownInMessage)")
    }
}
