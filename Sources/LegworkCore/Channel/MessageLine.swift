/// A line of a message with some words in bold and some that lead somewhere.
struct MessageLine: Sendable, Hashable {
    /// A part of it. Texts are as they came from outside.
    enum Part: Sendable, Hashable {
        case text(String)
        case bold(String)
        case link(WebAddress, label: String?)
    }

    var parts: [Part]

    init(_ parts: [Part]) { self.parts = parts }

    /// The line as it is sent, with `…` where it would be longer than so many units.
    func message(_ scale: MessageScale, atMost room: Int) -> FormattedMessage {
        var line = FormattedMessage(plain: "", marked: "")
        for part in parts {
            let whole = Self.message(part, scale.dialect)
            if scale.length(of: line + whole) <= room {
                line += whole
            } else {
                return line + Self.shortened(part, scale, atMost: room - scale.length(of: line))
            }
        }
        return line
    }

    private static func message(_ part: Part, _ dialect: any MessageDialect) -> FormattedMessage {
        switch part {
        case .text(let text):
            let broken = dialect.broken(text, in: .line)
            return FormattedMessage(plain: broken, marked: dialect.escaped(broken[...], in: .line))
        case .bold(let text) where text.isEmpty: return FormattedMessage(plain: "", marked: "")
        case .bold(let text):
            let broken = dialect.broken(text, in: .line)
            return FormattedMessage(plain: broken, marked: dialect.bold(dialect.escaped(broken[...], in: .line)))
        case .link(let address, let label):
            let broken = label.map { dialect.broken($0, in: .line) }
            return FormattedMessage(
                plain: (broken.map { "\($0): " } ?? "") + address.text,
                marked: dialect.link(address.text, label: broken.map { dialect.escaped($0[...], in: .line) })
            )
        }
    }

    /// As much of a part as there is room for; of a link, nothing.
    private static func shortened(_ part: Part, _ scale: MessageScale, atMost room: Int) -> FormattedMessage {
        let (text, make): (String, (String) -> Part) =
            switch part {
            case .text(let text): (text, { .text($0) })
            case .bold(let text): (text, { .bold($0) })
            case .link: ("", { .text($0) })
            }
        // A character counts for one at least.
        var kept = text.prefix(max(0, room))
        while true {
            let message = message(make(kept + "…"), scale.dialect)
            if scale.length(of: message) <= room { return message }
            if kept.isEmpty { return FormattedMessage(plain: "", marked: "") }
            kept.removeLast()
        }
    }
}

extension FormattedMessage {
    static func + (left: FormattedMessage, right: FormattedMessage) -> FormattedMessage {
        FormattedMessage(plain: left.plain + right.plain, marked: left.marked + right.marked)
    }

    static func += (left: inout FormattedMessage, right: FormattedMessage) {
        left.plain += right.plain
        left.marked += right.marked
    }
}
