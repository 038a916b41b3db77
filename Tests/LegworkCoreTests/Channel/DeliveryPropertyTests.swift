import Testing

@testable import LegworkCore

/// What holds of every delivery, whatever is told in whatever style.
@Suite("Every delivery")
struct DeliveryPropertyTests {
    static let everything = MessageMarkup.allCases.flatMap { markup in MessageLimit.Unit.allCases.map { (markup, $0) } }

    @Test("fits, loses nothing that it does not tell of, and has nothing active in it", arguments: everything)
    func properties(markup: MessageMarkup, unit: MessageLimit.Unit) {
        var random = SeededGenerator(seed: 11)
        for round in 0..<100 {
            let content = Self.content(&random)
            let style = MessageStyle(
                limit: MessageLimit(Int.random(in: 64...400, using: &random), unit),
                maximumMessages: Int.random(in: 1...6, using: &random),
                markup: markup
            )
            let body = BodyStyle.allCases.randomElement(using: &random) ?? .fenced
            let formatter = DeliveryFormatter(
                style: style,
                template: Bool.random(using: &random) ? "{title} **{tool}** {name}{reason}" : nil,
                maximumCharacters: Int.random(in: 0...2000, using: &random),
                link: Bool.random(using: &random) ? "https://l.example/t?a=1&b=_x_" : nil,
                answers: [AnswerLink(label: "Yes @here <b>", url: "https://l.example/a_b_c")],
                body: body
            )
            let plan = formatter.plan(for: content)
            let what: Comment = "round \(round), \(style) \(body): \(content) \(plan)"
            #expect(formatter.plan(for: content) == plan, what)
            #expect((1...style.maximumMessages).contains(plan.messages.count), what)
            for message in plan.messages {
                let marked = style.limit.length(of: message.marked)
                let plain = style.limit.length(of: message.plain)
                #expect((markup == .html ? marked + plain : max(marked, plain)) <= style.limit.count, what)
                #expect(MessageHarm.isBalanced(message.marked, markup), what)
                #expect(MessageHarm.active(in: message, markup).isEmpty, what)
            }
            Self.checkText(plan, content, markup, body, what)
        }
    }

    /// The bodies are the text, or its beginning and its end around a line that says so; no character is torn.
    private static func checkText(
        _ plan: MessagePlan,
        _ content: DeliveryContent,
        _ markup: MessageMarkup,
        _ body: BodyStyle,
        _ what: Comment
    ) {
        let kept = plan.bodies.joined()
        let mayBeMarkdown = body != .fenced && (markup == .markdown || markup == .discord)
        if !plan.isCut, content.status == .completed {
            let text = HarmlessText.cleaned(DeliveryText.text(of: content))
            let isSame = visible(kept, mayBeMarkdown) == visible(text, mayBeMarkdown)
            #expect(isSame || text.isEmpty && kept == "(no output)", what)
        }
        if plan.isCut, !plan.bodies.isEmpty { #expect(kept.contains("…"), what) }
        for body in plan.bodies where body.count > 1 {
            #expect(plan.messages.contains { $0.plain.contains(body) }, what)
        }
        // A character that is whole in the text is whole in one of the bodies.
        let whole = kept.count
        let parts = plan.bodies.map(\.count).reduce(0, +)
        #expect(parts == whole || plan.bodies.contains { $0.count == 1 }, what)
    }

    /// A text without what is put between, and without the lines of fences, which are written anew where the text stays Markdown.
    private static func visible(_ text: String, _ isMarkdown: Bool) -> [String] {
        let text = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{200B}" }))
        // An end of a line before a fence that had to be added belongs to the fence.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: isMarkdown).map(String.init)
        return isMarkdown ? lines.filter { !$0.drop { $0 == " " }.hasPrefix("```") && !$0.drop { $0 == " " }.hasPrefix("~~~") } : lines
    }

    private static func content(_ random: inout SeededGenerator) -> DeliveryContent {
        let start = Timestamp(milliseconds: 1_774_000_000_000)
        func some(_ most: Int) -> String { text(&random, most) }
        let status = [TaskStatus.completed, .completed, .failed, .inputRequired, .cancelled, .stopped][
            Int.random(in: 0..<6, using: &random)
        ]
        return DeliveryContent(
            task: .random(),
            owner: "ann",
            tool: some(4),
            title: some(12),
            name: Bool.random(using: &random) ? some(3) : nil,
            status: status,
            reason: Bool.random(using: &random) ? TaskReason(some(2)) : nil,
            text: some(Int.random(in: 0...120, using: &random)),
            questions: (0..<Int.random(in: 0...2, using: &random)).map { ["key": .string("q\($0)"), "message": .string(some(8))] },
            artifacts: (0..<Int.random(in: 0...3, using: &random)).map { _ in some(2) },
            createdAt: start,
            at: start + .seconds(3)
        )
    }

    private static func text(_ random: inout SeededGenerator, _ most: Int) -> String {
        (0..<Int.random(in: 0...most, using: &random)).map { _ in parts[Int.random(in: 0..<parts.count, using: &random)] }.joined()
    }

    private static let parts = [
        "word ", "word ", "word ", "\n", "\n\n", "\r\n", "```\n", "```swift\n", "\n```\n", "````\n", "~~~\n", "  ```\n", "- ```\n",
        "> ```\n", "`",
        "``", "*", "**", "_", "~", "@", "@everyone", "@here", "@room", "@channel ", "@all", "<@U123>", "<@!123>", "<@&123>", "<#C1>",
        "<!channel>", "<!subteam^S1>", "@alice:b.example", "@alice ", "<", ">", "&", "&amp;", "\"", "<b>", "</pre>", "</code></pre>",
        "<a href=\"x\">",
        "<http://e.example|x>", "[a](http://e.example)", "![", "]", "(", "[", "]: ", "https://e.example ", "www.e.example", "\\", "|", "é",
        "e\u{301}",
        "👨‍👩‍👧‍👦", "🇩🇪", "\u{301}", "\u{200D}", "\u{0}", "\u{1B}[31m", "\u{202E}", "漢字", "…", String(repeating: "x", count: 70), "{tool}",
    ]
}
