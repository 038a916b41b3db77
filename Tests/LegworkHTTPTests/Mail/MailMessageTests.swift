import LegworkCore
import LegworkHTTP
import Testing

@Suite("A message of mail")
struct MailMessageTests {
    private func encoded(_ text: String, subject: String = "x", from: String = "a@example.org") throws -> String {
        let address = try #require(MailAddress(from))
        let message = MailMessage(
            from: address,
            to: [address],
            subject: subject,
            text: text,
            date: Timestamp(milliseconds: 1_774_000_000_000),
            id: "x"
        )
        return String(decoding: message.encoded(), as: UTF8.self)
    }

    @Test(
        "goes to addresses that hold nothing else",
        arguments: [
            ("ann@example.org", "ann@example.org", nil), ("Ann Example <ann@example.org>", "ann@example.org", "Ann Example"),
            ("\"Ann, Example\" <ann@example.org>", "ann@example.org", "Ann, Example"), ("<a.b+c@x-y.example>", "a.b+c@x-y.example", nil),
            ("root@localhost", "root@localhost", nil), ("Änne <ann@example.org>", "ann@example.org", "Änne"),
        ] as [(String, String, String?)]
    )
    func addresses(_ text: String, _ address: String, _ name: String?) throws {
        let read = try #require(MailAddress(text))
        #expect(read.description == address)
        #expect(read.name == name)
    }

    @Test(
        "goes to nothing else",
        arguments: [
            "", "ann", "@example.org", "ann@", "a@b@c", "a b@example.org", "ann@exa mple.org", "ann@-example.org", "ann@example..org",
            ".ann@example.org", "ann.@example.org", "ann@example.org\r\nBcc: x@y", "Ann\r\nBcc: x@y <ann@example.org>",
            "Ann\u{0} <ann@example.org>", "ann@ex\u{e4}mple.org", "ann@example.org>", "<ann@example.org", "ann@[127.0.0.1]",
            "ann(x)@example.org", String(repeating: "a", count: 65) + "@example.org",
            "a@" + String(repeating: "b.", count: 130) + "org",
        ]
    )
    func noAddresses(_ text: String) { #expect(MailAddress(text) == nil) }

    @Test("is ASCII in short lines with CRLF, whatever is in it")
    func lines() throws {
        let texts = [
            "", "\n", "plain", String(repeating: "x", count: 5000), String(repeating: "漢", count: 5000), "a \nb\t\n c\r\nd\re",
            String(repeating: "=", count: 200), "From me\n.\n..\n", "\u{0}\u{1}\u{7F}\u{85}\u{2028}",
            String(repeating: "a ", count: 500) + "\n" + String(repeating: "ü", count: 100),
        ]
        for text in texts {
            for subject in [text, "Re: \(text)"] {
                let message = try encoded(text, subject: subject, from: "\"Ünsal, \(String(repeating: "x", count: 100))\" <a@example.org>")
                #expect(message.utf8.allSatisfy { $0 == 0x0D || $0 == 0x0A || (0x20...0x7E).contains($0) })
                let lines = message.split(separator: "\r\n", omittingEmptySubsequences: false)
                #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.hasSuffix(" ") && !$0.contains("\n") && !$0.contains("\r") })
                #expect(lines.last == "")
                #expect(lines.count { $0.hasPrefix("Subject:") } == 1)
            }
        }
    }

    @Test(
        "has its text in quoted-printable",
        arguments: [
            ("a=b\n", "a=3Db\r\n"), ("end \nnext\t", "end=20\r\nnext=09\r\n"), ("a\rb\r\nc", "a\r\nb\r\nc\r\n"),
            ("From\n.x", "=46rom\r\n=2Ex\r\n"),
            (String(repeating: "x", count: 76), String(repeating: "x", count: 76) + "\r\n"),
            (String(repeating: "x", count: 77), String(repeating: "x", count: 75) + "=\r\nxx\r\n"),
            ("ab\u{e9}\n\ncd", "ab=C3=A9\r\n\r\ncd\r\n"),
        ]
    )
    func quotedPrintable(_ text: String, _ expected: String) throws {
        let message = try encoded(text)
        let body = try #require(message.firstRange(of: "\r\n\r\n"))
        #expect(message[body.upperBound...] == expected)
    }

    @Test("shows no password with its login")
    func login() throws {
        let login = try #require(MailLogin(user: "ann", password: "hunter2"))
        let server = MailServer(host: "mail.example.org", login: login)
        for text in ["\(login)", String(reflecting: login), "\(server)", String(reflecting: server)] { #expect(!text.contains("hunter2")) }
        #expect(MailLogin(user: "", password: "x") == nil && MailLogin(user: "x", password: "a\u{0}") == nil)
    }
}
