/// Makes messages of what became of a task: a line that says so, the result, and where the rest is. Pure: the same content gives the same
/// messages, so that a delivery can go on at any of them.
///
/// Nothing from outside is active on the platform: it pings nobody, leads nowhere unseen, and stays in its block. A text that is too long loses
/// its middle, in whose place a line says how many characters were left out.
public struct DeliveryFormatter: Sendable {
    private let style: MessageStyle
    private let scale: MessageScale
    private let template: DeliveryTemplate?
    private let maximumCharacters: Int
    private let link: WebAddress?
    private let answers: [AnswerLink]
    private let body: BodyStyle

    /// Makes a formatter.
    ///
    /// - Parameters:
    ///   - template: the line above the result, as ``DeliveryTemplate`` reads it; nil takes the standard one, and so does one that cannot be
    ///     read.
    ///   - maximumCharacters: the most of a result.
    ///   - link: where the whole can be looked at, as `http` or `https`; another is not shown.
    ///   - answers: with what a question can be answered.
    public init(
        style: MessageStyle,
        template: String? = nil,
        maximumCharacters: Int = ChannelEntry.standardMaximumCharacters,
        link: String? = nil,
        answers: [AnswerLink] = [],
        body: BodyStyle = .fenced
    ) {
        self.style = style
        scale = MessageScale(style)
        self.template = template.flatMap { try? DeliveryTemplate($0) }
        // Every character counts for one at least, so nothing beyond this fits.
        self.maximumCharacters = max(0, min(maximumCharacters, style.maximumMessages.saturatingProduct(style.limit.count)))
        self.link = link.flatMap(WebAddress.init)
        self.answers = answers
        self.body = body
    }

    /// The messages for a content.
    public func layout(of content: DeliveryContent) -> DeliveryLayout {
        let plan = plan(for: content)
        return DeliveryLayout(messages: plan.messages, isCut: plan.isCut || content.omitted > 0)
    }

    /// The messages, and what of the text each of them holds.
    package func plan(for content: DeliveryContent) -> MessagePlan {
        let line = template?.line(for: content, link: link) ?? DeliveryTemplate.standardLine(for: content, link: link)
        let header = line.message(scale, atMost: style.limit.count / 3)
        let footer = DeliveryFooter(content, link: link, answers: content.status == .inputRequired ? answers : [])
            .message(scale, atMost: style.limit.count / 2)
        let text = DeliveryText.text(of: content)
        let form = text.isEmpty ? .prose : form(for: content)
        let source = DeliveryText(
            text.isEmpty ? Self.nothing(in: content) : text,
            of: content,
            atMost: maximumCharacters,
            form,
            scale.dialect
        )
        // What makes no message readable any more is given up first: where a message is very short, there is no room for all of it.
        for (footer, isBrief) in [(footer, false), (nil, false), (nil, true)] {
            let composer = MessageComposer(style, scale, form: form, header: header, footer: footer)
            if let plan = longest(of: source, composer, isBrief: isBrief) { return plan }
        }
        return MessagePlan(messages: [header], bodies: [], isCut: !source.isEmpty)
    }

    /// As much of a text as there are messages for.
    private func longest(of source: DeliveryText, _ composer: MessageComposer, isBrief: Bool) -> MessagePlan? {
        if let whole = composer.compose(source.kept(maximumCharacters, isBrief: isBrief)) { return whole }
        guard var best = composer.compose(source.kept(0, isBrief: isBrief)) else { return nil }
        var (fits, fails) = (0, maximumCharacters)
        while fails - fits > 1 {
            let middle = fits + (fails - fits) / 2
            if let plan = composer.compose(source.kept(middle, isBrief: isBrief)) {
                (fits, best) = (middle, plan)
            } else {
                fails = middle
            }
        }
        return best
    }

    /// What stands for an empty result; nothing where none is to be expected.
    private static func nothing(in content: DeliveryContent) -> Substring {
        switch content.status {
        case .completed, .failed: "(no output)"
        case .cancelled, .stopped, .inputRequired, .queued, .running: ""
        }
    }

    private func form(for content: DeliveryContent) -> MessageComposer.Form {
        let prose: MessageComposer.Form = scale.dialect.knowsMarkdown ? .markdown : .prose
        return switch body {
        case .fenced: .block
        case .text: prose
        case .automatic:
            if content.status == .inputRequired {
                prose
            } else if scale.dialect.knowsMarkdown, !content.isError, MarkdownProse.isLikely(content.text) {
                .markdown
            } else {
                .block
            }
        }
    }
}

extension Int {
    fileprivate func saturatingProduct(_ other: Int) -> Int {
        let (product, isTooLarge) = multipliedReportingOverflow(by: other)
        return isTooLarge ? .max : product
    }
}
