import LegworkCore
import LegworkTestKit
import Testing

@Suite("Typed arguments")
struct ArgumentTests {
    enum Level: String, Decodable, CaseIterable { case low, high }
    enum Port: Int, Decodable, CaseIterable { case http = 80, https = 443 }
    enum Opaque: String, Decodable { case a }

    struct File: Decodable, Equatable {
        var path: String
        var lines: [Int]
        var mode: UInt16?
    }

    struct Arguments: Decodable, SelfDescribingArguments {
        var target: String
        var level: Level
        var port: Port?
        var files: [File]
        var ratio: Double?
        var isDry: Bool
        var count: UInt
        var labels: [String: Int]
        var extra: JSONValue?

        static let argumentDescriptions = ["target": "What to build.", "files.path": "Where it is."]
    }

    struct Node: Decodable { var children: [Node] }
    struct Checked: Decodable { var level: Opaque }
    struct Empty: Decodable {}

    @Test("give a schema")
    func schema() throws {
        let expected: JSONValue = [
            "type": "object",
            "properties": [
                "target": ["type": "string", "description": "What to build."],
                "level": ["type": "string", "enum": ["low", "high"]],
                "port": ["type": "integer", "enum": [80, 443]],
                "files": [
                    "type": "array",
                    "items": [
                        "type": "object",
                        "properties": [
                            "path": ["type": "string", "description": "Where it is."],
                            "lines": ["type": "array", "items": ["type": "integer"]],
                            "mode": ["type": "integer", "minimum": 0, "maximum": 65535],
                        ],
                        "additionalProperties": false,
                        "required": ["path", "lines"],
                    ],
                ],
                "ratio": ["type": "number"],
                "isDry": ["type": "boolean"],
                "count": ["type": "integer", "minimum": 0],
                "labels": ["type": "object", "additionalProperties": ["type": "integer"]],
                "extra": [:],
            ],
            "additionalProperties": false,
            "required": ["target", "level", "files", "isDry", "count", "labels"],
        ]
        #expect(try JSONSchema.describing(Arguments.self).value == expected)
        #expect(try JSONSchema.describing(Empty.self).value == ["type": "object", "properties": [:], "additionalProperties": false])
    }

    @Test("that cannot be looked at say so")
    func impossible() {
        #expect(throws: JSONSchemaError.self) { try JSONSchema.describing(Node.self) }
        #expect(throws: JSONSchemaError.self) { try JSONSchema.describing(Checked.self) }
        #expect(throws: JSONSchemaError.self) { try JSONSchema.describing([Int].self) }
        #expect(throws: JSONSchemaError.self) { try JSONSchema.describing(String.self) }
    }

    static let good: JSONValue = [
        "target": "all", "level": "high", "files": [["path": "a", "lines": [1, 2]]], "isDry": false, "count": 3, "labels": ["x": 1],
        "extra": ["any": [nil]],
    ]

    @Test("are decoded")
    func decodes() throws {
        let arguments = try JSONValueDecoder().decode(Arguments.self, from: Self.good)
        #expect(arguments.files == [File(path: "a", lines: [1, 2], mode: nil)])
        #expect(arguments.labels == ["x": 1])
        #expect(arguments.extra == ["any": [nil]])
        #expect(arguments.port == nil)
    }

    @Test(
        "that do not fit are named by their path",
        arguments: [
            (["files": [["path": "a", "lines": [1, "x"]]]], "arguments.files[0].lines[1]: must be of type integer, is string"),
            (["target": nil], "arguments.target: must be of type string, is null"),
            (["level": "medium"], "arguments.level: must be one of \"low\", \"high\""),
            (["count": -1], "arguments.count: must be at least 0, is -1"),
            (["count": 1.5], "arguments.count: must be of type integer, is number"),
            (["targt": 1], "arguments.targt: is not known; did you mean 'target'?"),
            (["labels": ["a b": "x"]], "arguments.labels[\"a b\"]: must be of type integer, is string"),
        ] as [(JSONValue, String)]
    )
    func paths(change: JSONValue, message: String) throws {
        var object = try #require(Self.good.object)
        for member in change.object?.members ?? [] { object[member.key] = member.value }
        let tool = try TypedTool(ToolDescriptor(name: "t", description: ""), arguments: Arguments.self) { _, _ in .text("") }
        let error = #expect(throws: ToolError.self) { try RegisteredTool(tool).check(.object(object)) }
        #expect(error?.code == .invalidArguments)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("that are missing are named")
    func missing() throws {
        let tool = try TypedTool(ToolDescriptor(name: "t", description: ""), arguments: Arguments.self) { _, _ in .text("") }
        let error = #expect(throws: ToolError.self) { try RegisteredTool(tool).check([:]) }
        #expect(error?.message.contains("arguments.target: is missing; arguments.level: is missing") == true)
        #expect(throws: ToolError.self) { try RegisteredTool(tool).check([1]) }
    }

    @Test(
        "that the schema lets through and the type does not are named by their path too",
        arguments: [(["n": 300], "arguments.n"), (["n": "x"], "arguments.n")] as [(JSONValue, String)]
    )
    func decoderPaths(value: JSONValue, path: String) {
        struct Small: Decodable { var n: Int8 }
        let error = #expect(throws: JSONDecodingError.self) { try JSONValueDecoder().decode(Small.self, from: value) }
        #expect(error?.path == path)
    }
}

@Suite("A schema")
struct SchemaTests {
    @Test(
        "accepts and refuses",
        arguments: [
            (["type": "string", "minLength": 2, "maxLength": 3], ["ab", "äöü"], ["a", "abcd", 1]),
            (["type": ["integer", "null"]], [1, nil, 1.0], [1.5, "1", []]),
            (["enum": [1, "a", nil]], [1, 1.0, "a", nil], [2, "b", false]), (["const": ["a": 1]], [["a": 1]], [["a": 2], [:]]),
            (["exclusiveMinimum": 0, "maximum": 10], [1, 10, "text"], [0, 11, -1]), (["multipleOf": 5], [0, 10, -5], [3]),
            (
                ["type": "array", "prefixItems": [["type": "string"]], "items": ["type": "integer"], "minItems": 1, "maxItems": 3],
                [["a"], ["a", 1]], [[], [1], ["a", "b"], ["a", 1, 2, 3]]
            ),
            (["uniqueItems": true], [[1, 2], []], [[1, 1]]),
            (["minProperties": 1, "maxProperties": 1], [["a": 1]], [[:], ["a": 1, "b": 2]]),
            (["anyOf": [["type": "string"], ["minimum": 5]]], ["x", 5], [4]),
            (["oneOf": [["type": "integer"], ["minimum": 5]]], [4, 5.5], [6]),
            (["not": ["type": "null"]], [1], [nil]), (["allOf": [["minimum": 1], ["maximum": 2]]], [1, 2], [0, 3]),
            (
                ["if": ["required": ["a"]], "then": ["required": ["b"]], "else": ["required": ["c"]]], [["a": 1, "b": 1], ["c": 1]],
                [["a": 1], [:]]
            ),
            (["$ref": "#/$defs/n", "$defs": ["n": ["type": "integer"]]], [1], ["a"]), (true, [1, nil], []), (false, [], [1]),
            ([:], [1, "a"], []),
            (["properties": ["next": ["$ref": "#"]], "required": ["v"]], [["v": 1, "next": ["v": 2]]], [["v": 1, "next": [:]]]),
            (["propertyNames": ["maxLength": 2]], [["ab": 1]], [["abc": 1]]), (["pattern": "^a", "format": "email"], ["b"], []),
        ] as [(JSONValue, [JSONValue], [JSONValue])]
    )
    func table(schema: JSONValue, good: [JSONValue], bad: [JSONValue]) throws {
        let checker = try JSONSchemaChecker(schema: schema)
        for value in good { #expect(checker.check(value).isEmpty, "\(value)") }
        for value in bad { #expect(!checker.check(value).isEmpty, "\(value)") }
    }

    @Test(
        "with a wrong shape is refused",
        arguments: [
            1, "x", ["type": "strin"], ["type": 1], ["properties": []], ["required": "a"], ["required": [1]], ["minimum": "1"],
            ["multipleOf": 0],
            ["minLength": -1], ["enum": 1], ["anyOf": [:]], ["$ref": "#/nowhere"], ["$ref": "http://x"], ["items": 1],
            ["properties": ["a": 5]],
        ] as [JSONValue]
    )
    func malformed(schema: JSONValue) {
        #expect(throws: JSONSchemaError.self) { try JSONSchemaChecker(schema: schema) }
    }

    @Test("that runs in circles or explodes ends all the same")
    func hostile() throws {
        #expect(try !JSONSchemaChecker(schema: ["$ref": "#"]).check(1).isEmpty)
        var nested: JSONValue = ["type": "string"]
        for _ in 0..<12 { nested = ["anyOf": [nested, nested, nested, nested]] }
        #expect(throws: JSONSchemaError.self) { try JSONSchemaChecker(schema: nested) }
        let doubling: JSONValue = [
            "$defs": ["a": ["anyOf": [["items": ["$ref": "#/$defs/a"]], ["items": ["$ref": "#/$defs/a"]], ["type": "null"]]]],
            "$ref": "#/$defs/a",
        ]
        var deep: JSONValue = 1
        for _ in 0..<100 { deep = [deep] }
        _ = try JSONSchemaChecker(schema: doubling).check(deep)
        #expect(try JSONSchemaChecker(schema: ["items": ["type": "string"]]).check(.array(Array(repeating: 1, count: 1000))).count == 20)
    }
}
