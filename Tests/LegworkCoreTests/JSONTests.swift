import LegworkCore
import Testing

@Suite("JSON text")
struct JSONTests {
    @Test(
        "is read and comes out as it went in",
        arguments: [
            "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-0", "1.0", "1.50",
            "1e400", "1E+2", "-0.0e-0", "\"\"", "\"é漢👩‍👩‍👧\"", "\"\\\"\\\\\\n\\u0000\\u001f\"", "[]", "{}", "[1,[2,[3]]]",
            #"{"b":1,"a":{"c":[null,true]},"é":"x"}"#, "123456789012345678901234567890", "\"/\"", "[[],{},[{}]]",
        ]
    )
    func roundTrip(text: String) throws {
        #expect(try JSONValue(parsing: text).json() == text)
        #expect(try JSONValue(parsing: " \t\r\n" + text + " \n").json() == text)
        #expect(try JSONValue(parsing: JSONValue(parsing: text).prettyJSON()).json() == text)
    }

    @Test(
        "is read by its meaning",
        arguments: [
            (#""\u0041\u00e9\ud83d\ude00\/\b\f""#, JSONValue.string("Aé😀/\u{8}\u{C}")), ("[1 , 2]", [1, 2]), ("1", 1), ("1.5", 1.5),
            (#"{"a" : null}"#, ["a": nil]),
        ] as [(String, JSONValue)]
    )
    func meaning(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(
        "that is wrong is refused",
        arguments: [
            "", " ", "nul", "nulll", "True", "[1,]", "[,1]", "[1 2]", "[1", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
            "01", "-",
            "1.", ".5", "1e", "+1", "0x1", "NaN", "Infinity", "1 2", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"", "\"\u{1}\"", "\"\n\"", "{\"a\":1,\"a\":2}", "// c\n1", "[1]]", "{}{}", "\u{FEFF}1", "\u{A0}1",
        ]
    )
    func refused(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        "that is not UTF-8 is refused",
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
            [0x22, 0x5C, 0x6E, 0xF5, 0x22],
        ] as [[UInt8]]
    )
    func notUTF8(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test("says where it is wrong")
    func place() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\n  \"a\": [1, 2}\n}") }
        #expect(error?.description == "line 2, column 13: expected ',' or ']' after an element; found '}'")
        let end = #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,") }
        #expect(end?.description == "line 1, column 4: expected a value; found the end")
    }

    @Test("is bounded in depth, bytes and values")
    func limits() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: deep) }
        let allowed = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        _ = try JSONValue(parsing: allowed)
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[" + allowed + "]") }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,2,3]", limits: JSONLimits(bytes: 6)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,2,3]", limits: JSONLimits(values: 3)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "1", count: 2000)) }
    }

    @Test("with very many keys is read in reasonable steps, and a key that stands twice is found")
    func manyKeys() throws {
        let members = (0..<50_000).map { "\"k\($0)\":\($0)" }
        #expect(try JSONValue(parsing: "{" + members.joined(separator: ",") + "}").object?.count == 50_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: "{" + (members + ["\"k17\":0"]).joined(separator: ",") + "}") }
    }

    @Test("of random values survives the round trip", arguments: 0..<20)
    func random(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let value = JSONValue.random(depth: 4, using: &generator)
            #expect(try JSONValue(parsing: value.jsonBytes()) == value)
            #expect(try JSONValue(parsing: value.prettyJSON()) == value)
        }
    }

    @Test("that was damaged gives a value or an error, never a crash", arguments: 0..<20)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            var bytes = JSONValue.random(depth: 3, using: &generator).jsonBytes()
            for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert("[]{},:\"\\eu-0.".utf8.randomElement(using: &generator) ?? 0, at: index)
                }
            }
            if let value = try? JSONValue(parsing: bytes) { #expect(try JSONValue(parsing: value.jsonBytes()) == value) }
        }
    }

    @Test("of a value that is very deep is printed without running out of stack")
    func deepPrinting() {
        var value: JSONValue = 1
        for _ in 0..<3000 { value = [value] }
        #expect(value.jsonBytes().count == 6001)
    }

    @Test("two objects with the same members in another order are equal")
    func order() throws {
        let (left, right) = (try JSONValue(parsing: #"{"a":1,"b":[2]}"#), try JSONValue(parsing: #"{"b":[2],"a":1}"#))
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left.json() != right.json())
    }
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension JSONValue {
    static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: .null
        case 1: .bool(Bool.random(using: &generator))
        case 2: .integer(Int64.random(in: .min ... .max, using: &generator))
        case 3: JSONValue(Double.random(in: -1e6...1e6, using: &generator))
        case 4, 5: .string(text(using: &generator))
        case 6: .array((0..<Int.random(in: 0..<5, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            .object(
                (0..<Int.random(in: 0..<5, using: &generator)).reduce(into: JSONObject()) { object, index in
                    object[text(using: &generator) + "\(index)"] = random(depth: depth - 1, using: &generator)
                }
            )
        }
    }

    private static func text(using generator: inout SeededGenerator) -> String {
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{0}", "é", "漢", "😀", "/", "\u{7F}", "\u{2028}"]
        return String(
            String.UnicodeScalarView(
                (0..<Int.random(in: 0..<8, using: &generator)).compactMap { _ in scalars.randomElement(using: &generator) }
            )
        )
    }
}
