public import LegworkCore

/// What a channel's tests supply to have its behaviours checked.
public protocol ChannelProvider: Sendable {
    /// What the channel and its receiver can; behaviours that need more do not apply.
    var capabilities: ChannelCapabilities { get }

    /// Starts a receiver that nobody else uses, which takes everything, and makes a channel to it.
    func makeStage() async throws -> ChannelStage
}

/// A channel and what it sends to.
public struct ChannelStage: Sendable {
    /// What is checked.
    public var channel: any Channel
    /// What it sends to.
    public var receiver: any ChannelReceiver
    /// What no error, receipt or description may contain: URLs with tokens, tokens, passwords. Long enough not to occur by chance.
    public var secrets: [String]
    /// A place in the channel that is not its own, for ``ChannelCapabilities/targets``.
    public var target: String?

    /// Describes a stage.
    public init(channel: any Channel, receiver: any ChannelReceiver, secrets: [String] = [], target: String? = nil) {
        self.channel = channel
        self.receiver = receiver
        self.secrets = secrets
        self.target = target
    }
}

/// The other side of a channel, as a test plays it: written from the platform's documentation, or the real thing on loopback.
public protocol ChannelReceiver: Sendable {
    /// How it answers from now on.
    func answer(_ answer: ReceiverAnswer) async throws

    /// What it has taken, in order. What it did not take is not in it.
    func received() async throws -> [ReceivedMessage]

    /// Returns when something has come that it keeps waiting, because its answer is ``ReceiverAnswer/silence``.
    func waitUntilAsked() async throws

    /// Ends it.
    func close() async
}

extension ChannelReceiver {
    /// For receivers that cannot be silent.
    public func waitUntilAsked() async throws {}
}

/// How a receiver answers.
public enum ReceiverAnswer: Sendable, Hashable {
    /// It takes what comes.
    case taking
    /// It will never take this. An answer with words should repeat all it was sent, secrets too, to see whether they are told on.
    case refusal
    /// It is asked too often, and says how long to wait.
    case rateLimit(Duration)
    /// It is in trouble, as `503` says.
    case trouble
    /// Nobody listens.
    case unreachable
    /// It takes what comes and says nothing.
    case silence
    /// It ends the connection in the middle of its answer.
    case hangUp
    /// It takes what comes, and its answer is of many megabytes.
    case longAnswer
    /// What was sent to prove who is there is wrong.
    case wrongCredentials
    /// The place is gone for good.
    case gone
}

/// What a receiver took, as its platform understands it.
public struct ReceivedMessage: Sendable, Hashable {
    /// What names it there; the receiver's own.
    public var id: String
    /// Everything a reader sees of it, or the document. Pieces of markup may be in it.
    public var text: String
    /// By which the platform knows a message that comes again; for ``ChannelCapabilities/keys``.
    public var key: String?
    /// The ``id`` of the message under which it stands; for ``ChannelCapabilities/threads``.
    public var thread: String?
    /// Where it was put; for ``ChannelCapabilities/targets``.
    public var place: String?
    /// Whom the platform would call, and what it would make a link, an image or an element of: what a reader would not expect in quoted text.
    public var activated: [String]

    /// Describes a message.
    public init(
        id: String,
        text: String,
        key: String? = nil,
        thread: String? = nil,
        place: String? = nil,
        activated: [String] = []
    ) {
        self.id = id
        self.text = text
        self.key = key
        self.thread = thread
        self.place = place
        self.activated = activated
    }
}

/// What a channel and its receiver can.
public struct ChannelCapabilities: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: Int

    /// Makes a set of its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The platform is told ``DeliveryPiece/key``.
    public static let keys = ChannelCapabilities(rawValue: 1 << 0)
    /// Later messages of a delivery stand under the first.
    public static let threads = ChannelCapabilities(rawValue: 1 << 1)
    /// A piece can go to another place than the channel's own.
    public static let targets = ChannelCapabilities(rawValue: 1 << 2)
    /// ``ReceiverAnswer/refusal``.
    public static let refusal = ChannelCapabilities(rawValue: 1 << 3)
    /// ``ReceiverAnswer/rateLimit(_:)``.
    public static let rateLimits = ChannelCapabilities(rawValue: 1 << 4)
    /// ``ReceiverAnswer/trouble``.
    public static let trouble = ChannelCapabilities(rawValue: 1 << 5)
    /// ``ReceiverAnswer/unreachable``.
    public static let unreachable = ChannelCapabilities(rawValue: 1 << 6)
    /// ``ReceiverAnswer/silence``.
    public static let silence = ChannelCapabilities(rawValue: 1 << 7)
    /// ``ReceiverAnswer/hangUp``.
    public static let hangUps = ChannelCapabilities(rawValue: 1 << 8)
    /// ``ReceiverAnswer/longAnswer``.
    public static let longAnswers = ChannelCapabilities(rawValue: 1 << 9)
    /// ``ReceiverAnswer/wrongCredentials``.
    public static let credentials = ChannelCapabilities(rawValue: 1 << 10)
    /// ``ReceiverAnswer/gone``.
    public static let gone = ChannelCapabilities(rawValue: 1 << 11)

    /// What anything over HTTP can.
    public static let http: ChannelCapabilities = [
        .refusal, .rateLimits, .trouble, .unreachable, .silence, .hangUps, .longAnswers, .credentials, .gone,
    ]
}
