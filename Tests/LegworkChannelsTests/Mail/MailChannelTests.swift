import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import LegworkTestKit
import Testing

@Suite("Mail about tasks")
struct MailChannelTests {
    private let server: SMTPResponder
    private let loop: EventLoop

    init() throws {
        server = try SMTPResponder()
        loop = try EventLoop(name: "test")
    }

    private func channel(
        to recipients: [String] = ["Ann <ann@example.org>"],
        _ change: (inout MailServer) -> Void = { _ in }
    ) throws -> MailChannel {
        try MailSample.channel(server, loop: loop, to: recipients, change)
    }

    @Test("goes to the channel's addresses, says what became of the task, and that a program wrote it")
    func message() async throws {
        let piece = PieceSample.piece(PieceSample.content("all is well\n.\n..two\nGrüße"))
        let receipt = try await channel(to: ["Ann <ann@example.org>", "bob@example.net"]).send(piece)
        #expect(receipt.receipt == ["reply": "250 2.0.0 queued"])
        let mail = try #require(server.mails.first)
        #expect(mail.sender.hasPrefix("MAIL FROM:<legwork@example.org>"))
        #expect(mail.recipients == ["RCPT TO:<ann@example.org>", "RCPT TO:<bob@example.net>"])
        #expect(mail.field("From") == "Legwork <legwork@example.org>")
        #expect(mail.field("To") == "Ann <ann@example.org>, bob@example.net")
        #expect(mail.field("Subject") == "Back up the photos: completed")
        #expect(mail.field("Date") == "Fri, 20 Mar 2026 09:46:53 +0000")
        #expect(mail.field("Message-ID") == "<\(piece.key)@example.org>")
        #expect(mail.field("References") == "<\(piece.content.task)@example.org>")
        #expect(mail.field("In-Reply-To") == "<\(piece.content.task)@example.org>")
        #expect(mail.field("Auto-Submitted") == "auto-generated")
        #expect(mail.body == "all is well\n=2E\n=2E.two\nGr=C3=BC=C3=9Fe\n")
    }

    @Test("is one conversation for a task, and has the same id when it is sent again")
    func conversation() async throws {
        let (channel, content) = (try channel(), PieceSample.content())
        let pieces = (0..<2).map { PieceSample.piece(content, index: $0, count: 2) }
        for piece in pieces + pieces { _ = try await channel.send(piece) }
        #expect(server.mails.map { $0.field("Message-ID") } == (pieces + pieces).map { "<\($0.key)@example.org>" })
        let later = try #require(server.mails.last)
        #expect(later.field("In-Reply-To") == "<\(pieces[0].key)@example.org>")
        #expect(later.field("References") == "<\(content.task)@example.org> <\(pieces[0].key)@example.org>")
        #expect(later.field("Subject") == "Back up the photos: completed (2/2)")
    }

    @Test("goes to the address that a redirect names instead, and nowhere when it is none")
    func target() async throws {
        _ = try await channel().send(PieceSample.piece(target: "eve@example.com"))
        #expect(server.mails.first?.recipients == ["RCPT TO:<eve@example.com>"])
        for target in ["eve", "eve@example.com>\r\nRCPT TO:<all@example.org", "a@b\u{0}", "e e@example.com", ""] {
            #expect(await failure(try channel(), PieceSample.piece(target: target))?.code == .rejected, "\(target.debugDescription)")
        }
        #expect(server.mails.count == 1)
    }

    @Test("has nothing of a title that could be a field of its own")
    func injection() async throws {
        let title = "ok\r\nBcc: all@example.org\r\n\r\nhello\u{0}\u{2028}=?UTF-8?Q?x?= 漢字" + String(repeating: "ü", count: 300)
        _ = try await channel().send(PieceSample.piece(PieceSample.content(title: title)))
        let mail = try #require(server.mails.first)
        #expect(mail.field("Bcc") == nil)
        #expect(mail.recipients.count == 1)
        let subject = try #require(mail.field("Subject"))
        #expect(subject.split(separator: " ").allSatisfy { $0.hasPrefix("=?UTF-8?B?") && $0.hasSuffix("?=") && $0.utf8.count <= 75 })
        #expect(mail.text.split(separator: "\n").allSatisfy { $0.utf8.count <= 78 })
    }

    @Test("takes a long result, and a file with it")
    func attachment() async throws {
        var piece = PieceSample.piece(PieceSample.content(String(repeating: "0123456789", count: 19_000)))
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        piece.attachment = MessageAttachment(name: "../task\"\r\nx.txt", bytes: bytes, type: "text/plain\r\nX: y")
        _ = try await channel().send(piece)
        let mail = try #require(server.mails.first)
        #expect(mail.field("Content-Type") == "multipart/mixed; boundary=\"=_legwork\"")
        let parts = mail.text.split(separator: "\n--=_legwork")
        #expect(parts.count == 4)
        #expect(parts[1].replacing("=\n", with: "").contains(piece.content.text))
        #expect(parts[2].contains("Content-Type: application/octet-stream\n"))
        #expect(parts[2].contains("filename=\"file\"\n") || parts[2].contains("filename=\"--"))
        #expect(parts[2].split(separator: "\n\n")[1].filter { $0 != "\n" } == Base64.text(of: bytes))
        #expect(parts[3] == "--\n")
    }

    @Test("goes without its file where that makes it larger than the server takes")
    func tooLarge() async throws {
        server.offer(["AUTH PLAIN", "SIZE 5000"])
        var piece = PieceSample.piece()
        piece.attachment = MessageAttachment(name: "result.txt", bytes: Array(repeating: 0x61, count: 8000))
        let receipt = try await channel().send(piece)
        #expect(receipt.receipt?["file"] == "not taken")
        #expect(server.mails.map { $0.text.contains("all is well") } == [true])
        piece.content = PieceSample.content(String(repeating: "all is well", count: 800))
        piece.message = FormattedMessage(plain: piece.content.text, marked: piece.content.text)
        #expect(await failure(try channel(), piece)?.code == .rejected)
    }

    @Test("is not sent without TLS unless that is said, nor with a password to elsewhere")
    func encryption() async throws {
        let error = try #require(await failure(try channel { $0.security = .startTLS }))
        #expect(error.code == .misconfigured && error.message.contains("STARTTLS"))
        // The server says that it can, and speaks on in plain text.
        server.offer(["STARTTLS", "AUTH PLAIN"])
        server.answer(["STARTTLS": "220 go on"])
        #expect(await failure(try channel { $0.security = .startTLS })?.code == .unavailable)
        server.answer(["STARTTLS": "454 not now"])
        #expect(await failure(try channel { $0.security = .startTLS }) != nil)
        #expect(server.mails.isEmpty && !server.commands.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
        #expect { try channel { $0.host = "mail.example.org" } } throws: { ($0 as? MailError)?.code == .invalid }
    }

    @Test("does not go to private addresses unless that is said")
    func privateAddress() async throws {
        for host in ["127.example.org", "127.0.0.1.example.org", "127.0.0.256", "127.0.0"] {
            #expect(!MailServer(host: host).isLocal, "\(host)")
        }
        for host in ["127.0.0.1", "localhost"] {
            #expect(MailServer(host: host).isLocal)
            let channel = try channel {
                $0.host = host
                $0.avoidsPrivateAddresses = true
            }
            #expect(await failure(channel)?.code == .misconfigured)
        }
        #expect(server.commands.isEmpty)
    }

    @Test(
        "that a server refuses is given up, held back or tried again, as its answer says",
        arguments: [
            ("CONNECT", "421 4.3.2 not now", ChannelError.Code.unavailable), ("CONNECT", "554 no mail from you", .misconfigured),
            ("AUTH", "454 4.7.0 later", .unavailable), ("AUTH", "535 5.7.8 wrong", .misconfigured),
            ("MAIL", "530 5.7.0 log in first", .misconfigured), ("MAIL", "550 5.7.1 not you", .misconfigured),
            ("MAIL", "450 4.7.1 Rate limit exceeded", .rateLimited), ("MAIL", "421 4.7.0 Too many messages", .rateLimited),
            ("MAIL", "552 5.3.4 too large", .rejected), ("RCPT", "450 4.2.1 greylisted", .unavailable),
            ("RCPT", "550-5.1.1 nobody\r\n550 5.1.1 of that name", .gone), ("RCPT", "553 5.1.3 bad address", .gone),
            ("RCPT", "552 5.2.2 full", .rejected), ("RCPT", "554 5.7.1 relaying denied", .rejected),
            ("DATA", "451 4.3.0 trouble", .unavailable), ("DATA", "554 5.5.1 no", .rejected), (".", "552 5.3.4 too large", .rejected),
            (".", "554 5.7.1 spam", .rejected), (".", "451 4.7.1 later", .unavailable), (".", "", .unavailable),
        ]
    )
    func refusals(_ command: String, _ answer: String, _ code: ChannelError.Code) async throws {
        server.answer([command: answer])
        let error = try #require(await failure(try channel()))
        #expect(error.code == code, "\(error)")
        if !answer.isEmpty { #expect(error.message.contains(answer.prefix(3))) }
        #expect(server.mails.isEmpty)
        server.answer()
        #expect(await failure(try channel()) == nil)
    }

    @Test("to an address of a redirect that is refused does not hold the others back")
    func refusedTarget() async throws {
        server.answer(["RCPT": "550 5.1.1 nobody"])
        #expect(await failure(try channel(), PieceSample.piece(target: "eve@example.com"))?.code == .rejected)
    }

    @Test("does what every channel must", .timeLimit(.minutes(1)), arguments: ChannelBehaviour.all)
    func behaves(_ behaviour: ChannelBehaviour) async throws { try await behaviour.run(Provider()) }

    private struct Provider: ChannelProvider {
        let capabilities: ChannelCapabilities = [
            .keys, .targets, .refusal, .trouble, .unreachable, .silence, .hangUps, .credentials, .gone,
        ]

        func makeStage() async throws -> ChannelStage {
            let (server, loop) = (try SMTPResponder(), try EventLoop(name: "test"))
            return ChannelStage(
                channel: try MailSample.channel(server, loop: loop),
                receiver: Receiver(server: server, loop: loop),
                secrets: [SMTPResponder.login.password, Base64.text(of: Array(SMTPResponder.login.password.utf8))],
                target: "eve@example.com"
            )
        }
    }

    private struct Receiver: ChannelReceiver {
        let server: SMTPResponder
        let loop: EventLoop

        func answer(_ answer: ReceiverAnswer) async throws {
            if answer == .unreachable { server.stop() } else { try server.start() }
            let (user, password) = SMTPResponder.login
            let secrets = "\(password) \(Base64.text(of: Array("\0\(user)\0\(password)".utf8)))"
            let answers: [String: String] =
                switch answer {
                case .refusal: [".": "554 5.7.1 never \(secrets)"]
                case .trouble: ["MAIL": "451 4.3.0 trouble \(secrets)"]
                case .hangUp: [".": ""]
                case .wrongCredentials: ["AUTH": "535 5.7.8 wrong \(secrets)"]
                case .gone: ["RCPT": "550 5.1.1 nobody \(secrets)"]
                default: [:]
                }
            server.answer(answers, isSilent: answer == .silence)
        }

        func received() async throws -> [ReceivedMessage] {
            server.mails.enumerated().map { number, mail in
                ReceivedMessage(
                    id: "\(number)",
                    text: MailSample.decoded(mail),
                    key: mail.field("Message-ID"),
                    place: mail.recipients.joined(separator: " ")
                )
            }
        }

        func waitUntilAsked() async throws { await server.asked.wait() }

        func close() async { server.stop() }
    }
}

/// Channels to the responder, and what they sent.
private enum MailSample {
    static func channel(
        _ responder: SMTPResponder,
        loop: EventLoop,
        to recipients: [String] = ["ann@example.org"],
        _ change: (inout MailServer) -> Void = { _ in }
    ) throws -> MailChannel {
        var server = MailServer(
            host: responder.address,
            port: responder.port,
            security: .none,
            login: MailLogin(user: SMTPResponder.login.user, password: SMTPResponder.login.password)
        )
        change(&server)
        let from = try #require(MailAddress("Legwork <legwork@example.org>"))
        return try MailChannel(
            MailChannelConfiguration(server: server, from: from, to: recipients.compactMap { MailAddress($0) }),
            loop: loop
        )
    }

    /// The text as its reader has it.
    static func decoded(_ mail: SMTPResponder.Mail) -> String {
        let bytes = Array(mail.body.utf8)
        if mail.field("Content-Transfer-Encoding") == "base64" { return decodedBase64(bytes) }
        var (text, index) = ([UInt8](), 0)
        while index < bytes.count {
            defer { index += 1 }
            guard bytes[index] == UInt8(ascii: "="), index + 1 < bytes.count else {
                text.append(bytes[index])
                continue
            }
            if bytes[index + 1] == UInt8(ascii: "\n") {
                index += 1
            } else if let value = UInt8(String(decoding: bytes[(index + 1)...].prefix(2), as: UTF8.self), radix: 16) {
                text.append(value)
                index += 2
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decodedBase64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let places = Dictionary(uniqueKeysWithValues: digits.enumerated().map { ($1, UInt32($0)) })
        var (text, bits, count) = ([UInt8](), UInt32(0), 0)
        for byte in bytes {
            guard let value = places[byte] else { continue }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                text.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
