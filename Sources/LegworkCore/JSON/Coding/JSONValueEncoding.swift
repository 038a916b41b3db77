/// One Swift value on its way into JSON: the `Encoder` that `encode(to:)` is handed, and its container of a single value.
struct JSONValueEncoding: Encoder, SingleValueEncodingContainer {
    let node: JSONEncodingNode
    let path: JSONPath

    init(_ node: JSONEncodingNode = JSONEncodingNode(), at path: JSONPath) {
        self.node = node
        self.path = path
    }

    var codingPath: [any CodingKey] { path.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .members = node.content {} else { node.content = .members(JSONEncodingNode.Members()) }
        return KeyedEncodingContainer(JSONObjectEncoding(node, at: path))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .elements = node.content {} else { node.content = .elements([]) }
        return JSONArrayEncoding(node, at: path)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() throws { node.content = .value(.null) }

    /// Serves every `encode` that the protocol asks for, whatever the type.
    func encode<Value: Encodable>(_ value: Value) throws {
        node.content = try JSONEncodingNode.content(of: value, at: path)
    }
}

/// The members of an object that is being written.
struct JSONObjectEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    private let node: JSONEncodingNode
    private let path: JSONPath

    init(_ node: JSONEncodingNode, at path: JSONPath) {
        self.node = node
        self.path = path
    }

    var codingPath: [any CodingKey] { path.codingPath }

    func encodeNil(forKey key: Key) throws { node.set(key.stringValue, .value(.null)) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        let name = key.stringValue
        node.set(name, try JSONEncodingNode.content(of: value, at: .member(name, of: path)))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        nested(key.stringValue).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { nested(key.stringValue).unkeyedContainer() }

    func superEncoder() -> any Encoder { nested("super") }

    func superEncoder(forKey key: Key) -> any Encoder { nested(key.stringValue) }

    private func nested(_ name: String) -> JSONValueEncoding {
        let encoding = JSONValueEncoding(at: .member(name, of: path))
        node.set(name, .nested(encoding.node))
        return encoding
    }
}

/// The elements of an array that is being written.
struct JSONArrayEncoding: UnkeyedEncodingContainer {
    private let node: JSONEncodingNode
    private let path: JSONPath

    init(_ node: JSONEncodingNode, at path: JSONPath) {
        self.node = node
        self.path = path
    }

    var codingPath: [any CodingKey] { path.codingPath }
    var count: Int { if case .elements(let elements) = node.content { elements.count } else { 0 } }

    func encodeNil() throws { node.append(.value(.null)) }

    func encode<Value: Encodable>(_ value: Value) throws {
        node.append(try JSONEncodingNode.content(of: value, at: .element(count, of: path)))
    }

    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> { nested().container(keyedBy: type) }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }

    func superEncoder() -> any Encoder { nested() }

    private func nested() -> JSONValueEncoding {
        let encoding = JSONValueEncoding(at: .element(count, of: path))
        node.append(.nested(encoding.node))
        return encoding
    }
}
