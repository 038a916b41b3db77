import Testing

@testable import LegworkCore

@Suite("Cutting a text into messages")
struct MessageSplittingTests {
    private func split(_ text: String, _ count: Int, _ unit: MessageLimit.Unit = .characters, atMost: Int = .max) -> [String] {
        MessageSplitter(MessageLimit(count, unit)).split(text, atMost: atMost).map(\.text)
    }

    @Test("a short text is one message, an empty one is none")
    func short() {
        #expect(split("done", 64) == ["done"])
        #expect(split("", 64).isEmpty)
    }

    @Test("it is cut between paragraphs, if that does not waste half a message")
    func paragraphs() {
        let first = String(repeating: "a", count: 40) + "\n\n"
        let second = String(repeating: "b", count: 20) + "\n" + String(repeating: "c", count: 20) + "\n"
        #expect(split(first + second, 64) == [first, second])
    }

    @Test("else between lines, else between words, else between characters")
    func smaller() {
        let lines = (1...6).map { "line \($0) of twenty bytes\n" }.joined()
        #expect(split(lines, 64).allSatisfy { $0.hasPrefix("line") && $0.hasSuffix("\n") || $0.hasSuffix("bytes\n") })
        let words = (1...40).map { "word\($0)" }.joined(separator: " ")
        #expect(split(words, 64).dropLast().allSatisfy { $0.hasSuffix(" ") })
        let row = String(repeating: "x", count: 150)
        #expect(split(row, 64).map(\.count) == [64, 64, 22])
    }

    @Test("what a reader takes for one character stays whole")
    func characters() {
        let family = "👨‍👩‍👧‍👦"
        let pieces = split(String(repeating: family, count: 30), 64, .utf16)
        #expect(pieces.allSatisfy { $0.allSatisfy { $0 == Character(family) } })
        #expect(pieces.joined() == String(repeating: family, count: 30))
    }

    @Test("one character that is longer than a message is cut all the same")
    func longCharacter() {
        let character = "e" + String(repeating: "\u{301}", count: 500)
        #expect(character.count == 1)
        let pieces = split(character, 64, .utf8)
        #expect(pieces.allSatisfy { $0.utf8.count <= 64 })
        #expect(Array(pieces.joined().utf8) == Array(character.utf8))
    }

    @Test("a block of code is closed at the end of its message and opened again in the next, with its language")
    func fences() {
        let text = "```swift\n" + (1...8).map { "let value\($0) = \($0)\n" }.joined() + "```\nthe end\n"
        let pieces = split(text, 80)
        #expect(pieces.count > 2)
        #expect(pieces[0].hasSuffix("\n```"))
        #expect(pieces[1].hasPrefix("```swift\nlet"))
        #expect(pieces.last?.hasSuffix("the end\n") == true)
    }

    @Test("the rest begins where the last body ends, when there may be no more messages")
    func bounded() {
        let text = String(repeating: "0123456789", count: 100)
        let messages = MessageSplitter(MessageLimit(100)).split(text, atMost: 3)
        #expect(messages.count == 3)
        #expect(messages.last?.body.endIndex == text.index(text.startIndex, offsetBy: 300))
    }

    @Test("a line of many megabytes is cut in a moment")
    func hugeLine() {
        let text = String(repeating: "x", count: 4 << 20)
        #expect(MessageSplitter(MessageLimit(1950)).split(text, atMost: 5).count == 5)
    }

    @Test("whatever the text: nothing is lost, every message fits, every block is closed", arguments: MessageLimit.Unit.allCases)
    func properties(unit: MessageLimit.Unit) {
        var random = SeededGenerator(seed: 7)
        for round in 0..<600 {
            let text = Self.text(&random)
            let limit = MessageLimit(Int.random(in: 64...200, using: &random), unit)
            let messages = MessageSplitter(limit).split(text)
            #expect(messages.map { String($0.body) }.joined().utf8.elementsEqual(text.utf8), "round \(round)")
            for message in messages {
                #expect(limit.length(of: message.text) <= limit.count, "round \(round): \(message.text.debugDescription)")
                #expect(!message.body.isEmpty)
            }
            for message in messages.dropLast() {
                #expect(Self.openFence(message.text) == nil, "round \(round): \(message.text.debugDescription)")
            }
        }
    }

    /// The block of code that is open at the end of a text, looked for in another way than the splitter's.
    private static func openFence(_ text: String) -> String? {
        var open: String?
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let trimmed = line.drop { $0 == " " }
            let run = String(trimmed.prefix { $0 == "`" })
            guard line.count - trimmed.count <= 3, run.count >= 3 else { continue }
            let rest = trimmed.dropFirst(run.count)
            if let fence = open {
                if run.count >= fence.count, rest.allSatisfy(\.isWhitespace) { open = nil }
            } else if !rest.contains("`") {
                open = run
            }
        }
        return open
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let parts = [
            "word ", "word ", "word ", "\n", "\n\n", "\r\n", "```\n", "```swift\n", "\n```\n", "````\n", "   ```\n", "    ```\n", "é",
            "e\u{301}", "👨‍👩‍👧‍👦",
            "🇩🇪", "\u{301}", "\u{200D}", "`", "a``b", String(repeating: "x", count: 70), "```" + String(repeating: "info", count: 30) + "\n",
            "漢字",
        ]
        return (0..<Int.random(in: 0...120, using: &random)).map { _ in parts[Int.random(in: 0..<parts.count, using: &random)] }.joined()
    }
}
