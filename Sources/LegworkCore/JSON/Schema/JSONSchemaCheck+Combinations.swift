extension JSONSchemaCheck {
    mutating func apply(_ combinations: JSONSchemaRule.Combinations, to value: JSONValue) {
        if let constants = combinations.constants { apply(constants, to: value) }
        if let reference = combinations.reference { apply(reference: reference, to: value) }
        for rule in combinations.all { apply(rule, to: value) }
        if let alternatives = combinations.any { applyAny(alternatives, to: value) }
        if let alternatives = combinations.one { applyOne(alternatives, to: value) }
        if let excluded = combinations.not, satisfies(excluded, value) { report("must not be what the schema excludes with \"not\"") }
        if let conditional = combinations.conditional {
            let rule = satisfies(conditional.condition, value) ? conditional.then : conditional.otherwise
            if let rule { apply(rule, to: value) }
        }
    }

    private mutating func apply(_ constants: [JSONSchemaRule.Constant], to value: JSONValue) {
        guard spend(constants.count >> 4) else { return }
        let canonical: [UInt8]?
        switch value {
        case .array, .object:
            canonical = constants.contains { $0.canonical != nil } ? value.canonicalBytes() : nil
            guard spend((canonical?.count ?? 0) >> 6) else { return }
        case .null, .bool, .integer, .number, .string: canonical = nil
        }
        let isListed = constants.contains { constant in
            if let expected = constant.canonical { expected == canonical } else { constant.value.isEquivalent(to: value) }
        }
        if !isListed { report(Self.unlisted(value, constants.map(\.value))) }
    }

    private static func unlisted(_ value: JSONValue, _ listed: [JSONValue]) -> String {
        if listed.count == 1, let only = listed.first { return "must be \(only.shownInMessage), is \(value.shownInMessage)" }
        let shown = listed.prefix(20).map(\.shownInMessage).joined(separator: ", ") + (listed.count > 20 ? ", …" : "")
        let suggestion = value.string.flatMap { Suggestion.nearest(to: $0, in: listed.compactMap(\.string)) }
        return "must be one of \(shown); is \(value.shownInMessage)" + (suggestion.map { " (did you mean '\($0)'?)" } ?? "")
    }

    private mutating func applyAny(_ alternatives: [JSONSchemaRule], to value: JSONValue) {
        for rule in alternatives where satisfies(rule, value) { return }
        reportNone(of: alternatives, value)
    }

    private mutating func applyOne(_ alternatives: [JSONSchemaRule], to value: JSONValue) {
        var matches = 0
        for rule in alternatives where satisfies(rule, value) {
            matches += 1
            if matches > 1 { return report("must match exactly one of \(alternatives.count) alternatives, matches several") }
        }
        if matches == 0 { reportNone(of: alternatives, value) }
    }

    /// Says what is wrong with the one alternative that was meant, where the type of the value tells which it was.
    ///
    /// Not while trying: looking twice at every level would double the work with each.
    private mutating func reportNone(of alternatives: [JSONSchemaRule], _ value: JSONValue) {
        guard !isTrying else { return report("") }
        let meant = alternatives.filter { admittedTypes(of: $0).admits(value) }
        if meant.count == 1, let rule = meant.first { return apply(rule, to: value) }
        if meant.isEmpty, !alternatives.isEmpty {
            let types = alternatives.reduce(into: JSONTypeSet()) { $0.formUnion(admittedTypes(of: $1)) }
            return report("must be \(types.text), is \(value.typeNameWithArticle)")
        }
        report("must match one of \(alternatives.count) alternatives, matches none")
    }
}
