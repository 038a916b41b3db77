/// Measures what is sent as its platform does.
struct MessageScale: Sendable {
    let limit: MessageLimit
    let dialect: any MessageDialect

    init(_ style: MessageStyle) {
        limit = style.limit
        dialect = style.markup.dialect
    }

    /// How long a message is.
    func length(of message: FormattedMessage) -> Int {
        let (plain, marked) = (limit.length(of: message.plain), limit.length(of: message.marked))
        return dialect.sendsBoth ? plain + marked : max(plain, marked)
    }

    /// Whether a message can be sent.
    func fits(_ message: FormattedMessage) -> Bool { length(of: message) <= limit.count }

    /// What a piece of a broken text takes up.
    func length(of text: Substring, in place: TextPlace) -> Int {
        let marked = limit.length(of: dialect.escaped(text, in: place))
        return dialect.sendsBoth ? limit.length(of: text) + marked : marked
    }
}
