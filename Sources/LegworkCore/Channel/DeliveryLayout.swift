/// What of a task is told, as messages.
public struct DeliveryLayout: Sendable, Hashable {
    /// The messages in order; one at least.
    public let messages: [FormattedMessage]
    /// Whether something of the text is left out. The messages say where, and how much.
    public let isCut: Bool

    /// Describes a layout.
    public init(messages: [FormattedMessage], isCut: Bool) {
        self.messages = messages
        self.isCut = isCut
    }
}

/// How a text from outside stands in its messages.
public enum BodyStyle: String, Sendable, Hashable, CaseIterable {
    /// In a block of code, so that it looks as it was printed.
    case fenced
    /// As a text of its own. Where the platform knows Markdown, what is Markdown in it stays so, except links whose target is not seen, images
    /// and HTML.
    case text
    /// As a text when it is a question, or when the platform knows Markdown and the result is written in it; else in a block.
    case automatic
}
