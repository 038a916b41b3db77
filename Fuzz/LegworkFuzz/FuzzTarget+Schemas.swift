import LegworkCore

extension FuzzTarget {
    /// A schema in the first line and a value in the rest: whoever wrote them, a check ends, and says little.
    static let schemas = FuzzTarget("schemas") { input throws(FuzzFailure) in
        let parts = input.split(separator: 0x0a, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let schema = try? JSONValue(parsing: parts[0]), let value = try? JSONValue(parsing: parts[1]),
            let checker = try? JSONSchemaChecker(JSONSchema(schema), stepLimit: 10_000)
        else { return }
        let violations = checker.check(value)
        try FuzzFailure.unless(violations.count <= JSONSchemaChecker.greatestViolationCount, "violations are few: \(violations.count)")
        try FuzzFailure.unless(violations.allSatisfy { !$0.message.isEmpty }, "each says what is wrong: \(violations)")
        try FuzzFailure.unless(checker.check(value) == violations, "a check has one outcome")
    }
}
