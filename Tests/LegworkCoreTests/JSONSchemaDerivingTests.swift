import LegworkCore
import Testing

private enum Mode: String, Decodable, CaseIterable { case fast, slow }
private enum Level: Int, Decodable, CaseIterable { case low = 1, high = 5 }
private enum Unlisted: String, Decodable { case one }

private struct Limits: Decodable, SelfDescribingArguments {
    var timeout: Double
    var retries: UInt8?
    static var argumentDescriptions: [String: String] { ["timeout": "Seconds until the command is stopped."] }
}

private struct Item: Decodable {
    var path: String
    var lines: [Int]?
}

private struct Everything: Decodable, SelfDescribingArguments {
    var command: String
    var count: Int
    var size: UInt
    var ratio: Float
    var isQuiet: Bool
    var mode: Mode
    var level: Level?
    var limits: Limits
    var items: [Item]
    var env: [String: String]?
    var nullable: Int??
    var tags: Set<String>
    var free: JSONValue
    var object: JSONObject?
    var grid: [[Double]]

    static var argumentDescriptions: [String: String] {
        ["command": "What to run.", "items.path": "Where it is.", "limits.retries": "How often to try again.", "mode": "How."]
    }
}

private struct Tree: Decodable { var children: [Tree] }
private struct Chain: Decodable { var next: Link? }
private struct Link: Decodable { var chain: [String: Chain] }
private struct Nothing: Decodable {}

private struct Email: Decodable {
    let text: String
    init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
        guard text.contains("@") else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no @ in it"))
        }
    }
}

private struct Name: Decodable {
    let text: String
    init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
        if text.isEmpty { throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "empty")) }
    }
}

private struct Handwritten: Decodable {
    private enum CodingKeys: String, CodingKey { case pair, list, flag, port, inner }
    private enum InnerKeys: String, CodingKey { case depth }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var pair = try container.nestedUnkeyedContainer(forKey: .pair)
        _ = (try pair.decode(String.self), try pair.decode(Int.self))
        var list = try container.nestedUnkeyedContainer(forKey: .list)
        while !list.isAtEnd { _ = try list.decode(Bool.self) }
        if container.contains(.flag) { _ = try container.decode(Bool.self, forKey: .flag) }
        let port = try container.decodeIfPresent(Int.self, forKey: .port)
        if let port, port < 1 { throw DecodingError.dataCorruptedError(forKey: .port, in: container, debugDescription: "too small") }
        _ = try container.nestedContainer(keyedBy: InnerKeys.self, forKey: .inner).decodeIfPresent(Int64.self, forKey: .depth)
    }
}

@Suite("Deriving a schema from a type")
struct JSONSchemaDerivingTests {
    @Test("a rich type")
    func rich() throws {
        let expected = """
            {"type":"object","properties":{
            "command":{"type":"string","description":"What to run."},
            "count":{"type":"integer"},
            "size":{"type":"integer","minimum":0},
            "ratio":{"type":"number"},
            "isQuiet":{"type":"boolean"},
            "mode":{"type":"string","enum":["fast","slow"],"description":"How."},
            "level":{"type":"integer","enum":[1,5]},
            "limits":{"type":"object","properties":{"timeout":{"type":"number","description":"Seconds until the command is stopped."},
            "retries":{"type":"integer","minimum":0,"description":"How often to try again."}},"required":["timeout"],
            "additionalProperties":false},
            "items":{"type":"array","items":{"type":"object","properties":{"path":{"type":"string","description":"Where it is."},
            "lines":{"type":"array","items":{"type":"integer"}}},"required":["path"],"additionalProperties":false}},
            "env":{"type":"object","additionalProperties":{"type":"string"}},
            "nullable":{"type":["integer","null"]},
            "tags":{"type":"array","items":{"type":"string"},"uniqueItems":true},
            "free":{},
            "object":{"type":"object"},
            "grid":{"type":"array","items":{"type":"array","items":{"type":"number"}}}},
            "required":["command","count","size","ratio","isQuiet","mode","limits","items","tags","free","grid"],
            "additionalProperties":false}
            """
        let schema = try JSONSchema.describing(Everything.self)
        #expect(schema.value.json() == expected.filter { $0 != "\n" })
        #expect(throws: Never.self) { try JSONSchemaChecker(schema) }
    }

    @Test("other shapes at the top")
    func shapes() throws {
        func json<Value: Decodable>(_ type: Value.Type) throws -> String { try JSONSchema.describing(type).value.json() }
        #expect(try json(Nothing.self) == #"{"type":"object","properties":{},"additionalProperties":false}"#)
        #expect(try json([String: [Int]].self) == #"{"type":"object","additionalProperties":{"type":"array","items":{"type":"integer"}}}"#)
        #expect(try json([String?].self) == #"{"type":"array","items":{"type":["string","null"]}}"#)
        #expect(try json([Mode?].self) == #"{"type":"array","items":{"anyOf":[{"type":"string","enum":["fast","slow"]},{"type":"null"}]}}"#)
        #expect(try json(Name.self) == #"{"type":"string"}"#, "a type that refuses the empty string gets another sample")
    }

    @Test("a type that decodes by hand")
    func handwritten() throws {
        let expected: JSONValue = [
            "type": "object",
            "properties": [
                "pair": ["type": "array", "prefixItems": [["type": "string"], ["type": "integer"]], "minItems": 2, "maxItems": 2],
                "list": ["type": "array", "items": ["type": "boolean"]],
                "flag": ["type": "boolean"],
                "port": ["type": "integer"],
                "inner": ["type": "object", "properties": ["depth": ["type": "integer"]], "additionalProperties": false],
            ],
            "required": ["pair", "list", "inner"],
            "additionalProperties": false,
        ]
        #expect(try JSONSchema.describing(Handwritten.self).value == expected)
    }

    @Test("what cannot be derived is refused with advice")
    func refusals() {
        struct Mistaken: Decodable, SelfDescribingArguments {
            var path: String
            static var argumentDescriptions: [String: String] { ["paht": "Where."] }
        }
        expect(Tree.self, .recursive, "arguments.children[0]: Tree contains itself; supply the schema by hand")
        expect(Chain.self, .recursive, "arguments.next.chain[\"*\"]: Chain contains itself; supply the schema by hand")
        expect(
            [String: Unlisted].self,
            .underivable,
            "arguments[\"*\"]: Unlisted does not list what it may be: make it CaseIterable, or supply the schema by hand"
        )
        expect(
            [Email].self,
            .underivable,
            "arguments[0]: Email cannot be made from sample values (no @ in it); supply the schema by hand"
        )
        expect(
            Mistaken.self,
            .underivable,
            "arguments: argumentDescriptions of Mistaken describe \"paht\", which it does not decode"
        )
        expect(
            [Double: Int].self,
            .underivable,
            "arguments: a dictionary with keys of type Double is not an object in JSON; supply the schema by hand"
        )
    }

    @Test("a failure that a type swallows is told nevertheless")
    func swallowed() {
        struct Swallowing: Decodable {
            private enum CodingKeys: String, CodingKey { case email }
            init(from decoder: any Decoder) throws {
                _ = try? decoder.container(keyedBy: CodingKeys.self).decode(Email.self, forKey: .email)
            }
        }
        #expect(throws: JSONSchemaError.self) { try JSONSchema.describing(Swallowing.self) }
    }

    @Test("what satisfies a derived schema decodes")
    func agreement() throws {
        let checker = try JSONSchemaChecker(JSONSchema.describing(Everything.self))
        let text = """
            {"command":"ls","count":-1,"size":0,"ratio":0.5,"isQuiet":true,"mode":"slow","level":5,"limits":{"timeout":1e1,"retries":3},
             "items":[{"path":"a"},{"path":"b","lines":[1,2]}],"env":{"A":"B"},"nullable":null,"tags":["x"],"free":[1],"grid":[[1.5],[]]}
            """
        let value = try JSONValue(parsing: text)
        #expect(checker.check(value).isEmpty)
        #expect(try JSONValueDecoder().decode(Everything.self, from: value).limits.retries == 3)
    }

    private func expect<Value: Decodable>(_ type: Value.Type, _ code: JSONSchemaError.Code, _ description: String) {
        do throws(JSONSchemaError) {
            _ = try JSONSchema.describing(type)
            Issue.record("\(type) has a schema")
        } catch {
            #expect(error.code == code)
            #expect(error.description == description)
        }
    }
}
