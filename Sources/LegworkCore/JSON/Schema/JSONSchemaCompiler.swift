/// Turns a schema into rules and refuses one that is not well formed.
///
/// Unknown keywords are ignored, as the specification says, and so are `format`, `pattern`, `patternProperties` (with which
/// `additionalProperties` is not checked either) and the `unevaluated…` and `dependent…` keywords. An array as `items`, as drafts before
/// 2020-12 have it, is read as `prefixItems`.
struct JSONSchemaCompiler {
    static let root = "schema"
    static let greatestDepth = 64
    static let greatestCount = 10_000

    private let document: JSONValue
    private var count = 0
    private var places: [String: Int] = ["#": 0]
    /// Targets of references that are not compiled yet.
    private var pending: [(pointer: String, path: JSONPath)] = []

    init(_ document: JSONValue) { self.document = document }

    /// The rules that references lead to; the first is the whole schema.
    mutating func compile() throws(JSONSchemaError) -> [JSONSchemaRule] {
        var rules = [try rule(document, at: .root, depth: 0)]
        while !pending.isEmpty {
            let (pointer, path) = pending.removeFirst()
            rules.append(try rule(try target(of: pointer, at: path), at: path, depth: 0))
        }
        return rules
    }

    func error(_ code: JSONSchemaError.Code, _ path: JSONPath, _ message: String) -> JSONSchemaError {
        JSONSchemaError(code: code, path: JSONPath.text(root: Self.root, keys: path.codingPath), message: message)
    }

    private mutating func rule(_ schema: JSONValue, at path: JSONPath, depth: Int) throws(JSONSchemaError) -> JSONSchemaRule {
        guard depth < Self.greatestDepth else { throw error(.tooLarge, path, "more than \(Self.greatestDepth) schemas inside each other") }
        count += 1
        guard count <= Self.greatestCount else { throw error(.tooLarge, path, "more than \(Self.greatestCount) schemas") }
        switch schema {
        case .bool(let isAnything): return JSONSchemaRule(types: isAnything ? .all : [])
        case .object(let object):
            let keywords = JSONSchemaKeywords(object, at: path)
            for name in ["$defs", "definitions", "patternProperties", "dependentSchemas"] {
                for (_, schema, place) in try keywords.schemas(named: name) { _ = try rule(schema, at: place, depth: depth + 1) }
            }
            try keywords.refuseNonStrings(["pattern", "format", "title", "description", "$id", "$anchor", "$comment"])
            return JSONSchemaRule(
                types: try keywords.types(),
                objects: try objects(keywords, depth),
                arrays: try arrays(keywords, depth),
                numbers: try numbers(keywords),
                length: try keywords.range("minLength", "maxLength"),
                combinations: try combinations(keywords, depth)
            )
        case .null, .integer, .number, .string, .array:
            throw error(.malformed, path, "must be an object or a boolean, is \(schema.typeNameWithArticle)")
        }
    }

    private mutating func subrule(_ keywords: JSONSchemaKeywords, _ name: String, _ depth: Int) throws(JSONSchemaError) -> JSONSchemaRule? {
        guard let schema = keywords[name] else { return nil }
        return try rule(schema, at: keywords.place(name), depth: depth + 1)
    }

    private mutating func subrules(
        _ keywords: JSONSchemaKeywords,
        _ name: String,
        _ depth: Int
    ) throws(JSONSchemaError) -> [JSONSchemaRule]? {
        guard let schemas = try keywords.array(name) else { return nil }
        var rules: [JSONSchemaRule] = []
        for (index, schema) in schemas.enumerated() {
            rules.append(try rule(schema, at: .element(index, of: keywords.place(name)), depth: depth + 1))
        }
        return rules
    }

    private mutating func objects(_ keywords: JSONSchemaKeywords, _ depth: Int) throws(JSONSchemaError) -> JSONSchemaRule.Objects? {
        var objects = JSONSchemaRule.Objects()
        for (name, schema, place) in try keywords.schemas(named: "properties") {
            objects.names.append(name)
            objects.properties[name] = try rule(schema, at: place, depth: depth + 1)
        }
        objects.required = try keywords.strings("required") ?? []
        let others = try subrule(keywords, "additionalProperties", depth)
        if keywords["patternProperties"] == nil, keywords["additionalProperties"] != true { objects.others = others }
        if let names = keywords["propertyNames"] {
            _ = try rule(names, at: keywords.place("propertyNames"), depth: depth + 1)
            if case .object(let object) = names {
                let inner = JSONSchemaKeywords(object, at: keywords.place("propertyNames"))
                objects.longestName = try inner.range("minLength", "maxLength")?.upperBound ?? Int.max
            }
        }
        if let range = try keywords.range("minProperties", "maxProperties") { objects.count = range }
        let isNeeded = !objects.properties.isEmpty || objects.asksForMembers || objects.others != nil || objects.longestName < Int.max
        return isNeeded || objects.count.upperBound < Int.max ? objects : nil
    }

    private mutating func arrays(_ keywords: JSONSchemaKeywords, _ depth: Int) throws(JSONSchemaError) -> JSONSchemaRule.Arrays? {
        var arrays = JSONSchemaRule.Arrays()
        arrays.first = try subrules(keywords, "prefixItems", depth) ?? []
        if case .array = keywords["items"] {
            arrays.first = try subrules(keywords, "items", depth) ?? []
            arrays.items = try subrule(keywords, "additionalItems", depth)
        } else {
            arrays.items = try subrule(keywords, "items", depth)
        }
        arrays.isUnique = try keywords.bool("uniqueItems") ?? false
        if let range = try keywords.range("minItems", "maxItems") { arrays.count = range }
        let isNeeded = !arrays.first.isEmpty || arrays.items != nil || arrays.isUnique || arrays.count != 0...Int.max
        return isNeeded ? arrays : nil
    }

    private func numbers(_ keywords: JSONSchemaKeywords) throws(JSONSchemaError) -> JSONSchemaRule.Numbers? {
        var numbers = JSONSchemaRule.Numbers()
        for (name, isExclusive) in [("minimum", false), ("exclusiveMinimum", true)] {
            if let value = try keywords.number(name) { numbers.lower.append(.init(value: value, isExclusive: isExclusive)) }
        }
        for (name, isExclusive) in [("maximum", false), ("exclusiveMaximum", true)] {
            if let value = try keywords.number(name) { numbers.upper.append(.init(value: value, isExclusive: isExclusive)) }
        }
        if let divisor = try keywords.number("multipleOf") {
            guard JSONDecimal(of: 0) < JSONDecimal(of: divisor) else {
                throw error(.malformed, keywords.place("multipleOf"), "must be more than 0")
            }
            numbers.divisor = divisor.exactly(Int64.self)
        }
        return numbers.lower.isEmpty && numbers.upper.isEmpty && numbers.divisor == nil ? nil : numbers
    }

    private mutating func combinations(
        _ keywords: JSONSchemaKeywords,
        _ depth: Int
    ) throws(JSONSchemaError) -> JSONSchemaRule.Combinations? {
        var combinations = JSONSchemaRule.Combinations()
        if let values = try keywords.array("enum") { combinations.constants = values.map(JSONSchemaRule.Constant.init) }
        combinations.all = try subrules(keywords, "allOf", depth) ?? []
        combinations.any = try subrules(keywords, "anyOf", depth)
        combinations.one = try subrules(keywords, "oneOf", depth)
        combinations.not = try subrule(keywords, "not", depth)
        if let value = keywords["const"] {
            let constant = JSONSchemaRule.Combinations(constants: [JSONSchemaRule.Constant(value)])
            // Beside an `enum`, a `const` is one more thing to satisfy.
            if combinations.constants == nil {
                combinations.constants = constant.constants
            } else {
                combinations.all.append(JSONSchemaRule(types: .all, combinations: constant))
            }
        }
        let then = try subrule(keywords, "then", depth)
        let otherwise = try subrule(keywords, "else", depth)
        if let condition = try subrule(keywords, "if", depth), then != nil || otherwise != nil {
            combinations.conditional = .init(condition: condition, then: then, otherwise: otherwise)
        }
        combinations.reference = try reference(keywords)
        let isNeeded = combinations.constants != nil || !combinations.all.isEmpty || combinations.any != nil || combinations.one != nil
        return isNeeded || combinations.not != nil || combinations.conditional != nil || combinations.reference != nil ? combinations : nil
    }

    // MARK: - References

    private mutating func reference(_ keywords: JSONSchemaKeywords) throws(JSONSchemaError) -> Int? {
        guard let pointer = try keywords.string("$ref") else { return nil }
        let path = keywords.place("$ref")
        guard pointer == "#" || pointer.hasPrefix("#/") else {
            let shown = pointer.shortened(to: 80)
            throw error(.unsupported, path, "only references within the schema, such as #/$defs/name, are supported; found \"\(shown)\"")
        }
        if let place = places[pointer] { return place }
        _ = try target(of: pointer, at: path)
        let place = places.count
        places[pointer] = place
        pending.append((pointer, path))
        return place
    }

    private func target(of pointer: String, at path: JSONPath) throws(JSONSchemaError) -> JSONValue {
        var value = document
        for token in pointer.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            guard let name = Self.unescaped(token), let next = Int(name).flatMap({ value[$0] }) ?? value[name] else {
                throw error(.malformed, path, "refers to nothing: \"\(pointer.shortened(to: 80))\"")
            }
            value = next
        }
        return value
    }

    /// Undoes the escapes of a URI fragment and of a JSON pointer (RFC 6901, sections 3 and 6).
    private static func unescaped(_ token: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = token.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                let digits = rest.prefix(2)
                guard digits.count == 2, let code = UInt8(String(Substring(digits)), radix: 16) else { return nil }
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else if byte == UInt8(ascii: "~") {
                switch rest.popFirst() {
                case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
                default: return nil
                }
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
