extension JSONValue: Codable {
    /// Takes any value; unchanged from a ``JSONValueDecoder``, as nearly as it can tell from any other decoder.
    public init(from decoder: any Decoder) throws {
        if let decoding = decoder as? JSONValueDecoding {
            self = decoding.value
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .number(JSONNumber(lexeme: String(value)))
        } else if let value = try? container.decode(Double.self), let number = JSONNumber(value) {
            self = .number(number)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode(JSONObject.self))
        }
    }

    /// Writes this value; unchanged to a ``JSONValueEncoder``. Any other encoder gets numbers as integers or doubles, and an error for
    /// those beyond either.
    public func encode(to encoder: any Encoder) throws {
        if let encoding = encoder as? JSONValueEncoding {
            encoding.node.content = .value(self)
            return
        }
        switch self {
        case .object(let object): return try object.encode(to: encoder)
        case .array(let elements): return try elements.encode(to: encoder)
        case .null, .bool, .integer, .number, .string: break
        }
        var container = encoder.singleValueContainer()
        switch self {
        case .null, .array, .object: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .number(let number):
            if let value = exactly(UInt64.self), !number.lexeme.hasPrefix("-") {
                try container.encode(value)
            } else if number.double.isFinite {
                try container.encode(number.double)
            } else {
                let description = "\(number.lexeme.shortened(to: 40)) is beyond a double"
                throw EncodingError.invalidValue(self, .init(codingPath: encoder.codingPath, debugDescription: description))
            }
        }
    }
}

extension JSONObject: Codable {
    /// Takes an object; unchanged from a ``JSONValueDecoder``.
    public init(from decoder: any Decoder) throws {
        if let decoding = decoder as? JSONValueDecoding, case .object(let object) = decoding.value {
            self = object
            return
        }
        let container = try decoder.container(keyedBy: JSONCodingKey.self)
        self.init()
        for key in container.allKeys { self[key.stringValue] = try container.decode(JSONValue.self, forKey: key) }
    }

    /// Writes the members in their order, as far as the encoder keeps it.
    public func encode(to encoder: any Encoder) throws {
        if let encoding = encoder as? JSONValueEncoding {
            encoding.node.content = .value(.object(self))
            return
        }
        var container = encoder.container(keyedBy: JSONCodingKey.self)
        for member in members { try container.encode(member.value, forKey: JSONCodingKey(member.key)) }
    }
}
