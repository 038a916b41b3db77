/// The elements of an array on their way into a Swift type.
struct JSONArrayDecoding: UnkeyedDecodingContainer {
    private let elements: [JSONValue]
    private let path: JSONPath
    private(set) var currentIndex = 0

    init(_ elements: [JSONValue], at path: JSONPath) {
        self.elements = elements
        self.path = path
    }

    var codingPath: [any CodingKey] { path.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    mutating func decodeNil() throws -> Bool {
        guard try current(JSONValue.self).value.isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard currentIndex < elements.count else { return try current(type).decode(type) }
        let value = try JSONValueDecoding.decode(type, from: elements[currentIndex], at: { .element(currentIndex, of: path) })
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let container = try current(JSONObject.self).container(keyedBy: type)
        currentIndex += 1
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try current([JSONValue].self).unkeyedContainer()
        currentIndex += 1
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try current(JSONValue.self)
        currentIndex += 1
        return decoder
    }

    /// The next element; the index moves on only when it could be decoded, as other decoders do.
    private func current(_ type: Any.Type) throws -> JSONValueDecoding {
        let place = JSONPath.element(currentIndex, of: path)
        guard currentIndex < elements.count else {
            throw DecodingError.valueNotFound(
                type,
                DecodingError.Context(codingPath: place.codingPath, debugDescription: "missing; the array has \(elements.count) elements")
            )
        }
        return JSONValueDecoding(elements[currentIndex], at: place)
    }
}
