/// Decodes the types that need no decoder of their own, so that a member that is a number or a string costs no allocation.
enum JSONScalarDecoding {
    /// The value as a scalar type; nil when the type is no scalar. The place is asked for only by errors.
    @inline(__always)
    static func decode<Value>(_ type: Value.Type, from value: JSONValue, at path: () -> JSONPath) throws -> Value? {
        if type == String.self {
            guard case .string(let string) = value else { throw mismatch(type, "a string", value, path()) }
            return string as? Value
        }
        if type == Int.self { return try integer(Int.self, value, path) as? Value }
        if type == Bool.self {
            guard case .bool(let bool) = value else { throw mismatch(type, "a boolean", value, path()) }
            return bool as? Value
        }
        if type == Double.self { return try floatingPoint(value, path) { Double($0) } as? Value }
        if type == JSONValue.self { return value as? Value }
        if type == JSONObject.self {
            guard case .object(let object) = value else { throw mismatch(type, "an object", value, path()) }
            return object as? Value
        }
        return try rarer(type, from: value, at: path)
    }

    @inline(__always)
    private static func rarer<Value>(_ type: Value.Type, from value: JSONValue, at path: () -> JSONPath) throws -> Value? {
        if type == Int64.self { return try integer(Int64.self, value, path) as? Value }
        if type == UInt64.self { return try integer(UInt64.self, value, path) as? Value }
        if type == UInt.self { return try integer(UInt.self, value, path) as? Value }
        if type == Int32.self { return try integer(Int32.self, value, path) as? Value }
        if type == UInt32.self { return try integer(UInt32.self, value, path) as? Value }
        if type == Int16.self { return try integer(Int16.self, value, path) as? Value }
        if type == UInt16.self { return try integer(UInt16.self, value, path) as? Value }
        if type == Int8.self { return try integer(Int8.self, value, path) as? Value }
        if type == UInt8.self { return try integer(UInt8.self, value, path) as? Value }
        if type == Int128.self { return try integer(Int128.self, value, path) as? Value }
        if type == UInt128.self { return try integer(UInt128.self, value, path) as? Value }
        if type == Float.self { return try floatingPoint(value, path) { Float($0) } as? Value }
        return nil
    }

    private static func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type,
        _ value: JSONValue,
        _ path: () -> JSONPath
    ) throws -> Integer {
        if let integer = value.exactly(type) { return integer }
        let range = "an integer from \(Integer.min) to \(Integer.max)"
        switch value {
        case .integer: throw mismatch(type, range, value, path(), found: value.shownInMessage)
        case .number(let number):
            throw mismatch(type, JSONDecimal(number).isWhole ? range : "an integer", value, path(), found: value.shownInMessage)
        case .null, .bool, .string, .array, .object: throw mismatch(type, "an integer", value, path())
        }
    }

    private static func floatingPoint<Number: BinaryFloatingPoint>(
        _ value: JSONValue,
        _ path: () -> JSONPath,
        _ read: (String) -> Number?
    ) throws -> Number {
        switch value {
        case .integer(let integer): return Number(integer)
        case .number(let number):
            guard let result = read(number.lexeme), result.isFinite else {
                throw mismatch(Number.self, "a number in the range of \(Number.self)", value, path(), found: value.shownInMessage)
            }
            return result
        case .null, .bool, .string, .array, .object: throw mismatch(Number.self, "a number", value, path())
        }
    }

    /// The error for a value of the wrong kind.
    @inline(never)
    static func mismatch(
        _ type: Any.Type,
        _ expected: String,
        _ value: JSONValue,
        _ path: JSONPath,
        found: String? = nil
    ) -> DecodingError {
        let description = "expected \(expected), found \(found ?? value.typeNameWithArticle)"
        let context = DecodingError.Context(codingPath: path.codingPath, debugDescription: description)
        return value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }
}
