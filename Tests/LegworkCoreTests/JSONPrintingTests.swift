import LegworkCore
import Testing

@Suite("JSON printing")
struct JSONPrintingTests {
    @Test(
        "is compact and escapes only what it must",
        arguments: [
            (JSONValue.null, "null"), (true, "true"), (false, "false"), (0, "0"), (9, "9"), (10, "10"), (-1, "-1"),
            (.integer(.max), "9223372036854775807"), (.integer(.min), "-9223372036854775808"), (1.5, "1.5"), (1e300, "1e+300"),
            (-0.0, "-0.0"), (.init(Double.nan), "null"), (.init(3.0), "3"), ("", "\"\""), ([], "[]"), ([:], "{}"), ([[], [:]], "[[],{}]"),
            (["a": 1, "b": [1, 2, ["c": nil]], "d": "x"], "{\"a\":1,\"b\":[1,2,{\"c\":null}],\"d\":\"x\"}"),
            ("a\"b\\c/d", "\"a\\\"b\\\\c/d\""), ("\u{8}\t\n\u{C}\r", "\"\\b\\t\\n\\f\\r\""),
            ("\u{0}\u{1}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u001f\u{7F}\""), ("é😀\u{2028}", "\"é😀\u{2028}\""),
            ("12345678\"12345678\n1", "\"12345678\\\"12345678\\n1\""), (["\n": 1], "{\"\\n\":1}"),
        ] as [(JSONValue, String)]
    )
    func compact(value: JSONValue, expected: String) {
        #expect(value.json() == expected)
        #expect(value.jsonBytes() == Array(expected.utf8))
        #expect(value.description == expected)
    }

    @Test("is readable when asked")
    func pretty() {
        let value: JSONValue = ["b": [1, [], [:], ["x": true]], "a": "y", "e": [[2]]]
        let expected = """
            {
              "b": [
                1,
                [],
                {},
                {
                  "x": true
                }
              ],
              "a": "y",
              "e": [
                [
                  2
                ]
              ]
            }
            """
        #expect(value.prettyJSON() == expected)
        #expect(JSONValue.array([]).prettyJSON() == "[]")
        #expect(value.prettyJSON(sortedKeys: true).hasPrefix("{\n  \"a\": \"y\",\n  \"b\": ["))
    }

    @Test("sorts members at every level when asked, by UTF-16 code units")
    func sorted() {
        let value: JSONValue = ["b": ["z": 1, "y": [["d": 1, "c": 2]]], "a": 0, "": 1, "\u{FB33}": 2, "😀": 3]
        #expect(value.json(.sortedKeys) == "{\"\":1,\"a\":0,\"b\":{\"y\":[{\"c\":2,\"d\":1}],\"z\":1},\"😀\":3,\"\u{FB33}\":2}")
    }

    @Test("does not overflow the stack on a value ten thousand deep")
    func deep() {
        var value: JSONValue = 1
        for level in 0..<10_000 { value = level.isMultiple(of: 2) ? [value] : ["a": value] }
        #expect(value.jsonBytes().count == 1 + 5_000 * 2 + 5_000 * 6)
        #expect(value.json(.sortedKeys) == value.json())
        // A line for each opening and closing bracket and the 1 within, of at most two hundred spaces and six characters.
        #expect((20_001 * 200..<20_001 * 207).contains(value.prettyJSON().utf8.count + 2 * 2 * (1...100).reduce(0, +)))
    }

    @Test("gives back what was parsed, byte for byte, when nothing needs rewriting")
    func identity() throws {
        let text = #"{"z":1.0,"a":[1e5,-0,0.10,123456789012345678901234567890],"é":"\u0001\"\\","m":{"y":{},"x":[]}}"#
        #expect(try JSONValue(parsing: text).json() == text)
    }
}

@Suite("JSON round trips")
struct JSONRoundTripTests {
    @Test("random values survive printing and parsing, with lexemes and order", arguments: 0..<40 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var documents = JSONRandomDocuments(generator: SeededGenerator(seed: seed))
        for _ in 0..<25 {
            let value = documents.value(depth: 5)
            for options in [[], .pretty, [.pretty, .sortedKeys]] as [JSONPrintingOptions] {
                #expect(try JSONValue(parsing: value.jsonBytes(options)) == value)
            }
            // Equality forgives the order of members; the text does not.
            #expect(try JSONValue(parsing: value.jsonBytes(.pretty)).jsonBytes() == value.jsonBytes())
            let once = value.jsonBytes(.sortedKeys)
            #expect(try JSONValue(parsing: once).jsonBytes() == once)
        }
    }

    @Test("mutated documents give a value or an error, and a value prints and parses again", arguments: 0..<20 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var documents = JSONRandomDocuments(generator: SeededGenerator(seed: seed &+ 1_000))
        var accepted = 0
        var refused = 0
        var original = documents.value(depth: 4).jsonBytes()
        for round in 0..<1_000 {
            if round.isMultiple(of: 20) { original = documents.value(depth: 4).jsonBytes(round.isMultiple(of: 40) ? .pretty : []) }
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &documents.generator) { mutate(&bytes, &documents.generator) }
            do throws(JSONError) {
                let value = try JSONValue(parsing: bytes)
                #expect(try JSONValue(parsing: value.jsonBytes()) == value)
                accepted += 1
            } catch {
                #expect((0...bytes.count).contains(error.byteOffset) && error.line >= 1 && error.column >= 1)
                refused += 1
            }
        }
        #expect(accepted + refused == 1_000)
        #expect(accepted > 0 && refused > 0)
    }

    private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        let telling = Array("{}[]\",:\\u-+.eE0129tfn \n\u{0}\u{1F}é".utf8) + [0x80, 0xC0, 0xED, 0xF5, 0xFF]
        let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &generator)
        let isTelling = Bool.random(using: &generator)
        let byte = (isTelling ? telling.randomElement(using: &generator) : nil) ?? UInt8.random(in: 0...255, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes.insert(byte, at: place)
        case 1: if !bytes.isEmpty { bytes[place] = byte }
        case 2: if !bytes.isEmpty { bytes.remove(at: place) }
        case 3: bytes.removeSubrange(place...)
        default:
            let end = min(bytes.count, place + 8)
            bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        }
    }
}
