import LegworkCore
import Testing

private enum Mode: String, Codable, CaseIterable { case fast, slow }
private enum Level: Int, Codable { case low = 1, high = 2 }

private struct File: Codable, Equatable {
    var path: String
    var size: Int?
    var tags: [String: [UInt8]]?
}

private struct Arguments: Codable, Equatable {
    var name: String
    var files: [File]
    var mode: Mode?
    var level: Level?
    var ratio: Double?
    var extra: JSONValue?
    var grid: [[Int8]]?
}

private struct Refusal: Error, CustomStringConvertible { var description: String { "no even numbers" } }
private struct Odd: Decodable, Equatable {
    let value: Int
    init(from decoder: any Decoder) throws {
        value = try decoder.singleValueContainer().decode(Int.self)
        if value.isMultiple(of: 2) { throw Refusal() }
    }
}

private class Base: Codable {
    var a = 1
    init() {}
}

private final class Derived: Base {
    var b = 2
    private enum CodingKeys: String, CodingKey { case b }
    override init() { super.init() }
    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        b = try container.decode(Int.self, forKey: .b)
        try super.init(from: container.superDecoder())
    }
    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(b, forKey: .b)
        try super.encode(to: container.superEncoder())
    }
}

/// Reads and writes by hand with nested containers of both kinds.
private struct Point: Codable, Equatable {
    var x: Int
    var y: Int
    var label: String?
    private enum CodingKeys: String, CodingKey { case position, meta }
    private enum MetaKeys: String, CodingKey { case label }

    init(x: Int, y: Int, label: String?) { (self.x, self.y, self.label) = (x, y, label) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var position = try container.nestedUnkeyedContainer(forKey: .position)
        x = try position.decode(Int.self)
        y = try position.decode(Int.self)
        if !position.isAtEnd { throw DecodingError.dataCorruptedError(in: position, debugDescription: "expected two numbers") }
        label = try container.nestedContainer(keyedBy: MetaKeys.self, forKey: .meta).decodeIfPresent(String.self, forKey: .label)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var position = container.nestedUnkeyedContainer(forKey: .position)
        var meta = container.nestedContainer(keyedBy: MetaKeys.self, forKey: .meta)
        try position.encode(x)
        try meta.encodeIfPresent(label, forKey: .label)
        try position.encode(y)
    }
}

private func refusal<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> String? {
    let value = try JSONValue(parsing: text)
    do throws(JSONDecodingError) {
        _ = try JSONValueDecoder().decode(type, from: value)
        return nil
    } catch {
        #expect(error.description == "\(error.path): \(error.message)")
        return error.description
    }
}

private func decoded<Value: Decodable>(_ type: Value.Type = Value.self, _ text: String) throws -> Value {
    try JSONValueDecoder().decode(type, from: JSONValue(parsing: text))
}

@Suite("Decoding a JSON value into a Swift type")
struct JSONDecodingTests {
    @Test("reads structs, arrays, dictionaries, enumerations, optionals and free JSON")
    func rich() throws {
        let text = """
            {"name": "n", "files": [{"path": "a", "size": 1e1}, {"path": "b", "size": null, "tags": {"x": [0, 255]}}], "mode": "slow",
             "level": 2, "ratio": 1, "extra": {"z": 1.50, "a": [null]}, "grid": [[1], [], [-128, 127.0]], "ignored": true}
            """
        let expected = Arguments(
            name: "n",
            files: [File(path: "a", size: 10), File(path: "b", tags: ["x": [0, 255]])],
            mode: .slow,
            level: .high,
            ratio: 1,
            extra: try JSONValue(parsing: #"{"z": 1.50, "a": [null]}"#),
            grid: [[1], [], [-128, 127]]
        )
        let arguments = try decoded(Arguments.self, text)
        #expect(arguments == expected)
        #expect(arguments.extra?.json() == #"{"z":1.50,"a":[null]}"#)
    }

    @Test("reads scalars at the top, and containers of everything")
    func scalars() throws {
        #expect(try decoded(Int.self, "5") == 5)
        #expect(try decoded(Int?.self, "null") == nil)
        #expect(try decoded([Int?].self, "[1,null]") == [1, nil])
        #expect(try decoded(Set<String>.self, #"["a","b","a"]"#) == ["a", "b"])
        #expect(try decoded([Int: Bool].self, #"{"1":true}"#) == [1: true])
        #expect(try decoded(UInt64.self, "18446744073709551615") == .max)
        #expect(try decoded(Int128.self, "170141183460469231731687303715884105727") == .max)
        #expect(try decoded(Int64.self, "-9223372036854775808.0") == .min)
        #expect(try decoded(Int.self, "9007199254740993.0") == 9_007_199_254_740_993, "beyond what a double could tell apart")
        #expect(try decoded(Float.self, "0.1") == 0.1)
        #expect(try decoded(Double.self, "123456789012345678901234567890") == 123456789012345678901234567890.0)
        #expect(try decoded(JSONValue.self, "1.00") == JSONValue(parsing: "1.00"))
        #expect(try decoded(JSONObject.self, #"{"b":1,"a":2}"#).keys == ["b", "a"])
        #expect(try decoded([Mode: Int].self, #"["fast",1]"#) == [.fast: 1])
        #expect(try decoded(Odd.self, "3").value == 3)
        #expect(try decoded(Duration.self, "[1,5]").components.seconds > 0)
    }

    @Test("reads large objects by name")
    func large() throws {
        let names = (0..<500).map { "k\($0)" }
        let text = "{" + names.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        let dictionary = try decoded([String: String].self, text)
        #expect(dictionary.count == 500)
        #expect(dictionary.allSatisfy { $0.key == $0.value })
    }

    @Test("reads what was written by hand with nested containers and superclasses")
    func nested() throws {
        #expect(try decoded(Point.self, #"{"position":[1,2],"meta":{"label":"p"}}"#) == Point(x: 1, y: 2, label: "p"))
        let derived = try decoded(Derived.self, #"{"b":7,"super":{"a":8}}"#)
        #expect(derived.a == 8 && derived.b == 7)
    }

    @Test(
        "names the path and what was found",
        arguments: [
            (#"{}"#, "arguments.name: missing"), ("[]", "arguments: expected an object, found an array"),
            ("null", "arguments: expected an object, found null"), (#"{"name":1}"#, "arguments.name: expected a string, found an integer"),
            (#"{"name":null}"#, "arguments.name: expected a string, found null"), (#"{"name":"n"}"#, "arguments.files: missing"),
            (#"{"name":"n","files":{}}"#, "arguments.files: expected an array, found an object"),
            (
                #"{"name":"n","files":[{"path":"a"},{"path":"b"},{"path":5}]}"#,
                "arguments.files[2].path: expected a string, found an integer"
            ),
            (#"{"name":"n","files":[{"path":"a"},{}]}"#, "arguments.files[1].path: missing"),
            (#"{"name":"n","files":[true]}"#, "arguments.files[0]: expected an object, found a boolean"),
            (#"{"name":"n","files":[{"path":"a","size":1.5}]}"#, "arguments.files[0].size: expected an integer, found 1.5"),
            (#"{"name":"n","files":[{"path":"a","size":"1"}]}"#, "arguments.files[0].size: expected an integer, found a string"),
            (
                #"{"name":"n","files":[{"path":"a","tags":{"two words":[1,256]}}]}"#,
                #"arguments.files[0].tags["two words"][1]: expected an integer from 0 to 255, found 256"#
            ),
            (
                #"{"name":"n","files":[],"grid":[[],[1,-129]]}"#,
                "arguments.grid[1][1]: expected an integer from -128 to 127, found -129"
            ),
            (#"{"name":"n","files":[],"mode":"fats"}"#, #"arguments.mode: expected one of "fast", "slow"; found "fats""#),
            (#"{"name":"n","files":[],"mode":1}"#, "arguments.mode: expected a string, found an integer"),
            (#"{"name":"n","files":[],"ratio":1e999}"#, "arguments.ratio: expected a number in the range of Double, found 1e999"),
            (#"{"name":"n","files":[],"ratio":"1"}"#, "arguments.ratio: expected a number, found a string"),
        ]
    )
    func paths(text: String, expected: String) throws {
        #expect(try refusal(Arguments.self, text) == expected)
    }

    @Test("names the path of errors that a type throws itself")
    func ownErrors() throws {
        #expect(try refusal([String: [Odd]].self, #"{"a":[1,2]}"#) == "arguments.a[1]: no even numbers")
        #expect(try refusal(Odd.self, "2") == "arguments: no even numbers")
        #expect(try refusal(Point.self, #"{"position":[1,2,3],"meta":{}}"#) == "arguments.position[2]: expected two numbers")
        #expect(try refusal(Point.self, #"{"position":[1],"meta":{}}"#) == "arguments.position[1]: missing; the array has 1 elements")
        #expect(try refusal([Level].self, "[1,3]")?.hasPrefix("arguments[1]: ") == true)
        #expect(throws: JSONDecodingError.self) { try JSONValueDecoder(root: "result").decode(Int.self, from: "x") }
    }

    @Test(
        "exact integers, or an error",
        arguments: ["1.5", "1e-1", "1e400", "9223372036854775808", "-9223372036854775809", "\"1\"", "true"]
    )
    func inexact(text: String) throws {
        #expect(try refusal(Int.self, text) != nil)
        #expect(try JSONValue(parsing: text).int == nil)
    }

    @Test(
        "whole numbers in any spelling",
        arguments: [("1.0", 1), ("1e3", 1_000), ("10e-1", 1), ("-0", 0), ("-0.0", 0), ("0e99999999999999999999", 0), ("-1.20e1", -12)]
    )
    func whole(text: String, expected: Int) throws {
        #expect(try decoded(Int.self, text) == expected)
        #expect(try JSONValue(parsing: text).int == expected)
    }
}

@Suite("Encoding a Swift value as JSON")
struct JSONEncodingTests {
    private func json<Value: Encodable>(_ value: Value) throws -> String { try JSONValueEncoder().encode(value).json() }

    @Test("keeps the order of members, leaves out nil and sorts dictionaries")
    func rich() throws {
        let arguments = Arguments(
            name: "n",
            files: [File(path: "a", size: 1, tags: ["z": [1], "a": [2], "m": []])],
            mode: .fast,
            extra: ["q": 1.5, "b": [nil]],
            grid: [[]]
        )
        let text =
            #"{"name":"n","files":[{"path":"a","size":1,"tags":{"a":[2],"m":[],"z":[1]}}],"mode":"fast","extra":{"q":1.5,"b":[null]},"grid":[[]]}"#
        #expect(try json(arguments) == text)
        #expect(try decoded(Arguments.self, text) == arguments)
    }

    @Test("scalars and odd types")
    func scalars() throws {
        #expect(try json(1) == "1")
        #expect(try json(UInt64.max) == "18446744073709551615")
        #expect(try json(Int8(-1)) == "-1")
        #expect(try json(Float(0.1)) == "0.1")
        #expect(try json(3.0) == "3")
        #expect(try json(-0.0) == "-0.0")
        #expect(try json(1e300) == "1e+300")
        #expect(try json(Int?.none) == "null")
        #expect(try json([1, nil]) == "[1,null]")
        #expect(try json(["a": Int?.none]) == #"{"a":null}"#)
        #expect(try json([2: "b"]) == #"{"2":"b"}"#)
        #expect(try json(Mode.slow) == "\"slow\"")
        #expect(try json(JSONValue.object(["b": 1, "a": 2])) == #"{"b":1,"a":2}"#)
        #expect(try json(["x": JSONValue(parsing: "1.00")]) == #"{"x":1.00}"#)
    }

    @Test("nested containers may be filled in turns, superclasses have their place")
    func nested() throws {
        #expect(try json(Point(x: 1, y: 2, label: "p")) == #"{"position":[1,2],"meta":{"label":"p"}}"#)
        #expect(try json(Derived()) == #"{"b":2,"super":{"a":1}}"#)
    }

    @Test("names the path of what JSON cannot say", arguments: [Double.infinity, -.infinity, .nan])
    func refusals(number: Double) {
        #expect {
            _ = try JSONValueEncoder(root: "result").encode(["samples": [[1, number]]])
        } throws: { error in
            guard let error = error as? JSONEncodingError else { return false }
            return error.path == "result.samples[0][1]" && error.message.hasPrefix("expected a finite number, found ")
        }
    }

    @Test("random JSON passes through Codable unchanged", arguments: 0..<10 as Range<UInt64>)
    func passage(seed: UInt64) throws {
        struct Box: Codable { var value: [String: JSONValue] }
        var documents = JSONRandomDocuments(generator: SeededGenerator(seed: seed &+ 77))
        for _ in 0..<20 {
            let value = documents.value(depth: 4)
            let encoded = try JSONValueEncoder().encode(Box(value: ["v": value]))
            let box = try JSONValueDecoder().decode(Box.self, from: JSONValue(parsing: encoded.jsonBytes()))
            #expect(box.value["v"]?.jsonBytes() == value.jsonBytes())
        }
    }
}
