import LegworkCore
import Testing

/// A schema, a value, and the violations expected, all of them.
struct SchemaCase: Sendable, CustomTestStringConvertible {
    let schema: String
    let instance: String
    let violations: [String]

    init(_ schema: String, _ instance: String, _ violations: String...) {
        self.schema = schema
        self.instance = instance
        self.violations = violations
    }

    var testDescription: String { "\(schema) ← \(instance)" }

    func check() throws {
        let checker = try JSONSchemaChecker(JSONSchema(JSONValue(parsing: schema)))
        #expect(try checker.check(JSONValue(parsing: instance)).map(\.description) == violations)
    }
}

@Suite("Checking a value against its schema")
struct JSONSchemaCheckingTests {
    @Test(
        "types and constants",
        arguments: [
            SchemaCase("{}", "null"), SchemaCase("true", "[1]"), SchemaCase("false", "1", "arguments: is not allowed"),
            SchemaCase(#"{"type":"integer"}"#, "1"), SchemaCase(#"{"type":"integer"}"#, "1.0"), SchemaCase(#"{"type":"integer"}"#, "1e3"),
            SchemaCase(#"{"type":"integer"}"#, "1.5", "arguments: must be an integer, is 1.5"),
            SchemaCase(#"{"type":"integer"}"#, "\"1\"", "arguments: must be an integer, is a string"),
            SchemaCase(#"{"type":"number"}"#, "1"), SchemaCase(#"{"type":"number"}"#, "1.5"),
            SchemaCase(#"{"type":"number"}"#, "null", "arguments: must be a number, is null"),
            SchemaCase(#"{"type":["string","null"]}"#, "null"),
            SchemaCase(#"{"type":["string","null","array"]}"#, "true", "arguments: must be a string, an array or null, is a boolean"),
            SchemaCase(#"{"type":"object"}"#, "{}"), SchemaCase(#"{"type":"object"}"#, "[]", "arguments: must be an object, is an array"),
            SchemaCase(#"{"type":"boolean"}"#, "false"), SchemaCase(#"{"type":"array"}"#, "[]"),
            SchemaCase(#"{"const":1}"#, "1.0"), SchemaCase(#"{"const":1}"#, "2", "arguments: must be 1, is 2"),
            SchemaCase(#"{"const":1}"#, "true", "arguments: must be 1, is true"),
            SchemaCase(#"{"const":{"a":[1,{}]}}"#, #"{"a":[1.0,{}]}"#),
            SchemaCase(#"{"const":[]}"#, "{}", "arguments: must be an array, is an object"),
            SchemaCase(#"{"enum":["a",1,null,[2]]}"#, "[2.0]"), SchemaCase(#"{"enum":["a",1,null]}"#, "10e-1"),
            SchemaCase(#"{"enum":[]}"#, "1", "arguments: must be one of ; is 1"),
            SchemaCase(
                #"{"enum":["fast","slow"]}"#,
                "\"fats\"",
                #"arguments: must be one of "fast", "slow"; is "fats" (did you mean 'fast'?)"#
            ),
            SchemaCase(#"{"enum":["a","b"],"const":"b"}"#, "\"a\"", #"arguments: must be "b", is "a""#),
        ]
    )
    func types(example: SchemaCase) throws { try example.check() }

    @Test(
        "numbers and strings",
        arguments: [
            SchemaCase(
                #"{"maximum":3600}"#,
                "3600.0"
            ),
            SchemaCase(
                #"{"maximum":3600}"#,
                "99999",
                "arguments: must be at most 3600, is 99999"
            ),
            SchemaCase(#"{"minimum":1.5}"#, "1", "arguments: must be at least 1.5, is 1"), SchemaCase(#"{"minimum":1.5}"#, "1.5"),
            SchemaCase(#"{"exclusiveMinimum":0}"#, "0", "arguments: must be more than 0, is 0"),
            SchemaCase(#"{"exclusiveMinimum":0}"#, "1e-300"),
            SchemaCase(#"{"exclusiveMaximum":1}"#, "1.0", "arguments: must be less than 1, is 1.0"),
            SchemaCase(#"{"minimum":0,"maximum":10}"#, "\"x\""),
            SchemaCase(
                #"{"maximum":9007199254740992}"#,
                "9007199254740993.0",
                "arguments: must be at most 9007199254740992, is 9007199254740993.0"
            ),
            SchemaCase(#"{"minimum":-1e400}"#, "-1e399"),
            SchemaCase(#"{"multipleOf":5}"#, "-10"), SchemaCase(#"{"multipleOf":5}"#, "7", "arguments: must be a multiple of 5, is 7"),
            SchemaCase(#"{"multipleOf":5}"#, "1e30"), SchemaCase(#"{"multipleOf":5}"#, "0.0"),
            SchemaCase(#"{"multipleOf":3}"#, "1e3000", "arguments: must be a multiple of 3, is 1e3000"),
            SchemaCase(#"{"multipleOf":1}"#, "1.5", "arguments: must be a multiple of 1, is 1.5"),
            SchemaCase(#"{"multipleOf":0.01}"#, "0.015"),
            SchemaCase(#"{"multipleOf":1}"#, "-9223372036854775808"),
            SchemaCase(#"{"minLength":2}"#, "\"a\"", "arguments: must have at least 2 characters, has 1"),
            SchemaCase(#"{"minLength":2}"#, "\"😀\"", "arguments: must have at least 2 characters, has 1"),
            SchemaCase(#"{"maxLength":2}"#, "\"😀😀\""),
            SchemaCase(#"{"maxLength":1}"#, "\"e\u{301}\"", "arguments: must have at most 1 character, has 2"),
            SchemaCase(#"{"minLength":1,"maxLength":3}"#, "12"), SchemaCase(#"{"minLength":0}"#, "\"\""),
            SchemaCase(#"{"pattern":"^(a+)+$","format":"email"}"#, "\"b\""),
        ]
    )
    func scalars(example: SchemaCase) throws { try example.check() }

    @Test(
        "objects",
        arguments: [
            SchemaCase(#"{"required":["a","b"]}"#, "{}", "arguments.a: missing", "arguments.b: missing"),
            SchemaCase(#"{"required":["a"]}"#, #"{"a":null}"#), SchemaCase(#"{"required":["a"]}"#, "[]"),
            SchemaCase(
                #"{"properties":{"timeout":{"type":"integer","maximum":3600}}}"#,
                #"{"timeout":99999}"#,
                "arguments.timeout: must be at most 3600, is 99999"
            ),
            SchemaCase(#"{"properties":{"a":{"type":"string"}}}"#, #"{"b":1}"#),
            SchemaCase(
                #"{"properties":{"argv":{},"env":{},"stdin":{}},"additionalProperties":false}"#,
                #"{"argv":1,"stdni":2}"#,
                "arguments.stdni: unknown member; known are argv, env, stdin (did you mean 'stdin'?)"
            ),
            SchemaCase(
                #"{"properties":{"argv":{}},"additionalProperties":false}"#,
                #"{"a b":2}"#,
                #"arguments["a b"]: unknown member; known are argv"#
            ),
            SchemaCase(#"{"additionalProperties":false}"#, #"{"x":2}"#, "arguments.x: unknown member; none are known"),
            SchemaCase(#"{"additionalProperties":true}"#, #"{"x":2}"#),
            SchemaCase(
                #"{"properties":{"a":{}},"additionalProperties":{"type":"string"}}"#,
                #"{"a":1,"b":"x","c":1}"#,
                "arguments.c: must be a string, is an integer"
            ),
            SchemaCase(#"{"patternProperties":{"^x":{}},"additionalProperties":false}"#, #"{"x1":2}"#),
            SchemaCase(
                #"{"propertyNames":{"maxLength":2}}"#,
                #"{"ab":1,"abc":1}"#,
                "arguments.abc: the name must have at most 2 characters"
            ),
            SchemaCase(#"{"minProperties":1}"#, "{}", "arguments: must have at least 1 member, has 0"),
            SchemaCase(#"{"maxProperties":1}"#, #"{"a":1,"b":2}"#, "arguments: must have at most 1 member, has 2"),
            SchemaCase(
                #"{"properties":{"files":{"items":{"required":["path"],"properties":{"path":{"type":"string"}}}}}}"#,
                #"{"files":[{"path":"a"},{"path":1},{}]}"#,
                "arguments.files[1].path: must be a string, is an integer",
                "arguments.files[2].path: missing"
            ),
        ]
    )
    func objects(example: SchemaCase) throws { try example.check() }

    @Test(
        "arrays",
        arguments: [
            SchemaCase(#"{"items":{"type":"integer"}}"#, "[1,2.0]"),
            SchemaCase(#"{"items":{"type":"integer"}}"#, "[1,\"2\"]", "arguments[1]: must be an integer, is a string"),
            SchemaCase(#"{"items":false}"#, "[]"), SchemaCase(#"{"items":false}"#, "[1]", "arguments[0]: is not allowed"),
            SchemaCase(#"{"prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}"#, #"["a",1]"#),
            SchemaCase(
                #"{"prefixItems":[{"type":"string"}],"items":false}"#,
                #"[1,2]"#,
                "arguments[0]: must be a string, is an integer",
                "arguments[1]: is not allowed"
            ),
            SchemaCase(
                #"{"prefixItems":[{"type":"string"}],"items":{"type":"null"}}"#,
                #"["a",null,1]"#,
                "arguments[2]: must be null, is an integer"
            ),
            SchemaCase(#"{"items":[{"type":"string"}]}"#, #"[1,2]"#, "arguments[0]: must be a string, is an integer"),
            SchemaCase(#"{"minItems":1}"#, "[]", "arguments: must have at least 1 element, has 0"),
            SchemaCase(#"{"maxItems":1}"#, "[1,2]", "arguments: must have at most 1 element, has 2"),
            SchemaCase(#"{"uniqueItems":true}"#, #"[1,true,"1",[1],{"a":1},null]"#),
            SchemaCase(#"{"uniqueItems":true}"#, "[1,2,1.0]", "arguments: must have each element once, has the same at [0] and [2]"),
            SchemaCase(
                #"{"uniqueItems":true}"#,
                #"[{"a":1,"b":2},{"b":2.0,"a":1}]"#,
                "arguments: must have each element once, has the same at [0] and [1]"
            ),
            SchemaCase(#"{"uniqueItems":false}"#, "[1,1]"),
        ]
    )
    func arrays(example: SchemaCase) throws { try example.check() }

    @Test(
        "combinations",
        arguments: [
            SchemaCase(#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, "3", "arguments: must be at most 2, is 3"),
            SchemaCase(#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "null"),
            SchemaCase(#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "1", "arguments: must be a string or null, is an integer"),
            SchemaCase(
                #"{"anyOf":[{"type":"string","minLength":3},{"type":"null"}]}"#,
                "\"a\"",
                "arguments: must have at least 3 characters, has 1"
            ),
            SchemaCase(#"{"anyOf":[{"minimum":5},{"maximum":2}]}"#, "3", "arguments: must match one of 2 alternatives, matches none"),
            SchemaCase(#"{"oneOf":[{"minimum":5},{"maximum":2}]}"#, "1"),
            SchemaCase(
                #"{"oneOf":[{"minimum":0},{"maximum":9}]}"#,
                "1",
                "arguments: must match exactly one of 2 alternatives, matches several"
            ),
            SchemaCase(#"{"not":{"type":"string"}}"#, "1"),
            SchemaCase(#"{"not":{"type":"string"}}"#, "\"\"", #"arguments: must not be what the schema excludes with "not""#),
            SchemaCase(#"{"not":{"not":{"type":"integer"}}}"#, "1"),
            SchemaCase(
                #"{"if":{"type":"integer"},"then":{"minimum":1},"else":{"type":"string"}}"#,
                "0",
                "arguments: must be at least 1, is 0"
            ),
            SchemaCase(#"{"if":{"type":"integer"},"then":{"minimum":1},"else":{"type":"string"}}"#, "\"x\""),
            SchemaCase(#"{"if":{"type":"integer"},"else":{"type":"string"}}"#, "null", "arguments: must be a string, is null"),
            SchemaCase(#"{"then":{"type":"string"}}"#, "1"),
        ]
    )
    func combinations(example: SchemaCase) throws { try example.check() }

    @Test(
        "references",
        arguments: [
            SchemaCase(##"{"$ref":"#/$defs/port","$defs":{"port":{"maximum":9}}}"##, "10", "arguments: must be at most 9, is 10"),
            SchemaCase(
                ##"{"$ref":"#/definitions/a~1b%20c","definitions":{"a/b c":{"type":"null"}}}"##,
                "1",
                "arguments: must be null, is an integer"
            ),
            SchemaCase(
                ##"{"properties":{"next":{"$ref":"#"},"n":{"type":"integer"}},"additionalProperties":false}"##,
                #"{"n":1,"next":{"n":2,"next":{"m":3}}}"#,
                "arguments.next.next.m: unknown member; known are next, n (did you mean 'n'?)"
            ),
            SchemaCase(
                ##"{"$defs":{"a":{"type":"array","items":{"$ref":"#/$defs/b"}},"b":{"anyOf":[{"type":"integer"},{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}"##,
                "[1,[2,[3,[\"x\"]]]]",
                "arguments[1][1][1][0]: must be an integer or an array, is a string"
            ),
            SchemaCase(
                ##"{"properties":{"a":{"type":"string"},"b":{"$ref":"#/properties/a","maxLength":1}}}"##,
                ##"{"b":"xx"}"##,
                "arguments.b: must have at most 1 character, has 2"
            ),
            SchemaCase(##"{"$ref":"#/allOf/0","allOf":[{"type":"integer"}]}"##, "1"),
        ]
    )
    func references(example: SchemaCase) throws { try example.check() }

    @Test("the root has the name that it is given")
    func root() throws {
        let checker = try JSONSchemaChecker(["type": "string"])
        #expect(
            checker.check(1, root: "result") == [
                JSONSchemaViolation(path: "result", pointer: "", message: "must be a string, is an integer")
            ]
        )
    }

    @Test("an empty object is at once what a schema without demands asks for, and is refused by one with demands")
    func empty() throws {
        #expect(try JSONSchemaChecker(["type": "object", "properties": ["a": ["type": "string"]]]).check([:]).isEmpty)
        #expect(try JSONSchemaChecker(["type": "array"]).check([:]).count == 1)
        #expect(try JSONSchemaChecker(["not": [:]]).check([:]).count == 1)
        #expect(try JSONSchemaChecker(["required": ["a"]]).check([:]).count == 1)
        #expect(try JSONSchemaChecker(["minProperties": 1]).check([:]).count == 1)
        #expect(try JSONSchemaChecker(["$ref": "#/$defs/x", "$defs": ["x": false]]).check([:]).count == 1)
    }

    @Test("large objects and arrays are checked whole")
    func large() throws {
        var object = JSONObject()
        for index in 0..<300 { object["k\(index)"] = .integer(Int64(index)) }
        let names = (0..<301).map { JSONValue.string("k\($0)") }
        let checker = try JSONSchemaChecker(["required": .array(names), "additionalProperties": ["type": "integer"]])
        #expect(checker.check(.object(object)).map(\.description) == ["arguments.k300: missing"])
        let numbers = try JSONSchemaChecker(["items": ["type": "number"], "uniqueItems": false])
        #expect(numbers.check(.array(Array(repeating: 1.5, count: 400_000))).isEmpty)
        #expect(numbers.check(.array(Array(repeating: 1.5, count: 50_000) + ["x"])).map(\.path) == ["arguments[50000]"])
    }
}

@Suite("Checking stays bounded, whatever the schema")
struct JSONSchemaBoundsTests {
    @Test("at most twenty violations")
    func count() throws {
        let checker = try JSONSchemaChecker(["items": ["type": "string", "minLength": 1]])
        #expect(checker.check(.array(Array(repeating: 1, count: 100))).count == 20)
    }

    @Test(
        "endless and exploding schemas end with a violation that says so",
        arguments: [
            ##"{"$ref":"#"}"##,
            ##"{"allOf":[{"$ref":"#"},{"$ref":"#"}]}"##,
            ##"{"not":{"$ref":"#"}}"##,
            ##"{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}"##,
            ##"{"oneOf":[{"$ref":"#"},{"$ref":"#"},true]}"##,
            ##"{"if":{"$ref":"#"},"then":{"$ref":"#"},"else":{"$ref":"#"}}"##,
            ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##,
        ]
    )
    func endless(schema: String) throws {
        let checker = try JSONSchemaChecker(JSONSchema(JSONValue(parsing: schema)))
        for instance in [1, [:], [[]], "x", ["a": ["a": 1]]] as [JSONValue] {
            let violations = checker.check(instance)
            #expect(violations.last?.message.contains("nested too deeply to check") == true)
            #expect(violations.count <= 20)
        }
    }

    @Test("a schema that doubles its work thirty times over is given up")
    func doubling() throws {
        var definitions = JSONObject()
        for level in 0..<30 {
            let next: JSONValue = ["$ref": .string("#/$defs/l\(level + 1)")]
            definitions["l\(level)"] = ["allOf": [next, next]]
        }
        definitions["l30"] = ["type": "integer", "minimum": 0]
        let checker = try JSONSchemaChecker(["$ref": "#/$defs/l0", "$defs": .object(definitions)])
        #expect(checker.check(1).map(\.message) == ["too large to check against its schema within 100000 steps"])
    }

    @Test("an alternative many levels down is blamed without looking twice at every level")
    func nestedAlternatives() throws {
        var value: JSONValue = "x"
        for _ in 0..<15 { value = [value] }
        let checker = try JSONSchemaChecker(["anyOf": [["type": "integer"], ["type": "array", "items": ["$ref": "#"]]]])
        let path = "arguments" + String(repeating: "[0]", count: 15)
        let pointer = String(repeating: "/0", count: 15)
        let message = "must be an integer or an array, is a string"
        #expect(checker.check(value) == [JSONSchemaViolation(path: path, pointer: pointer, message: message)])
    }

    @Test("values too large for the steps are given up, and more steps can be had")
    func steps() throws {
        let schema: JSONSchema = ["items": ["type": "integer", "minimum": 0]]
        let value = JSONValue.array(Array(repeating: 1, count: 1_000))
        #expect(try JSONSchemaChecker(schema, stepLimit: 500).check(value).count == 1)
        #expect(try JSONSchemaChecker(schema, stepLimit: 5_000).check(value).isEmpty)
        let text = JSONValue.string(String(repeating: "é", count: 100_000))
        let long: JSONSchema = ["allOf": .array(Array(repeating: ["minLength": 60_000], count: 1_000))]
        #expect(try JSONSchemaChecker(long).check(text).map(\.message) == ["too large to check against its schema within 100000 steps"])
    }

    @Test("a value nested ten thousand deep is compared without exhausting the stack")
    func deep() throws {
        var value: JSONValue = 1
        for _ in 0..<10_000 { value = [value] }
        #expect(try JSONSchemaChecker(["const": [[1]]]).check(value).count == 1)
        #expect(try JSONSchemaChecker(["uniqueItems": true]).check([value, value]).count == 1)
        #expect(try JSONSchemaChecker(["items": ["$ref": "#"]]).check(value).last?.message.contains("too deeply") == true)
    }

    @Test("random schemas and values give violations or none", arguments: 0..<10 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var documents = JSONRandomDocuments(generator: SeededGenerator(seed: seed &+ 500))
        let keywords = [
            "type", "enum", "const", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "maxLength",
            "minimum", "multipleOf", "allOf", "anyOf", "oneOf", "not", "if", "then", "$ref", "uniqueItems", "propertyNames", "$defs",
        ]
        var compiled = 0
        for _ in 0..<500 {
            var schema = JSONObject()
            for _ in 0..<Int.random(in: 0...3, using: &documents.generator) {
                guard let keyword = keywords.randomElement(using: &documents.generator) else { continue }
                let simple = [true, 1, ["integer"], [[:], true], "#", "string", ["a": ["$ref": "#"]], ["type": "string"]] as [JSONValue]
                let isSimple = Bool.random(using: &documents.generator)
                schema[keyword] = isSimple ? simple.randomElement(using: &documents.generator) : documents.value(depth: 2)
            }
            do throws(JSONSchemaError) {
                let checker = try JSONSchemaChecker(JSONSchema(.object(schema)))
                compiled += 1
                #expect(checker.check(documents.value(depth: 3)).count <= 20)
            } catch {
                #expect(error.path.hasPrefix("schema"))
            }
        }
        #expect(compiled > 0)
    }
}

@Suite("A malformed schema is refused where it is registered")
struct JSONSchemaCompilingTests {
    @Test(
        "with the keyword at fault",
        arguments: [
            ("1", "schema: must be an object or a boolean, is an integer"),
            (#"{"type":"strng"}"#, #"schema.type: unknown type "strng"; known are null, boolean, integer, number, string, array, object"#),
            (#"{"type":[]}"#, "schema.type: must name at least one type"),
            (#"{"type":[1]}"#, "schema.type[0]: must be a string, is an integer"),
            (#"{"type":{}}"#, "schema.type: must be a string or an array of strings, is an object"),
            (#"{"properties":[]}"#, "schema.properties: must be an object of schemas, is an array"),
            (#"{"properties":{"timeout":{"minimum":"1"}}}"#, "schema.properties.timeout.minimum: must be a number, is a string"),
            (#"{"properties":{"a":1}}"#, "schema.properties.a: must be an object or a boolean, is an integer"),
            (#"{"required":"a"}"#, "schema.required: must be an array, is a string"),
            (#"{"required":[1]}"#, "schema.required[0]: must be a string, is an integer"),
            (#"{"items":{"type":1}}"#, "schema.items.type: must be a string or an array of strings, is an integer"),
            (#"{"minLength":-1}"#, "schema.minLength: must be a whole number from 0, is -1"),
            (#"{"maxItems":1.5}"#, "schema.maxItems: must be a whole number from 0, is 1.5"),
            (#"{"minItems":3,"maxItems":2}"#, "schema.maxItems: must not be less than minItems"),
            (#"{"multipleOf":0}"#, "schema.multipleOf: must be more than 0"),
            (#"{"enum":{}}"#, "schema.enum: must be an array, is an object"),
            (#"{"exclusiveMinimum":true}"#, "schema.exclusiveMinimum: must be a number, is a boolean"),
            (#"{"anyOf":{}}"#, "schema.anyOf: must be an array, is an object"),
            (#"{"not":[]}"#, "schema.not: must be an object or a boolean, is an array"),
            (#"{"uniqueItems":1}"#, "schema.uniqueItems: must be a boolean, is an integer"),
            (#"{"$ref":1}"#, "schema.$ref: must be a string, is an integer"),
            (##"{"$ref":"#/$defs/x"}"##, "schema.$ref: refers to nothing: \"#/$defs/x\""),
            (
                #"{"$ref":"https://example.com/s"}"#,
                "schema.$ref: only references within the schema, such as #/$defs/name, are supported; found \"https://example.com/s\""
            ),
            (
                #"{"$defs":{"a":{"type":"x"}}}"#,
                "schema.$defs.a.type: unknown type \"x\"; known are null, boolean, integer, number, string, array, object"
            ),
            (#"{"pattern":1}"#, "schema.pattern: must be a string, is an integer"),
        ]
    )
    func malformed(schema: String, description: String) throws {
        let value = try JSONValue(parsing: schema)
        #expect(refusal(value)?.description == description)
    }

    @Test("when it is nested too deeply or has too many parts")
    func bounds() {
        var deep: JSONValue = [:]
        for _ in 0..<100 { deep = ["items": deep] }
        #expect(refusal(deep)?.code == .tooLarge)
        let wide: JSONValue = ["allOf": .array(Array(repeating: true, count: 20_000))]
        #expect(refusal(wide)?.code == .tooLarge)
    }

    @Test("unknown keywords are ignored")
    func unknown() {
        let schema: JSONValue = ["x-order": 1, "$schema": "https://json-schema.org/draft/2020-12/schema", "default": [], "examples": 1]
        #expect(refusal(schema) == nil)
    }

    private func refusal(_ schema: JSONValue) -> JSONSchemaError? {
        do throws(JSONSchemaError) {
            _ = try JSONSchemaChecker(JSONSchema(schema))
            return nil
        } catch {
            return error
        }
    }
}
