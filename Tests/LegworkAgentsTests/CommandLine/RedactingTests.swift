import LegworkCore
import Testing

@testable import LegworkAgents

@Suite("Keeping keys out of what is shown")
struct RedactingTests {
    private static let redactor = SecretRedactor(["secret-one", "secret-one-longer", "zzzzzzzz", "abc"])

    @Test("of texts and values, the longest key first; very short ones would be found anywhere")
    func values() {
        #expect(Self.redactor.redact("a secret-one-longer b secret-one, abc") == "a [hidden] b [hidden], abc")
        #expect(Self.redactor.redact(["secret-one": ["x secret-one", 1]]) == ["[hidden]": ["x [hidden]", 1]])
    }

    @Test("of a stream, wherever it is cut", arguments: 1...40)
    func streams(size: Int) {
        let text = Array("one secret-one two secret-one-longer zzzzzzzzz secret-on three secret-".utf8)
        var redactor = StreamRedactor(Self.redactor)
        var shown: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: size) { shown += redactor.append(text[start..<min(start + size, text.count)]) }
        shown += redactor.finish()
        let result = String(decoding: shown, as: UTF8.self)
        #expect(result == "one [hidden] two [hidden] [hidden]z secret-on three secret-")
    }
}
