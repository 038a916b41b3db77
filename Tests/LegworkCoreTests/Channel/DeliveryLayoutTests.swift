import Testing

@testable import LegworkCore

/// What people see in each place. A zero width space is written `·`.
@Suite("What a delivery looks like")
struct DeliveryLayoutTests {
    static func content(_ change: (inout DeliveryContent) -> Void = { _ in }) -> DeliveryContent {
        let start = Timestamp(milliseconds: 1_774_000_000_000)
        var content = DeliveryContent(
            task: .random(),
            owner: "ann",
            tool: "run_suite",
            title: "Test <b> & @here",
            status: .completed,
            text: "14 passed, a < b & c\n",
            createdAt: start,
            at: start + .milliseconds(12_345)
        )
        change(&content)
        return content
    }

    private func messages(
        _ markup: MessageMarkup,
        limit: Int = 2000,
        count: Int = 5,
        template: String? = nil,
        link: String? = nil,
        answers: [AnswerLink] = [],
        body: BodyStyle = .fenced,
        _ change: (inout DeliveryContent) -> Void = { _ in }
    ) -> [String] {
        let style = MessageStyle(limit: MessageLimit(limit), maximumMessages: count, markup: markup)
        let formatter = DeliveryFormatter(style: style, template: template, link: link, answers: answers, body: body)
        return formatter.layout(of: Self.content(change)).messages.map { $0.marked.replacing("\u{200B}", with: "·") }
    }

    @Test(
        "a result stands in a block of code under a line that says what became of it",
        arguments: [
            (
                .plain,
                """
                ✅ run_suite completed in 12.3 s – Test <b> & @here
                14 passed, a < b & c
                Open the task: https://legwork.example/t?a=1&b=%282%29
                Files: a_b.txt, c.log
                """
            ),
            (
                .markdown,
                """
                ✅ **run\\_suite** completed in 12.3 s – Test \\<b\\> \\& @·here
                ```
                14 passed, a < b & c
                ```
                [Open the task](https://legwork.example/t?a=1&b=%282%29)

                Files: a\\_b.txt, c.log
                """
            ),
            (
                .discord,
                """
                ✅ **run\\_suite** completed in 12.3 s – Test \\<b\\> & @·here
                ```
                14 passed, a < b & c
                ```
                [Open the task](https://legwork.example/t?a=1&b=%282%29)
                Files: a\\_b.txt, c.log
                """
            ),
            (
                .slack,
                """
                ✅ *run·_suite* completed in 12.3 s – Test &lt;b&gt; &amp; @·here
                ```
                14 passed, a &lt; b &amp; c
                ```
                <https://legwork.example/t?a=1&amp;b=%282%29|Open the task>
                Files: a·_b.txt, c.log
                """
            ),
            (
                .telegram,
                """
                ✅ <b>run_suite</b> completed in 12.3 s – Test &lt;b&gt; &amp; @·here
                <pre>14 passed, a &lt; b &amp; c</pre>
                <a href="https://legwork.example/t?a=1&amp;b=%282%29">Open the task</a>
                Files: a_b.·txt, c.·log
                """
            ),
            (
                .html,
                """
                ✅ <strong>run_suite</strong> completed in 12.3 s – Test &lt;b&gt; &amp; @·here
                <pre><code>14 passed, a &lt; b &amp; c</code></pre>
                <a href="https://legwork.example/t?a=1&amp;b=%282%29">Open the task</a><br>Files: a_b.txt, c.log
                """
            ),
        ] as [(MessageMarkup, String)]
    )
    func result(markup: MessageMarkup, expected: String) {
        let messages = messages(markup, link: "https://legwork.example/t?a=1&b=(2)") { $0.artifacts = ["a_b.txt", "c.log"] }
        #expect(messages == [expected])
    }

    @Test(
        "what wants to be active is not, in a block of code",
        arguments: [
            (.plain, "<@U1> <!channel> @everyone @al:b.c ```\n``````"),
            (.markdown, "<@U1> <!channel> @·everyone @al:b.c ```\n``````"),
            (.discord, "<·@U1> <!channel> @·everyone @al:b.c ``·`\n``·``·``"),
            (.slack, "&lt;·@U1&gt; &lt;·!channel&gt; @·everyone @al:b.c ``·`\n``·``·``"),
            (.telegram, "&lt;@U1&gt; &lt;!channel&gt; @·everyone @al:b.c ```\n``````"),
            (.html, "&lt;@U1&gt; &lt;!channel&gt; @·everyone @·al:b.c ```\n``````"),
        ] as [(MessageMarkup, String)]
    )
    func mentionsInCode(markup: MessageMarkup, expected: String) {
        let text = "<@U1> <!channel> @everyone @al:b.c ```\n``````"
        let block = markup.dialect.block(around: text)
        if markup == .markdown { #expect(block.closing == "```````") }
        let ending = block.closesOnLine ? "\n" : ""
        #expect(messages(markup) { $0.text = text }[0].hasSuffix("\n" + block.opening + expected + ending + block.closing))
    }

    @Test(
        "nor in a text, where Markdown stays Markdown if the platform knows it",
        arguments: [
            (.plain, "**b** [a](http://e) <b> @bo `c`\n```swift\nlet a = b[0](c)\n```"),
            (.markdown, "**b** [a]·(http://e) <·b> @·bo `c`\n```swift\nlet a = b[0](c)\n```"),
            (.discord, "**b** [a]·(http://e) <·b> @bo `c`\n```swift\nlet a = b[0](c)\n```"),
            (.slack, "**b** [a](http://e) &lt;b&gt; @bo `c`\n``·`swift\nlet a = b[0](c)\n``·`"),
            (.telegram, "**b** [a](http://e) &lt;b&gt; @·bo `c`\n```swift\nlet a = b[0](c)\n```"),
            (.html, "**b** [a](http://e) &lt;b&gt; @bo `c`<br>```swift<br>let a = b[0](c)<br>```"),
        ] as [(MessageMarkup, String)]
    )
    func prose(markup: MessageMarkup, expected: String) {
        let text = "**b** [a](http://e) <b> @bo `c`\n```swift\nlet a = b[0](c)\n```\n"
        let lineBreak = markup.dialect.lineBreak
        #expect(messages(markup, body: .text) { $0.text = text }[0].hasSuffix(lineBreak + expected))
    }

    @Test(
        "the line says what became of the task",
        arguments: [
            (.completed, "✅ **t** completed in 12.3 s"), (.failed, "❌ **t** failed after 12.3 s"),
            (.cancelled, "🚫 **t** was cancelled after 12.3 s"), (.stopped, "⏸️ **t** stopped"),
            (.inputRequired, "❓ **t** needs an answer"),
        ] as [(TaskStatus, String)]
    )
    func line(status: TaskStatus, expected: String) {
        let messages = messages(.discord) {
            ($0.status, $0.tool, $0.title, $0.text) = (status, "t", "", status == .stopped ? "" : "x")
        }
        #expect(messages[0].split(separator: "\n")[0] == expected)
    }

    @Test("an empty result is said to be one")
    func empty() {
        #expect(messages(.discord) { ($0.title, $0.text) = ("", "\n\n") } == ["✅ **run\\_suite** completed in 12.3 s\n(no output)"])
        #expect(messages(.discord) { ($0.title, $0.text, $0.status) = ("", "", .stopped) } == ["⏸️ **run\\_suite** stopped"])
    }

    @Test("a reason is told, where it says more than the status")
    func reason() {
        let change = { (content: inout DeliveryContent) in (content.title, content.status, content.reason) = ("", .failed, .wallLimit) }
        #expect(messages(.discord, change)[0].hasPrefix("❌ **run\\_suite** failed after 12.3 s (wall\\_limit)\n"))
        #expect(
            messages(.discord) {
                change(&$0); $0.reason = .toolError
            }[0].hasPrefix("❌ **run\\_suite** failed after 12.3 s\n")
        )
    }

    @Test("several messages are numbered, and the link is in the last")
    func numbered() {
        let messages = messages(.discord, limit: 300, link: "https://l.example/") {
            $0.text = (1...80).map { "line \($0)\n" }.joined()
        }
        guard messages.count == 3 else { Issue.record("\(messages)"); return }
        #expect(messages[0].hasPrefix("✅ **run\\_suite** completed in 12.3 s – Test \\<b\\> & @·here (1/3)\n```\nline 1\n"))
        #expect(messages[1].hasPrefix("(2/3)\n```\nline ") && messages[1].hasSuffix("\n```"))
        #expect(messages[2].hasSuffix("\nline 80\n```\n[Open the task](https://l.example/)"))
    }

    @Test("a long text loses its middle, and says how much that is")
    func cut() {
        let style = MessageStyle(limit: MessageLimit(1950), markup: .discord)
        let text = (1...2000).map { "line \($0)\n" }.joined()
        let layout = DeliveryFormatter(style: style, maximumCharacters: 500).layout(of: Self.content { $0.text = text })
        let whole = layout.messages.map(\.marked).joined()
        #expect(layout.isCut && layout.messages.count == 1)
        #expect(whole.contains("```\nline 1\n") && whole.contains("\nline 2000\n```"))
        let kept = whole.split(separator: "\n").filter { $0.hasPrefix("line") }.map { $0.count + 1 }.reduce(-1, +)
        #expect(whole.contains("\n… \(text.count - 1 - kept) characters left out …\n"))
    }

    @Test("what was left out before counts too")
    func cutTwice() {
        let text = String(repeating: "a", count: 1000) + "\n… 500 characters left out …\n" + String(repeating: "b", count: 1000)
        let content = Self.content { ($0.text, $0.omitted) = (text, 500) }
        let style = MessageStyle(limit: MessageLimit(4000), markup: .plain)
        let twice = DeliveryFormatter(style: style, maximumCharacters: 200).layout(of: content)
        #expect(twice.isCut && twice.messages[0].plain.contains("\n… 2302 characters left out …\n"))
        let once = DeliveryFormatter(style: style).layout(of: content)
        #expect(once.isCut && once.messages[0].plain.contains("\n… 500 characters left out …\n"))
    }

    @Test("a question stands as it is asked, with what answers it")
    func question() {
        let answers = [AnswerLink(label: "Approve", url: "https://l.example/a?t=1"), AnswerLink(label: "Deny", url: "javascript:alert(1)")]
        let messages = messages(.discord, answers: answers, body: .automatic) {
            ($0.title, $0.status, $0.text) = ("", .inputRequired, "Deploy **now**?")
            $0.questions = [["key": "go", "message": "Deploy **now**?", "schema": ["enum": ["yes", "no"]]]]
        }
        #expect(
            messages == [
                "❓ **run\\_suite** needs an answer\nDeploy **now**?\nOne of: yes, no\n[Approve](https://l.example/a?t=1)"
            ]
        )
    }

    @Test("an answer in Markdown stays so where it is known, else it stands in a block")
    func automatic() {
        let answer = { (content: inout DeliveryContent) in content.text = "## Done\n\n* **two** files" }
        #expect(messages(.discord, body: .automatic, answer)[0].hasSuffix("\n## Done\n\n* **two** files"))
        #expect(messages(.slack, body: .automatic, answer)[0].hasSuffix("```\n## Done\n\n* **two** files\n```"))
        #expect(messages(.discord, body: .automatic) { $0.text = "# 2 * 3 ** 4" }[0].hasSuffix("```\n# 2 * 3 ** 4\n```"))
    }

    @Test("behind a backtick that is left over, nothing is taken for code")
    func leftOver() {
        let code = "```\n[x](http://e)\n```"
        #expect(messages(.discord, body: .text) { $0.text = "`a`\n" + code }[0].hasSuffix("\n`a`\n" + code))
        #expect(messages(.discord, body: .text) { $0.text = "a`\n" + code }[0].hasSuffix("\na`\n```\n[x]·(http://e)\n```"))
    }

    @Test("control characters are shown, terminal sequences and turns of direction left out")
    func control() {
        let text =
            "\u{1B}[1;31mred\u{1B}[0m \u{1B}]0;title\u{7}\u{1B}(B a\u{0}b\u{7F} \u{202E}x\u{2069} c\r\nd\re\u{2028}f\u{1B}[\u{1B}]open"
        #expect(messages(.plain) { $0.text = text }[0].hasSuffix("\nred  a␀b␡ x c\nd\ne\nf␛[␛]open"))
    }

    @Test("a result of 16 MiB takes a moment", arguments: MessageMarkup.allCases)
    func huge(markup: MessageMarkup) {
        let messages = messages(markup) { $0.text = String(repeating: "0123 @here ```\n", count: (16 << 20) / 15) }
        #expect((1...5).contains(messages.count))
        #expect(messages.contains { $0.contains(" characters left out …") })
    }
}
