/// The keywords of one schema, read with their types checked.
struct JSONSchemaKeywords {
    private let object: JSONObject
    private let path: JSONPath

    init(_ object: JSONObject, at path: JSONPath) {
        self.object = object
        self.path = path
    }

    subscript(_ name: String) -> JSONValue? { object[name] }

    func place(_ name: String) -> JSONPath { .member(name, of: path) }

    func types() throws(JSONSchemaError) -> JSONTypeSet {
        switch object["type"] {
        case nil: return .all
        case .string(let name): return try type(named: name, at: place("type"))
        case .array(let names):
            var types: JSONTypeSet = []
            for (index, name) in names.enumerated() {
                let place = JSONPath.element(index, of: place("type"))
                guard case .string(let name) = name else { throw malformed(place, "a string", name) }
                types.formUnion(try type(named: name, at: place))
            }
            guard !types.isEmpty else { throw error(place("type"), "must name at least one type") }
            return types
        case .some(let other): throw malformed(place("type"), "a string or an array of strings", other)
        }
    }

    private func type(named name: String, at path: JSONPath) throws(JSONSchemaError) -> JSONTypeSet {
        guard let type = JSONTypeSet(named: name) else {
            let known = "null, boolean, integer, number, string, array, object"
            throw error(path, "unknown type \(JSONValue.string(name).shownInMessage); known are \(known)")
        }
        return type
    }

    func string(_ name: String) throws(JSONSchemaError) -> String? {
        guard let value = object[name] else { return nil }
        guard case .string(let string) = value else { throw malformed(place(name), "a string", value) }
        return string
    }

    func bool(_ name: String) throws(JSONSchemaError) -> Bool? {
        guard let value = object[name] else { return nil }
        guard case .bool(let bool) = value else { throw malformed(place(name), "a boolean", value) }
        return bool
    }

    func number(_ name: String) throws(JSONSchemaError) -> JSONValue? {
        guard let value = object[name] else { return nil }
        switch value {
        case .integer, .number: return value
        case .null, .bool, .string, .array, .object: throw malformed(place(name), "a number", value)
        }
    }

    func array(_ name: String) throws(JSONSchemaError) -> [JSONValue]? {
        guard let value = object[name] else { return nil }
        guard case .array(let elements) = value else { throw malformed(place(name), "an array", value) }
        return elements
    }

    func strings(_ name: String) throws(JSONSchemaError) -> [String]? {
        guard let elements = try array(name) else { return nil }
        var strings: [String] = []
        for (index, element) in elements.enumerated() {
            guard case .string(let string) = element else { throw malformed(.element(index, of: place(name)), "a string", element) }
            strings.append(string)
        }
        return strings
    }

    /// The schemas of an object of schemas, such as `properties`.
    func schemas(named name: String) throws(JSONSchemaError) -> [(name: String, schema: JSONValue, place: JSONPath)] {
        guard let value = object[name] else { return [] }
        guard case .object(let schemas) = value else { throw malformed(place(name), "an object of schemas", value) }
        return schemas.members.map { ($0.key, $0.value, .member($0.key, of: place(name))) }
    }

    /// The counts that two keywords admit, nil when neither is there. A maximum below the minimum admits nothing but is well formed; it is
    /// refused, because nobody means it.
    func range(_ minimum: String, _ maximum: String) throws(JSONSchemaError) -> ClosedRange<Int>? {
        let lower = try size(minimum)
        let upper = try size(maximum)
        if lower == nil, upper == nil { return nil }
        guard lower ?? 0 <= upper ?? .max else { throw error(place(maximum), "must not be less than \(minimum)") }
        return (lower ?? 0)...(upper ?? .max)
    }

    private func size(_ name: String) throws(JSONSchemaError) -> Int? {
        guard let value = object[name] else { return nil }
        guard let size = value.int, size >= 0 else {
            throw error(place(name), "must be a whole number from 0, is \(value.shownInMessage)")
        }
        return size
    }

    func refuseNonStrings(_ names: [String]) throws(JSONSchemaError) {
        for name in names { _ = try string(name) }
    }

    private func malformed(_ path: JSONPath, _ expected: String, _ found: JSONValue) -> JSONSchemaError {
        error(path, "must be \(expected), is \(found.typeNameWithArticle)")
    }

    private func error(_ path: JSONPath, _ message: String) -> JSONSchemaError {
        JSONSchemaError(
            code: .malformed,
            path: JSONPath.text(root: JSONSchemaCompiler.root, keys: path.codingPath),
            message: message
        )
    }
}
