/// A place outside where people or programs are told what became of tasks: a chat room, a mailbox, a webhook, a file.
///
/// A channel only sends. What is sent when, how often it is tried and what happens when it never works is the outbox's, and how a long text
/// becomes messages is ``DeliveryFormatter``'s. `LegworkChannelConformance` holds the behaviours that every channel must show.
public protocol Channel: Sendable {
    /// What it takes. Must be quick, and always the same.
    var form: ChannelForm { get }

    /// Sends one message, or one document, and returns when the other side has taken it.
    ///
    /// The same piece may come again, when it is not known whether it was taken: what is idempotent there should be used with
    /// ``DeliveryPiece/key``. Cancellation means that the time is over.
    ///
    /// - Returns: what the other side said of it.
    /// - Throws: ``ChannelError``, which says whether it is worth trying again. Its message names no secret.
    func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt
}

/// What a channel takes.
public enum ChannelForm: Sendable, Hashable {
    /// Messages for people, of a limited length.
    case messages(MessageStyle)
    /// All that is known, once, for programs.
    case document
}

/// How messages have to look on a platform.
public struct MessageStyle: Sendable, Hashable {
    /// How long one may be, as it is sent, markup included.
    public var limit: MessageLimit
    /// At most so many for one delivery.
    public var maximumMessages: Int
    /// How text is marked up and made harmless.
    public var markup: MessageMarkup
    /// How many bytes a file may have that goes with the last message; nil when there can be none.
    public var maximumAttachmentBytes: Int?

    /// Describes a style.
    public init(limit: MessageLimit, maximumMessages: Int = 5, markup: MessageMarkup, maximumAttachmentBytes: Int? = nil) {
        self.limit = limit
        self.maximumMessages = max(1, maximumMessages)
        self.markup = markup
        self.maximumAttachmentBytes = maximumAttachmentBytes
    }
}

/// How text is marked up.
public enum MessageMarkup: String, Sendable, Hashable, CaseIterable {
    /// Not at all: ntfy, mail, IRC, a file.
    case plain
    /// Markdown as CommonMark has it: Teams, mattermost.
    case markdown
    /// Discord's.
    case discord
    /// Slack's mrkdwn, in which `&`, `<` and `>` are escaped.
    case slack
    /// The few elements of HTML that Telegram takes.
    case telegram
    /// HTML beside the same as plain text: Matrix.
    case html
}

/// One message as it is sent.
public struct FormattedMessage: Sendable, Hashable {
    /// The text without markup, for platforms that want it beside the other and for those that know none.
    public var plain: String
    /// The text with the style's markup, with everything made harmless that came from outside.
    public var marked: String

    /// A message.
    public init(plain: String, marked: String) {
        self.plain = plain
        self.marked = marked
    }
}

/// A file that goes with a message.
public struct MessageAttachment: Sendable, Hashable {
    /// Its name, such as `task_….txt`.
    public var name: String
    /// What is in it.
    public var bytes: [UInt8]
    /// Its MIME type.
    public var type: String

    /// A file.
    public init(name: String, bytes: [UInt8], type: String = "text/plain; charset=utf-8") {
        self.name = name
        self.bytes = bytes
        self.type = type
    }
}

/// What is sent at once.
public struct DeliveryPiece: Sendable, Hashable {
    /// The delivery's id, or that of a test; the same at every try.
    public var delivery: String
    /// Which message of the delivery, from 0. Documents have one.
    public var index: Int
    /// How many messages it has.
    public var count: Int
    /// Where in the channel; nil is the channel's own place.
    public var target: String?
    /// What is told.
    public var content: DeliveryContent
    /// The message; nil for a document.
    public var message: FormattedMessage?
    /// A file that goes with it, where the channel takes files.
    public var attachment: MessageAttachment?
    /// Where the whole can be looked at; nil when there is no such place.
    public var link: String?
    /// What people can answer with a click, for a question: words and where they lead.
    public var answers: [AnswerLink]
    /// What the other side said of the message before.
    public var previous: JSONValue?
    /// The time of this try.
    public var now: Timestamp

    /// Describes a piece.
    public init(
        delivery: String,
        index: Int = 0,
        count: Int = 1,
        target: String? = nil,
        content: DeliveryContent,
        message: FormattedMessage? = nil,
        attachment: MessageAttachment? = nil,
        link: String? = nil,
        answers: [AnswerLink] = [],
        previous: JSONValue? = nil,
        now: Timestamp
    ) {
        self.delivery = delivery
        self.index = index
        self.count = count
        self.target = target
        self.content = content
        self.message = message
        self.attachment = attachment
        self.link = link
        self.answers = answers
        self.previous = previous
        self.now = now
    }

    /// Names the piece for the other side: the same at every try, and no other's.
    public var key: String { count == 1 ? delivery : "\(delivery)_p\(index + 1)" }
}

/// A link with which a person answers.
public struct AnswerLink: Sendable, Hashable {
    /// The word on it, such as `Approve`.
    public var label: String
    /// Where it leads. Whoever has it can answer: it is a secret of the conversation.
    public var url: String

    /// A link.
    public init(label: String, url: String) {
        self.label = label
        self.url = url
    }
}

/// What the other side said of a piece that it took.
public struct PieceReceipt: Sendable, Hashable {
    /// What the next piece needs to know, such as the thread, and what names the message there. At most ``Delivery/maximumReceiptBytes``.
    public var receipt: JSONValue?
    /// How long the other side wants to hear nothing more.
    public var pause: Duration

    /// A receipt.
    public init(_ receipt: JSONValue? = nil, pause: Duration = .zero) {
        self.receipt = receipt
        self.pause = pause
    }
}
