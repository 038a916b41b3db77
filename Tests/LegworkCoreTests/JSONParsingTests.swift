import LegworkCore
import Testing

@Suite("JSON parsing accepts what RFC 8259 allows")
struct JSONParsingAcceptTests {
    @Test(
        "scalars and containers",
        arguments: [
            ("null", JSONValue.null), ("true", true), ("false", false), ("0", 0), ("7", 7), ("-1", -1), ("\"\"", ""), ("[]", []),
            ("{}", [:]), (" \t\r\n1 \t\r\n", 1), ("[1,2,3]", [1, 2, 3]), ("[ 1 , [ ] , { } ]", [1, [], [:]]),
            ("{\"a\":1,\"b\":[null]}", ["a": 1, "b": [nil]]), ("{ \"a\" : { \"a\" : 1 } }", ["a": ["a": 1]]),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("1000000000000000000", .integer(1_000_000_000_000_000_000)), ("{\"\":0}", ["": 0]),
        ] as [(String, JSONValue)]
    )
    func values(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(
        "numbers that are no 64-bit integers keep their text",
        arguments: [
            "-0", "0.0", "-0.0", "1.0", "1.50", "0.1", "-12.5e10", "1e2", "1E2", "1e+2", "1e-2", "0e0", "0E+00", "1e400",
            "9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999999999999",
            "20000000000000000000", "3.141592653589793238462643383279",
        ]
    )
    func lexemes(text: String) throws {
        let value = try JSONValue(parsing: text)
        guard case .number(let number) = value else {
            Issue.record("\(text) is \(value.typeName)")
            return
        }
        #expect(number.lexeme == text)
        #expect(value.json() == text)
    }

    @Test(
        "strings",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u00E9""#, "Aéé"), (#""\u0000""#, "\0"),
            (#""\ud83d\ude00""#, "😀"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\uD800\uDC00x""#, "\u{10000}x"),
            ("\"é ü 漢 😀\"", "é ü 漢 😀"), (#""\u2028""#, "\u{2028}"), ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
            (#""\uFFFF\uFEFF""#, "\u{FFFF}\u{FEFF}"), (#""seven77\n""#, "seven77\n"), (#""eight888\n""#, "eight888\n"),
            (#""a\u0062c\\u0064""#, "abc\\u0064"), (#""é\né""#, "é\né"), (#""//""#, "//"),
        ]
    )
    func strings(text: String, expected: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(value.string.map { Array($0.unicodeScalars) } == Array(expected.unicodeScalars))
    }

    @Test("a quote is found at every place of a word", arguments: 0..<40)
    func runLengths(length: Int) throws {
        for unit in ["a", "é", "漢", "😀"] {
            let text = String(repeating: unit, count: length)
            #expect(try JSONValue(parsing: "\"\(text)\"").string == text)
            #expect(try JSONValue(parsing: "\"\(text)\\n\(text)\"").string == text + "\n" + text)
        }
    }

    @Test("the order of members is kept")
    func order() throws {
        let names = (0..<100).map { "m\($0 * 7919 % 100)" }
        let text = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        #expect(try JSONValue(parsing: text).object?.keys == names)
    }

    @Test("every kind of byte collection is read alike")
    func collections() throws {
        let text = "[1,\"two\",{\"three\":3}]"
        let expected: JSONValue = [1, "two", ["three": 3]]
        #expect(try JSONValue(parsing: Array(text.utf8)) == expected)
        #expect(try JSONValue(parsing: Array("xx\(text)".utf8)[2...]) == expected)
        #expect(try JSONValue(parsing: "xx\(text)".dropFirst(2)) == expected)
        #expect(try JSONValue(parsing: Array(text.utf8).reversed().reversed()) == expected)
        #expect(try JSONValue(parsing: ContiguousArray(text.utf8).span) == expected)
    }
}

@Suite("JSON parsing refuses everything else")
struct JSONParsingRejectTests {
    @Test(
        "grammar",
        arguments: [
            ("", JSONError.Code.unexpectedEnd), ("   ", .unexpectedEnd), ("nul", .syntax), ("nulL", .syntax), ("True", .syntax),
            ("tru", .syntax), ("truex", .syntax), ("NaN", .syntax), ("Infinity", .syntax), ("-Infinity", .invalidNumber),
            ("'a'", .syntax), ("[", .unexpectedEnd), ("[1", .unexpectedEnd), ("[1,", .unexpectedEnd), ("[1,]", .syntax),
            ("[,]", .syntax), ("[,1]", .syntax), ("[1,,2]", .syntax), ("[1 2]", .syntax), ("[1}", .syntax), ("]", .syntax),
            ("{", .unexpectedEnd), ("{\"a\"", .unexpectedEnd), ("{\"a\":", .unexpectedEnd), ("{\"a\":1", .unexpectedEnd),
            ("{\"a\":1,", .unexpectedEnd), ("{\"a\":1,}", .syntax), ("{,}", .syntax), ("{a:1}", .syntax), ("{1:1}", .syntax),
            ("{\"a\" 1}", .syntax), ("{\"a\":}", .syntax), ("{\"a\":1]", .syntax), ("{\"a\":1 \"b\":2}", .syntax),
            ("{\"a\":1,b}", .syntax), ("}", .syntax), ("1 2", .syntax), ("{}x", .syntax), ("[]]", .syntax), ("// c\n1", .syntax),
            ("[1/*c*/]", .syntax), ("1\u{0}", .syntax), ("\u{A0}1", .syntax), ("\u{B}1", .syntax), ("\u{C}1", .syntax),
            ("\u{FEFF}1", .syntax), (",", .syntax), (":", .syntax),
        ]
    )
    func grammar(text: String, code: JSONError.Code) {
        #expect(refusal(Array(text.utf8))?.code == code)
    }

    @Test(
        "numbers",
        arguments: [
            "-", "+1", "01", "-01", "00", "1.", ".5", "-.5", "1.e1", "1e", "1e+", "1E-", "1.5e", "--1", "1-", "0x1", "1_000", "1e1.5",
            "- 1", "٣",
        ]
    )
    func numbers(text: String) {
        #expect(refusal(Array(text.utf8)) != nil)
        #expect(refusal(Array("[\(text)]".utf8)) != nil)
    }

    @Test(
        "strings",
        arguments: [
            (#"""#, JSONError.Code.unexpectedEnd), (#""a"#, .unexpectedEnd), (#""a\"#, .unexpectedEnd), (#""\""#, .unexpectedEnd),
            ("\"\u{1}\"", .invalidString), ("\"a\nb\"", .invalidString), ("\"a\tb\"", .invalidString), ("\"\u{0}\"", .invalidString),
            ("\"12345678\u{1F}\"", .invalidString), (#""\x41""#, .invalidString), (#""\'""#, .invalidString),
            (#""\U0041""#, .invalidString),
            (#""\u004""#, .invalidString), (#""\u00G0""#, .invalidString), (#""\u"#, .unexpectedEnd), (#""\u+041""#, .invalidString),
            (#""\ud800""#, .invalidString), (#""\udc00""#, .invalidString), (#""\ud800x""#, .invalidString),
            (#""\ud800\n""#, .invalidString), (#""\ud800\u0041""#, .invalidString), (#""\ud800\ud800""#, .invalidString),
            (#""\udc00\ud800""#, .invalidString), (#""\ud800\u"#, .unexpectedEnd),
        ]
    )
    func strings(text: String, code: JSONError.Code) {
        #expect(refusal(Array(text.utf8))?.code == code)
    }

    @Test(
        "bytes that are no UTF-8",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE9], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]]
    )
    func encoding(bad: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        for prefix in ["", "abc", "0123456789", "é", "\\n"] {
            for suffix in ["", "abcdefghijk", "é", "\\n"] {
                let text = [quote] + Array(prefix.utf8) + bad + Array(suffix.utf8) + [quote]
                let error = refusal(text)
                #expect(error?.code == .invalidUTF8)
                #expect(error.map { $0.byteOffset >= 1 + prefix.utf8.count } ?? false)
            }
        }
        #expect(refusal([quote] + bad) != nil, "also when the text ends inside the string")
        #expect(refusal(bad)?.code == .syntax, "outside a string")
    }

    @Test("an object that names a member twice")
    func duplicates() {
        #expect(refusal(#"{"a":1,"a":1}"#)?.code == .duplicateKey)
        #expect(refusal(#"{"a":1,"\u0061":1}"#)?.code == .duplicateKey)
        #expect(refusal(#"{"":1,"":1}"#)?.code == .duplicateKey)
        #expect(refusal(#"[{"x":{"b":1,"c":2,"b":3}}]"#)?.code == .duplicateKey)
        #expect(refusal("{\"\u{E9}\":1,\"e\u{301}\":1}")?.code == .duplicateKey, "one name in two spellings")
        #expect(refusal("{\"\u{212A}\":1,\"K\":1}")?.code == .duplicateKey, "the Kelvin sign is K")
        #expect(refusal("{\"K\":1,\"\u{212A}\":1}")?.code == .duplicateKey)
        #expect(refusal(#"{"a":{"a":1},"b":{"a":1}}"#) == nil)
        let error = refusal("{\"a\":1,\n  \"bad name\":2, \"bad name\":3}")
        #expect(error?.message == "line 2, column 17: expected each member once; found \"bad name\" again")
    }

    @Test("duplicates are found among few and many members", arguments: [2, 3, 15, 16, 17, 18, 40, 5_000])
    func duplicatesAmongMany(count: Int) throws {
        let names = (0..<count).map { "\"key\($0)\":\($0)" }
        #expect(try JSONValue(parsing: "{" + names.joined(separator: ",") + "}").object?.count == count)
        for again in [0, count / 2, count - 1] {
            let text = "{" + (names + ["\"key\(again)\":0"]).joined(separator: ",") + "}"
            #expect(refusal(text)?.code == .duplicateKey)
        }
    }

    @Test(
        "the message names place, expectation and finding",
        arguments: [
            ("{\n  \"a\": [1],\n  \"b\": {\"c\":1]", "line 3, column 14: expected ',' or '}' after a member; found ']'"),
            ("", "line 1, column 1: expected a value; found the end of the text"),
            ("[1 2]", "line 1, column 4: expected ',' or ']' after an element; found '2'"),
            ("[1,]", "line 1, column 4: expected an element after ','; found ']' (JSON allows no trailing comma)"),
            ("{\"é\" 1}", "line 1, column 6: expected ':' after a member's name; found '1'"),
            ("01", "line 1, column 2: expected no digit after a leading 0; found '1'"),
            ("\"\u{7}\"", "line 1, column 2: expected control characters to be escaped in a string; found byte 0x07"),
            ("1\r\n\r\nx", "line 3, column 1: expected nothing after the value; found 'x'"),
            ("\"ab\\ud800!\"", "line 1, column 4: expected a whole surrogate pair; found half of one"),
        ]
    )
    func messages(text: String, message: String) {
        #expect(refusal(text)?.message == message)
        #expect(refusal(text)?.description == message)
    }
}

@Suite("JSON parsing keeps its limits")
struct JSONParsingLimitTests {
    @Test("depth, at the limit and above it", arguments: [1, 5, 128, 1_000])
    func depth(limit: Int) throws {
        let limits = JSONLimits(depth: limit)
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let fits = String(repeating: open, count: limit) + "1" + String(repeating: close, count: limit)
            #expect(throws: Never.self) { try JSONValue(parsing: fits, limits: limits) }
            let exceeds = open + fits + close
            #expect(refusal(exceeds, limits)?.code == .limitExceeded)
        }
    }

    @Test("a depth bomb is refused, whatever depth is asked for", arguments: ["[", "{\"a\":", "[{\"a\":"])
    func bomb(unit: String) {
        let text = String(repeating: unit, count: 1_000_000)
        #expect(refusal(text)?.code == .limitExceeded)
        #expect(refusal(text, JSONLimits(depth: .max))?.code == .limitExceeded)
        #expect(refusal("[]", JSONLimits(depth: 0))?.code == .limitExceeded)
    }

    @Test("bytes, values and the length of numbers")
    func sizes() throws {
        #expect(refusal("[1,2]", JSONLimits(bytes: 4))?.message == "line 1, column 1: expected at most 4 bytes; found 5")
        #expect(try JSONValue(parsing: "[1,2]", limits: JSONLimits(bytes: 5)) == [1, 2])
        #expect(refusal("[1,2]", JSONLimits(values: 2))?.code == .limitExceeded)
        #expect(try JSONValue(parsing: "[1,2]", limits: JSONLimits(values: 3)) == [1, 2])
        #expect(refusal("{\"a\":[1],\"b\":2}", JSONLimits(values: 3))?.code == .limitExceeded)
        let digits = String(repeating: "9", count: 1_000)
        #expect(throws: Never.self) { try JSONValue(parsing: digits) }
        #expect(refusal(digits + "9")?.code == .limitExceeded)
        #expect(refusal("0." + digits)?.code == .limitExceeded)
        #expect(refusal("1e" + digits)?.code == .limitExceeded)
    }
}

private func refusal(_ bytes: [UInt8], _ limits: JSONLimits = .default) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONValue(parsing: bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

private func refusal(_ text: String, _ limits: JSONLimits = .default) -> JSONError? {
    refusal(Array(text.utf8), limits)
}
