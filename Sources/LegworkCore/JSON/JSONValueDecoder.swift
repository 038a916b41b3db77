/// Makes a Swift value of any `Decodable` type from a JSON value.
public struct JSONValueDecoder: Sendable {
    private let root: String

    /// Makes a decoder.
    ///
    /// - Parameter root: what error messages call the whole value.
    public init(root: String = "arguments") { self.root = root }

    /// Decodes a value.
    ///
    /// - Throws: ``JSONDecodingError``, naming the path of what does not fit.
    public func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws(JSONDecodingError) -> T {
        let decoder = ValueDecoder(value: value, path: JSONPath(root: root), codingPath: [])
        do {
            return try decoder.unwrap(type)
        } catch let error as JSONDecodingError {
            throw error
        } catch let error as DecodingError {
            throw JSONDecodingError(error, root: root)
        } catch {
            throw JSONDecodingError(path: root, problem: String(describing: error))
        }
    }
}

/// What does not fit when a JSON value is to become a Swift value.
public struct JSONDecodingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where, such as `arguments.files[2].path`.
    public let path: String
    /// What is wrong.
    public let problem: String

    /// Says where and what.
    public var description: String { "\(path): \(problem)" }

    init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    init(_ error: DecodingError, root: String) {
        let context: DecodingError.Context
        switch error {
        case .typeMismatch(_, let given), .valueNotFound(_, let given), .dataCorrupted(let given): context = given
        case .keyNotFound(let key, let given):
            self.init(path: Self.path(given.codingPath + [key], root: root), problem: "missing")
            return
        @unknown default:
            self.init(path: root, problem: String(describing: error))
            return
        }
        self.init(path: Self.path(context.codingPath, root: root), problem: context.debugDescription)
    }

    private static func path(_ keys: [any CodingKey], root: String) -> String {
        keys.reduce(JSONPath(root: root)) { path, key in key.intValue.map(path.index) ?? path.key(key.stringValue) }.description
    }
}

/// One place in the value that is decoded.
private struct ValueDecoder: Decoder {
    let value: JSONValue
    let path: JSONPath
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func mismatch(_ expected: String) -> JSONDecodingError {
        let found = value.isNull ? "null" : "\("aeiou".contains(value.typeName.prefix(1)) ? "an" : "a") \(value.typeName)"
        return JSONDecodingError(path: path.description, problem: "expected \(expected), found \(found)")
    }

    func at(_ key: some CodingKey, _ value: JSONValue) -> ValueDecoder {
        ValueDecoder(
            value: value,
            path: key.intValue.map(path.index) ?? path.key(key.stringValue),
            codingPath: codingPath + [key]
        )
    }

    func unwrap<T: Decodable>(_ type: T.Type) throws -> T {
        if let value = value as? T { return value }
        if type == JSONObject.self, let object = value.object as? T { return object }
        return try T(from: self)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let object = value.object else { throw mismatch("an object") }
        return KeyedDecodingContainer(KeyedContainer(decoder: self, object: object))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = value.array else { throw mismatch("an array") }
        return UnkeyedContainer(decoder: self, elements: elements)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { SingleContainer(decoder: self) }
}

private struct IndexKey: CodingKey {
    let intValue: Int?
    var stringValue: String { "\(intValue ?? 0)" }
    init(_ index: Int) { intValue = index }
    init?(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
}

private struct KeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ValueDecoder
    let object: JSONObject

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { object.keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { object[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try member(key).value.isNull }

    private func member(_ key: Key) throws -> ValueDecoder {
        guard let value = object[key.stringValue] else {
            throw JSONDecodingError(path: decoder.path.key(key.stringValue).description, problem: "missing")
        }
        return decoder.at(key, value)
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try member(key).unwrap(type) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try member(key).unkeyedContainer() }
    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

private struct UnkeyedContainer: UnkeyedDecodingContainer {
    let decoder: ValueDecoder
    let elements: [JSONValue]
    var currentIndex = 0

    init(decoder: ValueDecoder, elements: [JSONValue]) {
        self.decoder = decoder
        self.elements = elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private func element() throws -> ValueDecoder {
        guard !isAtEnd else {
            throw JSONDecodingError(path: decoder.path.index(currentIndex).description, problem: "missing")
        }
        return decoder.at(IndexKey(currentIndex), elements[currentIndex])
    }

    mutating func decodeNil() throws -> Bool {
        guard try element().value.isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let value = try element().unwrap(type)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        let container = try element().container(keyedBy: type)
        currentIndex += 1
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try element().unkeyedContainer()
        currentIndex += 1
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try element()
        currentIndex += 1
        return decoder
    }
}

private struct SingleContainer: SingleValueDecodingContainer {
    let decoder: ValueDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.value.isNull }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard let value = decoder.value.bool else { throw decoder.mismatch("a boolean") }
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard let value = decoder.value.string else { throw decoder.mismatch("a string") }
        return value
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard let value = decoder.value.double, value.isFinite else { throw decoder.mismatch("a number") }
        return value
    }

    func decode(_ type: Float.Type) throws -> Float {
        guard let value = decoder.value.double, Float(value).isFinite else { throw decoder.mismatch("a number") }
        return Float(value)
    }

    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

    private func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        switch decoder.value {
        case .integer(let value): if let exact = T(exactly: value) { return exact }
        // Whole numbers beyond 64 signed bits, and such as `3.0`.
        case .number(let number): if let exact = T(number.lexeme) ?? T(exactly: number.double) { return exact }
        case .null, .bool, .string, .array, .object: throw decoder.mismatch("a whole number")
        }
        throw JSONDecodingError(
            path: decoder.path.description,
            problem: "expected a whole number from \(T.min) to \(T.max), found \(decoder.value.json().truncated(toBytes: 40))"
        )
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.unwrap(type) }
}

extension JSONValue: Decodable {
    /// Takes any JSON value. Only ``JSONValueDecoder`` can give one.
    public init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? ValueDecoder else {
            if let probe = decoder as? any JSONValueProbe {
                self = probe.anyValue()
                return
            }
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a JSONValue needs a JSONValueDecoder")
            )
        }
        self = decoder.value
    }
}

/// A decoder that stands for any value at all, when a schema is derived.
protocol JSONValueProbe {
    func anyValue() -> JSONValue
}
