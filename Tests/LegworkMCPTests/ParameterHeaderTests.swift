import LegworkCore
import Testing

@testable import LegworkMCP

@Suite("Header fields that repeat a call's arguments")
struct ParameterHeaderTests {
    private static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "region": ["type": "string", "x-mcp-header": "Region"], "count": ["type": "integer", "x-mcp-header": "Count"],
            "dry": ["type": "boolean", "x-mcp-header": "Dry"], "query": ["type": "string"],
            "where": ["type": "object", "properties": ["zone": ["type": "string", "x-mcp-header": "Zone"]]],
        ],
    ]

    private func check(_ arguments: JSONValue, _ fields: [(String, String)], _ schema: JSONValue = schema) -> MCPError? {
        do {
            try MCPParameterHeaders(schema).check(arguments, MCPHTTPHeaders(fields.map { (name: $0.0, value: $0.1) }))
            return nil
        } catch {
            return error
        }
    }

    @Test("are those that the schema marks, however deep")
    func marks() {
        #expect(
            MCPParameterHeaders(Self.schema).fields.map(\.name)
                == ["Mcp-Param-Region", "Mcp-Param-Count", "Mcp-Param-Dry", "Mcp-Param-Zone"]
        )
        #expect(MCPParameterHeaders(Self.schema).fields.last?.path == ["where", "zone"])
    }

    @Test(
        "a mark that is none holds nobody to anything",
        arguments: [
            ["x": ["type": "string", "x-mcp-header": ""]], ["x": ["type": "string", "x-mcp-header": "a b"]],
            ["x": ["type": "string", "x-mcp-header": "a\r\nb"]], ["x": ["type": "array", "x-mcp-header": "X"]],
            ["x": ["x-mcp-header": "X"]],
            ["x": ["type": "array", "items": ["type": "object", "properties": ["y": ["type": "string", "x-mcp-header": "Y"]]]]],
            ["x": ["type": "string", "x-mcp-header": "X"], "y": ["type": "string", "x-mcp-header": "x"]],
        ] as [JSONValue]
    )
    func noMarks(properties: JSONValue) {
        #expect(MCPParameterHeaders(["type": "object", "properties": properties]).fields.isEmpty)
    }

    @Test("agree with the arguments, as they are or in base64, in whatever case their names are written")
    func agree() {
        #expect(
            check(
                ["region": "us-west1", "count": 42, "dry": false],
                [
                    ("mcp-param-region", "us-west1"), ("MCP-PARAM-COUNT", "42.0"), ("Mcp-Param-Dry", "false"),
                ]
            ) == nil
        )
        #expect(check(["region": "Hello, 世界"], [("Mcp-Param-Region", "=?base64?SGVsbG8sIOS4lueVjA==?=")]) == nil)
        #expect(check(["where": ["zone": "a"]], [("Mcp-Param-Zone", "a")]) == nil)
        #expect(check(["region": .null], []) == nil)
        #expect(check([:], []) == nil)
    }

    @Test(
        "are refused when they do not",
        arguments: [
            [], [("Mcp-Param-Region", "US-WEST1")], [("Mcp-Param-Region", "us-west1"), ("Mcp-Param-Region", "us-west1")],
            [("Mcp-Param-Region", "=?base64?SGVsbG8?=")], [("Mcp-Param-Region", "=?base64?SGVs!!!bG8=?=")],
            [("Mcp-Param-Region", "a\u{7}")],
        ] as [[(String, String)]]
    )
    func disagree(fields: [(String, String)]) {
        let error = check(["region": "us-west1"], fields)
        #expect(error?.code == .headerMismatch)
        #expect(error?.httpStatus == 400)
    }

    @Test("are refused when there is nothing to repeat, and a value that is not closed is taken as it is")
    func rest() {
        #expect(check([:], [("Mcp-Param-Region", "x")])?.code == .headerMismatch)
        #expect(check(["region": "=?base64?SGVsbG8="], [("Mcp-Param-Region", "=?base64?SGVsbG8=")]) == nil)
        #expect(check(["count": 41], [("Mcp-Param-Count", "42")])?.code == .headerMismatch)
        // A floating-point number stands for both.
        #expect(check(["count": 9_007_199_254_740_993], [("Mcp-Param-Count", "9007199254740992")])?.code == .headerMismatch)
        #expect(check(["count": 42], [("Mcp-Param-Count", "0x2A")])?.code == .headerMismatch)
    }
}
