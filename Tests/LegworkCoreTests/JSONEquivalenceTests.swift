import LegworkCore
import Testing

@Suite("JSON values are equivalent when JSON says so")
struct JSONEquivalenceTests {
    @Test(
        "alike",
        arguments: [
            ("1", "1.0"), ("100", "1e2"), ("1.50", "15e-1"), ("0", "-0.0"), ("1e400", "10e399"), ("-1.0", "-1"), ("[1,2.0]", "[1.0,2]"),
            (#"{"a":1,"b":[{"c":1e0}]}"#, #"{"b":[{"c":1}],"a":1.0}"#), (#""\u0061""#, #""a""#),
            ("9223372036854775807", "9223372036854775807.0"),
        ]
    )
    func alike(left: String, right: String) throws {
        let (left, right) = try (JSONValue(parsing: left), JSONValue(parsing: right))
        #expect(left.isEquivalent(to: right) && right.isEquivalent(to: left))
    }

    @Test(
        "different",
        arguments: [
            ("1", "2"), ("1", "1.0000000000000000000000001"), ("9007199254740993", "9007199254740992.0"), ("1", "\"1\""), ("0", "false"),
            ("null", "false"), ("[]", "{}"), ("[1]", "[1,1]"), ("[1,2]", "[2,1]"), (#"{"a":1}"#, #"{"b":1}"#),
            (#"{"a":1}"#, #"{"a":1,"b":1}"#),
            ("1e400", "1e401"), ("-1.0", "1"), ("\"\u{E9}\"", "\"e\u{301}\""), ("9223372036854775808", "9223372036854775807"),
        ]
    )
    func different(left: String, right: String) throws {
        let (left, right) = try (JSONValue(parsing: left), JSONValue(parsing: right))
        #expect(!left.isEquivalent(to: right) && !right.isEquivalent(to: left))
    }

    @Test("equality looks at what was written, but not at the order of members")
    func structural() throws {
        #expect(try JSONValue(parsing: "1.0") != JSONValue(parsing: "1"))
        let (left, right): (JSONValue, JSONValue) = (["a": 1, "b": 2], ["b": 2, "a": 1])
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
    }
}
