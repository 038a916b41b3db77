/// Puts a text between a header and a footer, in as many messages as it takes.
struct MessageComposer: Sendable {
    /// How the text stands in its messages.
    enum Form: Sendable, Hashable {
        /// In blocks of code.
        case block
        /// Escaped.
        case prose
        /// As Markdown, in which what is active is broken already.
        case markdown
    }

    /// Below it, the number of a message is not worth its room.
    private static let smallestNumbered = 200

    private let style: MessageStyle
    private let scale: MessageScale
    private let form: Form
    private let header: FormattedMessage
    private let footer: FormattedMessage?

    init(_ style: MessageStyle, _ scale: MessageScale, form: Form, header: FormattedMessage, footer: FormattedMessage?) {
        self.style = style
        self.scale = scale
        self.form = form
        self.header = header
        self.footer = footer
    }

    /// The messages; nil when they would be too many, or one too long.
    func compose(_ kept: KeptText) -> MessagePlan? {
        if let single = compose(kept, atMost: 1, isNumbered: false) { return single }
        guard style.maximumMessages > 1 else { return nil }
        return compose(kept, atMost: style.maximumMessages, isNumbered: style.limit.count >= Self.smallestNumbered)
    }

    private func compose(_ kept: KeptText, atMost most: Int, isNumbered: Bool) -> MessagePlan? {
        let block = form == .block ? scale.dialect.block(around: kept.text) : CodeBlock(opening: "", closing: "", closesOnLine: false)
        let longest = number(most, of: most, isNumbered)
        func room(_ top: FormattedMessage) -> Int {
            style.limit.count - scale.length(of: message(top, body: "", block, bottom: nil))
        }
        let firstRoom = room(header + space + longest)
        let laterRoom = room(longest)
        guard firstRoom > 0, laterRoom > 0 || most == 1 else { return nil }
        let place: TextPlace = form == .block ? .code : .prose
        let splitter = MessageSplitter(room: laterRoom, firstRoom: firstRoom, knowsBlocks: form == .markdown) { [scale] text in
            scale.length(of: text, in: place)
        }
        let pieces = splitter.split(kept.text, atMost: most + 1)
        guard pieces.count <= most else { return nil }
        let bottomIsApart: Bool
        if let footer, let last = pieces.last {
            let top = pieces.count == 1 ? header + space + longest : longest
            bottomIsApart = !scale.fits(message(top, body: last.text[...], block, bottom: footer))
        } else {
            bottomIsApart = false
        }
        let count = max(1, pieces.count) + (bottomIsApart ? 1 : 0)
        guard count <= most else { return nil }
        var messages: [FormattedMessage] = []
        for index in 0..<count {
            let number = number(index + 1, of: count, isNumbered && count > 1)
            let top = index == 0 ? header + (number.plain.isEmpty ? number : space + number) : number
            let body = index < pieces.count ? pieces[index].text : ""
            messages.append(message(top, body: body[...], body.isEmpty ? nil : block, bottom: index == count - 1 ? footer : nil))
        }
        guard messages.allSatisfy(scale.fits) else { return nil }
        return MessagePlan(messages: messages, bodies: pieces.map { String($0.body) }, isCut: kept.isCut)
    }

    private var space: FormattedMessage { FormattedMessage(plain: " ", marked: " ") }

    private func number(_ index: Int, of count: Int, _ isNumbered: Bool) -> FormattedMessage {
        isNumbered ? MessageLine([.text("(\(index)/\(count))")]).message(scale, atMost: .max) : FormattedMessage(plain: "", marked: "")
    }

    /// One message: a line or none, the body, and the footer in the last.
    private func message(_ top: FormattedMessage, body: Substring, _ block: CodeBlock?, bottom: FormattedMessage?) -> FormattedMessage {
        var message = top
        func endLine() {
            if !message.plain.isEmpty { message.plain += "\n" }
            if !message.marked.isEmpty { message.marked += form == .block ? "\n" : scale.dialect.lineBreak }
        }
        if let block {
            endLine()
            let escaped = scale.dialect.escaped(body, in: form == .block ? .code : .prose)
            message.plain += body
            message.marked += block.opening + escaped
            if block.closesOnLine, escaped.utf8.last != UInt8(ascii: "\n") { message.marked += "\n" }
            message.marked += block.closing
        }
        if let bottom {
            endLine()
            message += bottom
        }
        return message
    }
}

/// The messages of a delivery, and what of the text each of them holds.
package struct MessagePlan: Sendable, Hashable {
    package var messages: [FormattedMessage]
    /// One after the other they are the text that is kept.
    package var bodies: [String]
    package var isCut: Bool
}
