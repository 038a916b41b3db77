/// Explores a type by decoding it from samples, and notes what it asks for. One probe serves one derivation.
final class JSONSchemaProbe {
    static let root = "arguments"

    /// The types being explored, outermost first.
    private var enclosing: [ObjectIdentifier] = []
    /// Which of the sample strings and numbers is handed out.
    private(set) var attempt = 0
    /// The first failure, kept because a type may swallow errors with `try?`.
    private(set) var failure: JSONSchemaError?

    /// Texts for types that wrap a string and check it: empty, a word, a number, a UUID, a URL, a time.
    private static let strings = ["", "a", "0", "00000000-0000-0000-0000-000000000000", "https://example.com/", "2000-01-01T00:00:00Z"]

    /// The sample string of this attempt.
    var sampleString: String { Self.strings[attempt] }
    /// The sample number of this attempt.
    var sampleNumber: Int { attempt.signum() }

    /// The schema of a type and a value of it.
    func explore<Value: Decodable>(_ type: Value.Type, at path: JSONPath) throws -> (schema: JSONValue, sample: Value) {
        if let (schema, sample) = scalar(type), let sample = sample as? Value { return (schema, sample) }
        if let cases = JSONEnumeration.rawValues(of: type), let sample = JSONEnumeration.firstCase(of: type) {
            let isText = cases.allSatisfy { $0.string != nil }
            return (["type": isText ? "string" : "integer", "enum": .array(cases)], sample)
        }
        if let type = type as? any JSONSchemaProbed.Type {
            let (schema, sample) = try type.explored(by: self, at: path)
            if let sample = sample as? Value { return (schema, sample) }
        }
        return try exploreInside(type, at: path)
    }

    private func scalar(_ type: Any.Type) -> (schema: JSONValue, sample: Any)? {
        if type == String.self { return (["type": "string"], sampleString) }
        if type == Bool.self { return (["type": "boolean"], false) }
        if type == Double.self { return (["type": "number"], Double(sampleNumber)) }
        if type == Float.self { return (["type": "number"], Float(sampleNumber)) }
        if type == JSONValue.self { return ([:], JSONValue.null) }
        if type == JSONSchema.self { return (["type": ["object", "boolean"]], JSONSchema.anyObject) }
        if type == JSONObject.self { return (["type": "object"], JSONObject()) }
        guard let integer = type as? any FixedWidthInteger.Type else { return nil }
        return integerSchema(integer)
    }

    private func integerSchema<Integer: FixedWidthInteger>(_ type: Integer.Type) -> (schema: JSONValue, sample: Any) {
        (Integer.isSigned ? ["type": "integer"] : ["type": "integer", "minimum": 0], Integer(sampleNumber))
    }

    private func exploreInside<Value: Decodable>(_ type: Value.Type, at path: JSONPath) throws -> (schema: JSONValue, sample: Value) {
        let identity = ObjectIdentifier(type)
        if enclosing.contains(identity) { throw failed(.recursive, path, "\(type) contains itself; supply the schema by hand") }
        guard enclosing.count < 64 else { throw failed(.tooLarge, path, "more than 64 types inside each other; supply the schema by hand") }
        enclosing.append(identity)
        let outerAttempt = attempt
        defer {
            enclosing.removeLast()
            attempt = outerAttempt
        }
        while true {
            let record = JSONSchemaRecord()
            do {
                let sample = try Value(from: JSONSchemaProbing(self, record, at: path))
                return (try described(record.schema, by: type, at: path), sample)
            } catch let error as JSONSchemaError {
                throw error
            } catch {
                // Only a type that wraps one value is worth another sample: trying objects again would multiply with every level.
                if record.isSingleValue, attempt + 1 < Self.strings.count {
                    attempt += 1
                    continue
                }
                throw failed(.underivable, path, Self.refusal(of: type, error))
            }
        }
    }

    private static func refusal(of type: Any.Type, _ error: any Error) -> String {
        if type is any RawRepresentable.Type, !(type is any CaseIterable.Type) {
            return "\(type) does not list what it may be: make it CaseIterable, or supply the schema by hand"
        }
        let reason = JSONDecodingError(error, root: "sample")
        return "\(type) cannot be made from sample values (\(reason.message.shortened(to: 160))); supply the schema by hand"
    }

    /// Notes and returns a failure.
    func failed(_ code: JSONSchemaError.Code, _ path: JSONPath, _ message: String) -> JSONSchemaError {
        let error = JSONSchemaError(code: code, path: JSONPath.text(root: Self.root, keys: path.codingPath), message: message)
        if failure == nil { failure = error }
        return error
    }

    private func described(_ schema: JSONValue, by type: Any.Type, at path: JSONPath) throws -> JSONValue {
        guard let type = type as? any SelfDescribingArguments.Type else { return schema }
        var schema = schema
        for (name, description) in type.argumentDescriptions.sorted(by: { $0.key < $1.key }) {
            let names = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard Self.describe(names[...], description, in: &schema) else {
                throw failed(.underivable, path, "argumentDescriptions of \(type) describe \"\(name)\", which it does not decode")
            }
        }
        return schema
    }

    /// Puts a description on the member that the names lead to; false when they lead nowhere.
    private static func describe(_ names: ArraySlice<String>, _ description: String, in schema: inout JSONValue) -> Bool {
        guard case .object(var object) = schema else { return false }
        guard let name = names.first else {
            object["description"] = .string(description)
            schema = .object(object)
            return true
        }
        for keyword in ["items", "additionalProperties"] {
            if var inner = object[keyword], describe(names, description, in: &inner) {
                object[keyword] = inner
                schema = .object(object)
                return true
            }
        }
        if var first = object["anyOf"]?[0], describe(names, description, in: &first), case .array(var alternatives) = object["anyOf"] {
            alternatives[0] = first
            object["anyOf"] = .array(alternatives)
            schema = .object(object)
            return true
        }
        guard case .object(var properties) = object["properties"], var member = properties[name],
            describe(names.dropFirst(), description, in: &member)
        else { return false }
        properties[name] = member
        object["properties"] = .object(properties)
        schema = .object(object)
        return true
    }
}
