/// A channel as the configuration has it: its name, who may use it, and what its messages are like.
public struct ChannelEntry: Sendable {
    /// Its name: letters, digits, `.`, `_` and `-`, at most ``Redirect/maximumNameBytes``.
    public var name: String
    /// The kind of channel, such as `slack`, for people.
    public var kind: String
    /// Sends.
    public var channel: any Channel
    /// Who may have something told there.
    public var access: ChannelAccess
    /// Which places beside the channel's own a redirect may name.
    public var targets: TargetPolicy
    /// The most characters of a result; nil takes ``standardMaximumCharacters``.
    public var maximumCharacters: Int?
    /// The line above a result; nil takes the standard one. See ``DeliveryFormatter``.
    public var template: String?
    /// How long one message may be, where that is less than the platform takes, counted as it counts; nil is what it takes.
    public var messageSize: Int?
    /// The most messages of one delivery; nil leaves it to the channel.
    public var maximumMessages: Int?
    /// How many deliveries are sent at once; in order where it is 1.
    public var concurrency: Int
    /// The least time between two messages.
    public var interval: Duration
    /// How long one message may take.
    public var timeLimit: Duration
    /// Whether questions come with links that answer them.
    public var takesAnswers: Bool
    /// How results and questions stand in messages.
    public var body: BodyStyle

    /// How much of a result is told where nobody says it.
    public static let standardMaximumCharacters = 9000

    /// Which places a redirect may name.
    public enum TargetPolicy: Sendable, Hashable {
        /// None: only the channel's own.
        case own
        /// These.
        case listed(Set<String>)
        /// Any.
        case any
    }

    /// Describes a channel that everybody may use.
    public init(
        _ name: String,
        kind: String,
        _ channel: any Channel,
        access: ChannelAccess = .everybody,
        targets: TargetPolicy = .own,
        maximumCharacters: Int? = nil,
        template: String? = nil,
        messageSize: Int? = nil,
        maximumMessages: Int? = nil,
        concurrency: Int = 1,
        interval: Duration = .zero,
        timeLimit: Duration = .seconds(30),
        takesAnswers: Bool = false,
        body: BodyStyle = .fenced
    ) {
        self.name = name
        self.kind = kind
        self.channel = channel
        self.access = access
        self.targets = targets
        self.maximumCharacters = maximumCharacters
        self.template = template
        self.messageSize = messageSize
        self.maximumMessages = maximumMessages
        self.concurrency = max(1, concurrency)
        self.interval = interval
        self.timeLimit = timeLimit
        self.takesAnswers = takesAnswers
        self.body = body
    }
}

/// Who may have something told in a channel.
public struct ChannelAccess: Sendable, Hashable {
    /// These owners; a name that ends in `*` stands for all that begin so. nil permits every owner.
    public var owners: [String]?
    /// Only callers of these platforms; nil permits every platform, and none.
    public var platforms: Set<String>?

    /// Describes it.
    public init(owners: [String]? = nil, platforms: Set<String>? = nil) {
        self.owners = owners
        self.platforms = platforms
    }

    /// Everybody.
    public static let everybody = ChannelAccess()

    /// Whether a caller may use the channel.
    public func permits(_ caller: Caller) -> Bool {
        if let owners, !owners.contains(where: { Self.matches($0, caller.owner.name) }) { return false }
        if let platforms { return caller.origin?.platform.map(platforms.contains) ?? false }
        return true
    }

    package static func matches(_ pattern: String, _ text: String) -> Bool {
        pattern.hasSuffix("*") ? text.hasPrefix(pattern.dropLast()) : pattern.isExactly(text)
    }
}

/// Says for which tasks something is told without anybody's asking, or where it is told when somebody asks without naming a channel.
public struct RedirectRule: Sendable, Hashable {
    /// Tasks of these owners, as in ``ChannelAccess/owners``; nil means all.
    public var owners: [String]?
    /// Calls of this tool.
    public var tool: String?
    /// Tasks of this queue.
    public var queue: String?
    /// Tasks whose caller came from this platform.
    public var platform: String?
    /// Whether it is only for those who ask without naming a channel.
    public var isDefault: Bool
    /// What is told where. Its target may be `origin`, which stands for the caller's own channel in the platform.
    public var redirect: Redirect

    /// Describes a rule.
    public init(
        owners: [String]? = nil,
        tool: String? = nil,
        queue: String? = nil,
        platform: String? = nil,
        isDefault: Bool = false,
        _ redirect: Redirect
    ) {
        self.owners = owners
        self.tool = tool
        self.queue = queue
        self.platform = platform
        self.isDefault = isDefault
        self.redirect = redirect
    }

    /// Whether it is for a call.
    public func matches(_ caller: Caller, tool: String, queue: String) -> Bool {
        if let owners, !owners.contains(where: { ChannelAccess.matches($0, caller.owner.name) }) { return false }
        if let wanted = self.tool, !wanted.isExactly(tool) { return false }
        if let wanted = self.queue, !wanted.isExactly(queue) { return false }
        if let platform, !(caller.origin?.platform.map(platform.isExactly) ?? false) { return false }
        return true
    }
}
