/// One check of a value against a compiled schema. Counts its steps, so that no schema can make it run on.
struct SchemaCheck {
    private(set) var violations: [JSONSchemaViolation] = []
    private let isCollecting: Bool
    private var steps = 0
    private var depth = 0

    init(collecting: Bool) { isCollecting = collecting }

    /// Whether a value fits, and no more.
    mutating func fits(_ value: JSONValue, _ schema: CompiledSchema) -> Bool {
        var check = SchemaCheck(collecting: false)
        check.steps = steps
        check.depth = depth
        let fits = check.run(value, schema, nil)
        steps = check.steps
        return fits
    }

    /// Checks a value and collects what is wrong.
    mutating func check(_ value: JSONValue, _ schema: CompiledSchema, at path: JSONPath) {
        _ = run(value, schema, path)
    }

    /// - Returns: false when something does not fit; without collecting, as soon as that is known.
    private mutating func run(_ value: JSONValue, _ schema: CompiledSchema, _ path: JSONPath?) -> Bool {
        steps += 1
        depth += 1
        defer { depth -= 1 }
        guard steps <= JSONSchemaChecker.maximumSteps, depth <= 256 else {
            return fail(path, "cannot be checked: schema and value are too involved together")
        }
        if let accepts = schema.accepts { return accepts || fail(path, "is not allowed") }
        if !schema.types.isEmpty, !matchesType(value, schema.types) {
            let expected = schema.types.sorted().joined(separator: " or ")
            return fail(path, "must be of type \(expected), is \(value.typeName)")
        }
        var isGood = true
        if let choices = schema.choices, !choices.contains(where: { Self.isEqual($0, value) }) {
            let list = choices.prefix(20).map { $0.json().truncated(toBytes: 60) }.joined(separator: ", ")
            isGood = fail(path, choices.count == 1 ? "must be \(list)" : "must be one of \(list)")
            if !isCollecting { return false }
        }
        switch value {
        case .object(let object): isGood = runObject(object, schema, path) && isGood
        case .array(let elements): isGood = runArray(elements, schema, path) && isGood
        case .string(let text):
            if !schema.counts.isEmpty {
                isGood = runCounts(text.unicodeScalars.count, .minLength, .maxLength, "characters", schema, path) && isGood
            }
        case .integer, .number: if !schema.ranges.isEmpty { isGood = runRanges(value, schema, path) && isGood }
        case .null, .bool: break
        }
        guard isGood || isCollecting else { return false }
        return runCombinations(value, schema, path) && isGood
    }

    private mutating func fail(_ path: JSONPath?, _ problem: @autoclosure () -> String) -> Bool {
        if isCollecting, let path, violations.count < JSONSchemaChecker.maximumViolations {
            violations.append(JSONSchemaViolation(path: path.description, problem: problem()))
        }
        return false
    }

    private func matchesType(_ value: JSONValue, _ types: Set<String>) -> Bool {
        switch value {
        case .integer: types.contains("integer") || types.contains("number")
        case .number(let number):
            types.contains("number") || types.contains("integer") && number.double.isFinite && number.double.rounded() == number.double
        case .null, .bool, .string, .array, .object: types.contains(value.typeName)
        }
    }

    // MARK: - Objects and arrays

    private mutating func runObject(_ object: JSONObject, _ schema: CompiledSchema, _ path: JSONPath?) -> Bool {
        var isGood = true
        for name in schema.required where object[name] == nil {
            isGood = fail(path?.key(name), "is missing")
            if !isCollecting { return false }
        }
        if !schema.counts.isEmpty { isGood = runCounts(object.count, .minProperties, .maxProperties, "members", schema, path) && isGood }
        for member in object.members {
            if let limit = schema.maximumKeyLength, member.key.unicodeScalars.count > limit {
                isGood = fail(path?.key(member.key), "has a name longer than \(limit) characters")
            }
            if let property = schema.properties[member.key] {
                isGood = run(member.value, property, path?.key(member.key)) && isGood
            } else if let additional = schema.additional {
                if additional.accepts == false {
                    isGood = fail(path?.key(member.key), Self.unknownMember(member.key, schema))
                } else {
                    isGood = run(member.value, additional, path?.key(member.key)) && isGood
                }
            }
            if !isGood, !isCollecting { return false }
        }
        return isGood
    }

    private static func unknownMember(_ key: String, _ schema: CompiledSchema) -> String {
        let known = schema.properties.keys.sorted()
        if let close = known.closest(to: key) { return "is not known; did you mean '\(close)'?" }
        return known.isEmpty ? "is not known; there are no members" : "is not known; known are \(known.prefix(20).joined(separator: ", "))"
    }

    private mutating func runArray(_ elements: [JSONValue], _ schema: CompiledSchema, _ path: JSONPath?) -> Bool {
        var isGood = true
        if !schema.counts.isEmpty { isGood = runCounts(elements.count, .minItems, .maxItems, "elements", schema, path) }
        guard isGood || isCollecting else { return false }
        for (index, element) in elements.enumerated() {
            let wanted = index < schema.prefixItems.count ? schema.prefixItems[index] : schema.items
            guard let wanted else { continue }
            isGood = run(element, wanted, path?.index(index)) && isGood
            if !isGood, !isCollecting || violations.count >= JSONSchemaChecker.maximumViolations { return false }
        }
        if schema.hasUniqueItems, Set(elements).count < elements.count {
            isGood = fail(path, "has an element twice")
        }
        return isGood
    }

    // MARK: - Numbers

    private mutating func runCounts(
        _ count: Int,
        _ least: CompiledSchema.CountKeyword,
        _ most: CompiledSchema.CountKeyword,
        _ what: String,
        _ schema: CompiledSchema,
        _ path: JSONPath?
    ) -> Bool {
        var isGood = true
        for (keyword, limit) in schema.counts {
            if keyword == least, count < limit { isGood = fail(path, "must have at least \(limit) \(what), has \(count)") }
            if keyword == most, count > limit { isGood = fail(path, "must have at most \(limit) \(what), has \(count)") }
        }
        return isGood
    }

    private mutating func runRanges(_ value: JSONValue, _ schema: CompiledSchema, _ path: JSONPath?) -> Bool {
        let number = value.double ?? .nan
        var isGood = true
        for (keyword, limit) in schema.ranges {
            let (fits, words) =
                switch keyword {
                case .minimum: (number >= limit, "at least")
                case .maximum: (number <= limit, "at most")
                case .exclusiveMinimum: (number > limit, "more than")
                case .exclusiveMaximum: (number < limit, "less than")
                case .multipleOf: (number.remainder(dividingBy: limit) == 0, "a multiple of")
                }
            if !fits { isGood = fail(path, "must be \(words) \(JSONValue(limit).json()), is \(value.json().truncated(toBytes: 40))") }
        }
        return isGood
    }

    /// Whether two values are the same to a schema, to which 1 is 1.0.
    private static func isEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if left == right { return true }
        guard let leftNumber = left.double, let rightNumber = right.double else { return false }
        return leftNumber == rightNumber
    }

    // MARK: - Combinations

    private mutating func runCombinations(_ value: JSONValue, _ schema: CompiledSchema, _ path: JSONPath?) -> Bool {
        var isGood = true
        if let reference = schema.reference { isGood = run(value, reference, path) && isGood }
        for part in schema.allOf { isGood = run(value, part, path) && isGood }
        guard isGood || isCollecting else { return false }
        if !schema.anyOf.isEmpty {
            var fitting = false
            for part in schema.anyOf where !fitting { fitting = fits(value, part) }
            if !fitting { isGood = explain(value, schema.anyOf, path) }
        }
        if !schema.oneOf.isEmpty {
            var count = 0
            for part in schema.oneOf where fits(value, part) { count += 1 }
            if count == 0 { isGood = explain(value, schema.oneOf, path) }
            if count > 1 { isGood = fail(path, "fits \(count) of the alternatives; exactly one is allowed") }
        }
        if let not = schema.not, fits(value, not) { isGood = fail(path, "has a shape that is not allowed") }
        if let condition = schema.condition {
            let branch = fits(value, condition.test) ? condition.then : condition.otherwise
            if let branch { isGood = run(value, branch, path) && isGood }
        }
        return isGood
    }

    /// Says what is wrong with each of several alternatives.
    private mutating func explain(_ value: JSONValue, _ alternatives: [CompiledSchema], _ path: JSONPath?) -> Bool {
        guard isCollecting, let path else { return false }
        var reasons: [String] = []
        for alternative in alternatives.prefix(4) {
            var inner = SchemaCheck(collecting: true)
            inner.steps = steps
            inner.depth = depth
            inner.check(value, alternative, at: path)
            steps = inner.steps
            if let first = inner.violations.first { reasons.append(first.path == path.description ? first.problem : "\(first)") }
        }
        return fail(path, "fits none of the alternatives: " + reasons.joined(separator: "; or "))
    }
}
