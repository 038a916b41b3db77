/// Checks values against a schema that was read once.
///
/// It knows draft 2020-12: boolean schemas, `type`, `enum`, `const`; `properties`, `required`, `additionalProperties`, `propertyNames`
/// (`maxLength` alone), `minProperties`, `maxProperties`; `items`, `prefixItems`, `minItems`, `maxItems`, `uniqueItems`; `minimum`,
/// `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf` (whole divisors); `minLength`, `maxLength` (in Unicode scalars);
/// `allOf`, `anyOf`, `oneOf`, `not`, `if`/`then`/`else`; and `$ref` within the schema. All else is ignored, `format` and `pattern` too: a
/// pattern from a stranger could take for ever to match. Beside a `patternProperties`, `additionalProperties` is not checked.
///
/// Numbers are compared by value: `1.0` is the integer 1.
public struct JSONSchemaChecker: Sendable {
    /// How many rules inside each other are followed.
    public static let greatestDepth = 64
    /// How many violations are reported at most.
    public static let greatestViolationCount = 20

    /// How much work one check may be, in rules applied and parts of values looked at.
    public let stepLimit: Int
    private let rules: [JSONSchemaRule]
    private let rule: JSONSchemaRule

    /// Reads a schema; throws a ``JSONSchemaError`` that names the keyword at fault when it is not well formed.
    public init(_ schema: JSONSchema, stepLimit: Int = 100_000) throws(JSONSchemaError) {
        var compiler = JSONSchemaCompiler(schema.value)
        rules = try compiler.compile()
        rule = rules[0]
        self.stepLimit = stepLimit
    }

    /// What is wrong with a value, at most twenty violations; none when it is as the schema asks.
    ///
    /// Paths begin with the given name. A check that exceeds the depth or the step limit, which takes a hostile schema or a huge value,
    /// ends with a violation that says so.
    public func check(_ instance: JSONValue, root name: String = "arguments") -> [JSONSchemaViolation] {
        if case .object(let object) = instance, object.isEmpty, rule.types.contains(.object), rule.combinations == nil,
            !(rule.objects?.asksForMembers ?? false)
        {
            return []
        }
        var check = JSONSchemaCheck(rules: rules, root: name, stepLimit: stepLimit)
        check.apply(rule, to: instance)
        return check.conclusion
    }
}
