/// What does not fit a schema, and where.
public struct JSONSchemaViolation: Sendable, Hashable, CustomStringConvertible {
    /// Where, such as `arguments.files[2].path`.
    public let path: String
    /// What is wrong and what to do.
    public let problem: String

    /// Says where and what.
    public var description: String { "\(path): \(problem)" }
}

/// Checks JSON values against one schema.
///
/// Knows the part of JSON Schema 2020-12 that argument schemas use: types, members, elements, lengths, ranges, `enum`, `const`, the
/// combinations (`allOf anyOf oneOf not if then else`) and references within the schema. Keywords that are not known, `pattern` and `format`
/// among them, are passed over. The work of one check is bounded, whatever schema and value say.
public struct JSONSchemaChecker: Sendable {
    /// The most violations that are told of.
    public static let maximumViolations = 20
    /// The most steps of one check.
    static let maximumSteps = 200_000

    private let root: CompiledSchema

    /// Looks at a schema once.
    ///
    /// - Throws: ``JSONSchemaError`` when its keywords have the wrong shape or a reference leads nowhere.
    public init(schema: JSONValue) throws(JSONSchemaError) {
        var compiler = SchemaCompiler(document: schema)
        root = try compiler.compile()
    }

    /// Checks a value.
    ///
    /// - Parameters:
    ///   - instance: the value.
    ///   - name: what the messages call it.
    /// - Returns: what does not fit; empty when everything does.
    public func check(_ instance: JSONValue, root name: String = "arguments") -> [JSONSchemaViolation] {
        // The usual case allocates nothing: only when something is wrong is it looked at again, with words.
        var quick = SchemaCheck(collecting: false)
        if quick.fits(instance, root) { return [] }
        var check = SchemaCheck(collecting: true)
        check.check(instance, root, at: JSONPath(root: name))
        return check.violations
    }
}
