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

    static let good: JSONValue = [
        "target": "all", "level": "high", "files": [["path": "a", "lines": [1, 2]]], "isDry": false, "count": 3, "labels": ["x": 1],
        "extra": ["any": [nil]],
    ]

    @Test(
        "that do not fit are named by their path",
        arguments: [
            (["files": [["path": "a", "lines": [1, "x"]]]], "arguments.files[0].lines[1]: must be an integer, is a string"),
            (["target": nil], "arguments.target: must be a string, is null"),
            (["level": "medium"], "arguments.level: must be one of \"low\", \"high\""),
            (["count": -1], "arguments.count: must be at least 0, is -1"),
            (["count": 1.5], "arguments.count: must be an integer, is 1.5"),
            (["targt": 1], "(did you mean 'target'?)"),
            (["labels": ["a b": "x"]], "arguments.labels[\"a b\"]: must be an integer, is a string"),
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
        #expect(error?.message.contains("arguments.target: missing; arguments.level: missing") == true, "\(error?.message ?? "")")
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
