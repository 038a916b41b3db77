import LegworkChannelConformance
import LegworkCore
import LegworkHTTP
import Testing

@testable import LegworkChannels

@Suite("What platforms are sent", .timeLimit(.minutes(1)))
struct PlatformDetailTests {
    @Test("a webhook's signature is that of the standard")
    func signature() throws {
        let key = try #require(WebhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = key.signature(id: "msg_2Vb0", seconds: 1_795_176_000, body: Array(#"{"type":"task.completed"}"#.utf8))
        #expect(signature == "v1,zbAYPIEPKbfUBqGuFKkcnlO5xArrR9gRy0A6l81uuC0=")
        for text in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!!!!"] { #expect(WebhookKey(text) == nil) }
    }

    @Test("a thin payload is thin, whatever is in it, and says that it is cut")
    func thin() throws {
        let texts = [
            String(repeating: "\u{1}", count: 60_000), String(repeating: "\"\\", count: 30_000), String(repeating: "é", count: 30_000),
        ]
        for text in texts {
            var piece = DeliveryPiece.sample(text)
            piece.content.title = text
            piece.content.name = text
            piece.content.questions = Array(repeating: ["message": .string(text)], count: 3)
            piece.content.artifacts = Array(repeating: String(text.prefix(900)), count: 32)
            piece.link = "https://example.org/" + String(repeating: "x", count: 3000)
            let bytes = WebhookPayload(piece).thin(below: WebhookConfiguration.thinLimit)
            #expect(bytes.count < WebhookConfiguration.thinLimit)
            let json = try JSONValue(parsing: bytes)
            #expect(json["type"] == "task.completed" && json["data"]?["task"] == .string(piece.content.task.description))
            #expect(json["data"]?["is_cut"] == true)
        }
        let short = try JSONValue(parsing: WebhookPayload(.sample("short")).thin(below: WebhookConfiguration.thinLimit))
        #expect(short["data"]?["text"] == "short" && short["data"]?["is_cut"] == nil)
    }

    @Test("a full payload has all of it")
    func full() async throws {
        let receiver = try PlatformReceiver(WebhookPlatform(payload: "full"))
        _ = try await receiver.channel().send(.sample(String(repeating: "z", count: 60_000)))
        #expect(receiver.inbox.messages.first?.text.contains(String(repeating: "z", count: 60_000)) == true)
        await receiver.close()
    }

    @Test("Discord's pause is heeded when it takes no more")
    func discordPause() async throws {
        let receiver = try PlatformReceiver(DiscordPlatform())
        let channel = try receiver.channel()
        var pauses: [Duration] = []
        for _ in 0..<5 { pauses.append(try await channel.send(.sample()).pause) }
        #expect(pauses == [.zero, .zero, .zero, .zero, .milliseconds(1750)])
        await receiver.close()
    }

    @Test("a file that is not taken costs no message")
    func withoutFile() async throws {
        let file = MessageAttachment(name: "result.txt", bytes: Array("whole".utf8))
        for platform: any Platform in [
            DiscordPlatform(maximumFile: 2), SlackBotPlatform(mayUpload: false), MatrixPlatform(takesFiles: false),
        ] {
            let receiver = try PlatformReceiver(platform)
            let receipt = try await receiver.channel().send(.sample(attachment: file))
            // Matrix is given a file before it is asked to show it.
            #expect(receiver.inbox.messages.count == 1 && (receiver.inbox.files.isEmpty || platform is MatrixPlatform))
            #expect(receipt.receipt?["file"]?.string != "sent" && receipt.receipt?["file"] != nil)
            await receiver.close()
        }
    }

    @Test("an alias of Matrix is looked up once, and a message that is too large with both its forms goes with one")
    func matrix() async throws {
        let receiver = try PlatformReceiver(MatrixPlatform())
        let channel = try receiver.channel()
        for _ in 0..<2 { _ = try await channel.send(.sample()) }
        _ = try await channel.send(.sample(String(repeating: "\n", count: 24_000)))
        let requests = receiver.inbox.requests
        #expect(requests.map(\.method) == ["GET", "PUT", "PUT", "PUT"])
        #expect(requests.dropFirst().map { $0.json["formatted_body"] != nil } == [true, true, false])
        #expect(requests[1].json["msgtype"] == "m.notice")
        await receiver.close()
    }

    @Test("an alias of Matrix is looked up again when its room takes nothing any more")
    func matrixAlias() async throws {
        let receiver = try PlatformReceiver(MatrixPlatform())
        let channel = try receiver.channel()
        _ = try await channel.send(.sample())
        try await receiver.answer(.refusal)
        await #expect(throws: ChannelError.self) { try await channel.send(.sample()) }
        try await receiver.answer(.taking)
        _ = try await channel.send(.sample())
        #expect(receiver.inbox.requests.map(\.method) == ["GET", "PUT", "PUT", "GET", "PUT"])
        await receiver.close()
    }

    @Test("what Teams would take for Markdown in a block of code stands in an element that knows none")
    func teamsCode() async throws {
        let receiver = try PlatformReceiver(TeamsPlatform())
        let channel = try receiver.channel()
        guard case .messages(let style) = channel.form else { return }
        let formatter = DeliveryFormatter(style: style, link: "https://l.example/")
        var piece = DeliveryPiece.sample("[click](http://evil.example)\n  two  blanks\n```\n**x**")
        piece.message = formatter.layout(of: piece.content).messages[0]
        _ = try await channel.send(piece)
        let body = try #require(receiver.inbox.requests.first?.json["attachments"]?[0]?["content"]?["body"]?.array)
        let texts = body.filter { $0["type"] == "TextBlock" }.compactMap { $0["text"]?.string }
        #expect(texts.count == 2 && texts.allSatisfy { !$0.contains("evil") && !$0.contains("```") }, "\(body)")
        let run = body.first { $0["type"] == "RichTextBlock" }?["inlines"]?[0]
        #expect(run?["fontType"] == "Monospace")
        #expect(run?["text"]?.string == "[click](http://evil.example)\n\u{A0}\u{A0}two\u{A0}\u{A0}blanks\n```\n**x**")
        await receiver.close()
    }

    @Test("a message of very many blocks of code is no larger than Teams takes")
    func teamsBlocks() async throws {
        let receiver = try PlatformReceiver(TeamsPlatform())
        let channel = try receiver.channel()
        guard case .messages(let style) = channel.form else { return }
        var piece = DeliveryPiece.sample(String(repeating: "```\nx\n```\n", count: 1200))
        let layout = DeliveryFormatter(style: style, maximumCharacters: 60_000, body: .text).layout(of: piece.content)
        for message in layout.messages {
            piece.message = message
            _ = try await channel.send(piece)
        }
        #expect(receiver.inbox.messages.count == layout.messages.count)
        await receiver.close()
    }

    @Test("ntfy shows what it is about, how urgent it is and how to answer")
    func ntfy() async throws {
        let receiver = try PlatformReceiver(NtfyPlatform())
        let channel = try receiver.channel()
        var piece = DeliveryPiece.sample(status: .inputRequired)
        piece.link = "https://example.org/task"
        piece.answers = ["Approve", "Deny", "Later", "Never"].map { AnswerLink(label: $0, url: "https://example.org/\($0)") }
        _ = try await channel.send(piece)
        _ = try await channel.send(.sample())
        let json = receiver.inbox.requests.map(\.json)
        #expect(json.map { $0["priority"] } == [4, 3])
        #expect(json.map { $0["tags"] } == [["question", "legwork"], ["white_check_mark", "legwork"]])
        #expect(json[0]["click"] == "https://example.org/task" && json[0]["actions"]?.array?.count == 3)
        await receiver.close()
    }

    @Test("Telegram's groups are written to more rarely than people")
    func telegramPause() async throws {
        let receiver = try PlatformReceiver(TelegramPlatform())
        #expect(try await receiver.channel().send(.sample()).pause == .seconds(3))
        await receiver.close()
        #expect(TelegramConfiguration.Place("12345")?.isGroup == false)
        #expect(TelegramConfiguration.Place("-100/7")?.topic == 7)
        for text in ["", "0", "@ab", "-100/0", "-100/x", "1/2/3", "@na me", "1?x"] { #expect(TelegramConfiguration.Place(text) == nil) }
    }
}
