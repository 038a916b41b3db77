import LegworkCore

extension ChannelBehaviour {
    static let arriving = [
        ChannelBehaviour("a text arrives whole, once, with what is said above it") { stage in
            let lines = ChannelStage.lines(40)
            try await stage.send(stage.pieces(ChannelStage.content(lines.joined(separator: "\n"))))
            let received = try await stage.receiver.received()
            try expect(received.count, equals: 1, "the messages")
            try expectOrder(of: ["suite"] + lines, in: received[0].text)
        },
        ChannelBehaviour("the messages of a long text arrive in their order") { stage in
            guard let content = stage.longContent() else { return }
            let pieces = stage.pieces(content)
            try expect(pieces.count > 1, "a long text is several messages")
            try await stage.send(pieces)
            let received = try await stage.receiver.received()
            try expect(received.count, equals: pieces.count, "the messages")
            try expectOrder(of: ChannelStage.lines(8), in: received.map(\.text).joined(separator: "\n"))
        },
        ChannelBehaviour("a text without anything in it arrives") { stage in
            for text in ["", "\n", " "] { try await stage.send(stage.pieces(ChannelStage.content(text))) }
            try expect(try await stage.receiver.received().count, equals: 3, "the messages")
        },
        ChannelBehaviour("a piece has the same key when it comes again, and no other has it", needs: .keys) { stage in
            let (one, other) = (ChannelStage.content("mark1end"), ChannelStage.content("mark2end"))
            for content in [one, one, other] { try await stage.send(stage.pieces(content)) }
            let received = try await stage.receiver.received()
            // A platform that knows the key shows the message once.
            try expect(received.count == 2 || received.count == 3, "the messages: \(received)")
            let keys = received.map(\.key)
            try expect(!keys.contains(nil), "every message has a key: \(received)")
            if received.count == 3 { try expect(keys[0], equals: keys[1], "the key at the second try") }
            try expect(keys.first != keys.last, "another's key: \(received)")
        },
        ChannelBehaviour("the messages of a delivery have keys of their own", needs: .keys) { stage in
            guard let content = stage.longContent() else { return }
            try await stage.send(stage.pieces(content))
            let keys = try await stage.receiver.received().compactMap(\.key)
            try expect(Set(keys).count, equals: stage.pieces(content).count, "the keys")
        },
        ChannelBehaviour("later messages stand under the first", needs: .threads) { stage in
            guard let content = stage.longContent() else { return }
            try await stage.send(stage.pieces(content))
            let received = try await stage.receiver.received()
            try expect(received.count > 1, "a long text is several messages")
            for message in received.dropFirst() { try expect(message.thread, equals: received[0].id, "the thread") }
        },
        ChannelBehaviour("a receipt is small enough to be kept") { stage in
            for receipt in try await stage.send(stage.pieces(ChannelStage.content("mark1end"))) {
                try expect((receipt.receipt?.json().utf8.count ?? 0) <= Delivery.maximumReceiptBytes, "the receipt: \(receipt)")
            }
        },
        ChannelBehaviour("what is for another place arrives there", needs: .targets) { stage in
            guard let target = stage.target else { throw ConformanceFailure(text: "a target is missing", file: #fileID, line: #line) }
            try await stage.send(stage.pieces(ChannelStage.content("mark1end")))
            try await stage.send(stage.pieces(ChannelStage.content("mark2end"), target: target))
            let places = try await stage.receiver.received().map(\.place)
            try expect(places.count, equals: 2, "the messages")
            try expect(places[0] != places[1] && places[1] != nil, "the places: \(places)")
        },
        ChannelBehaviour("large and odd texts arrive, and nothing in them is active") { stage in
            for text in OddTexts.all {
                let content = ChannelStage.content(text, tool: OddTexts.name, title: String(text.prefix(300)))
                let before = try await stage.receiver.received().count
                let pieces = stage.pieces(content, maximumCharacters: 60_000)
                do throws(ChannelError) {
                    try await stage.send(pieces)
                } catch {
                    try expect(false, "a text is not taken: \(error) \(text.prefix(100).debugDescription)")
                }
                let received = try await stage.receiver.received()
                try expect(received.count - before, equals: pieces.count, "the messages of \(text.prefix(100).debugDescription)")
                for message in received { try expect(message.activated, equals: [], "what is active in \(message.text.debugDescription)") }
            }
        },
    ]

    static func expectOrder(of words: [String], in text: String, file: String = #fileID, line: Int = #line) throws {
        var rest = text[...]
        for word in words {
            guard let found = rest.firstRange(of: word) else {
                throw ConformanceFailure(text: "'\(word)' is missing or not in its place: \(text)", file: file, line: line)
            }
            rest = rest[found.upperBound...]
        }
    }
}

/// Texts that a platform could trip over.
enum OddTexts {
    /// A tool whose name wants to be more.
    static let name = "@everyone <!channel> <@U123> *b* _i_ `c` [l](http://evil.example) <b>x</b>"

    static let all: [String] = [
        "👨‍👩‍👧‍👦 🇩🇪 e\u{301} 漢字 \u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        "שלום \u{202E}evil\u{202C} مرحبا \u{2066}x\u{2069}",
        "a\u{0}b\u{7}\u{1B}[31mred\u{1B}[0m\u{1B}]0;title\u{7}\u{8}\u{7F}\u{9B}1m\u{FFFE}",
        "@everyone @here @channel @room @all <@U123> <@!123> <@&123> <#C123> <!channel> <!subteam^S1|x> @alice:example.org @somebody",
        "```\n@everyone\n```\n~~~\n````\n</code></pre><b>x</b><script>alert(1)</script>\n]]>\n```",
        "[a](http://evil.example) ![i](http://evil.example/i.png) <http://evil.example|x> <a href=\"http://evil.example\">x</a> [r]: http://evil.example",
        "{\"text\": \"x\", \"a\": [1]} \\ \" ' \r\n.\r\n..\r\nFrom me\r\nMAIL FROM:<x@y>\r\n\r\n.\r\n",
        "data: x\n\nevent: y\nretry: 1\n\n$(reboot) `reboot` ; rm -rf / | cat & %s%n%d ${HOME} {tool}",
        "& &amp; &lt;b&gt; &#64;everyone",
        String(repeating: "z", count: 70_000),
        String(repeating: "👩🏽‍🚀", count: 8000),
        String(repeating: "&<>\"", count: 12_000),
        String(repeating: "\n", count: 3000) + "x",
        "e" + String(repeating: "\u{301}", count: 20_000),
        String(repeating: "`", count: 9000),
    ]
}
