import LegworkCore
import Testing

@Suite("Secrets in what others may read")
struct SecretRedactorTests {
    private let redactor = SecretRedactor(["hunter2", "hunter2hunter2", "short"])

    @Test("are hidden, the longer ones first, also where the next character joins them")
    func hidden() {
        #expect(redactor.redact("a hunter2hunter2 b hunter2 c") == "a [hidden] b [hidden] c")
        #expect(redactor.redact("hunter2") == "[hidden]")
        #expect(redactor.redact("é short") == "é short")
        for mark in ["\u{301}", "\u{200D}x", "\u{FE0F}"] {
            #expect(!redactor.redact("no: hunter2\(mark) \u{301}hunter2\(mark)").utf8.contains("hunter2".utf8))
        }
    }

    @Test("are not in what the redactor says of itself")
    func discreet() {
        #expect(!"\(redactor) \(String(reflecting: redactor)) \(String(reflecting: [redactor]))".contains("hunter2"))
    }
}
