/// The scope that may see a task: a thread, a session or a user. Two owners never see each other's tasks.
public struct Owner: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The longest name, in UTF-8 bytes.
    public static let maximumLength = 256

    /// The owner's name.
    public let name: String

    /// Names an owner.
    public init(_ name: String) { self.name = name }

    /// Names an owner.
    public init(stringLiteral value: String) { name = value }

    /// The owner's name.
    public var description: String { name }

    /// Whether two owners are one: their names have the same bytes.
    public static func == (left: Owner, right: Owner) -> Bool { left.name.isExactly(right.name) }

    /// Hashes the name's bytes.
    public func hash(into hasher: inout Hasher) { name.hashExactly(into: &hasher) }
}

/// Who looks: one owner, or the operator, who sees everything.
public enum Scope: Sendable, Hashable {
    /// Sees the tasks of one owner. A foreign task and a missing one look alike.
    case owner(Owner)
    /// Sees all tasks.
    case `operator`

    /// Whether a task of the given owner is visible.
    public func includes(_ owner: Owner) -> Bool {
        switch self {
        case .owner(let mine): mine == owner
        case .operator: true
        }
    }
}

/// Who makes a call: the owner, and where the call came from.
public struct Caller: Sendable, Hashable {
    /// Where a call came from, as far as the door knows.
    public struct Origin: Sendable, Hashable {
        /// The kind of door or chat platform, such as `mcp`, `shell` or `discord`.
        public var platform: String?
        /// The channel within the platform.
        public var channel: String?
        /// The person within the platform.
        public var user: String?
        /// One conversation of the owner's, where he has several: notices of its tasks are for it alone.
        public var session: String?

        /// Describes an origin.
        public init(platform: String? = nil, channel: String? = nil, user: String? = nil, session: String? = nil) {
            self.platform = platform
            self.channel = channel
            self.user = user
            self.session = session
        }
    }

    /// The scope that may see the tasks made by this caller.
    public var owner: Owner
    // Every task holds its caller, and most callers make many tasks: they share the origin.
    private var sharedOrigin: Shared<Origin>?

    /// Where the call came from.
    public var origin: Origin? {
        get { sharedOrigin?.value }
        set { sharedOrigin = newValue.map(Shared.init) }
    }

    /// Describes a caller.
    public init(owner: Owner, origin: Origin? = nil) {
        self.owner = owner
        sharedOrigin = origin.map(Shared.init)
    }

    /// The conversation that the call came from, where the door knows it.
    public var session: String? { origin?.session }

    /// What this caller may see.
    public var scope: Scope { .owner(owner) }
}

/// Where a task stands in its family. Every part is optional.
public struct Lineage: Sendable, Hashable {
    private struct Parts: Sendable, Hashable {
        var parent: TaskID?
        var run: String?
        var call: String?
        var agent: String?
    }

    // Most tasks have no family at all, and then this costs them one word.
    private var parts: Shared<Parts>?

    /// The task that made this one.
    public var parent: TaskID? {
        get { parts?.value.parent }
        set { change { $0.parent = newValue } }
    }

    /// The agent run it belongs to.
    public var run: String? {
        get { parts?.value.run }
        set { change { $0.run = newValue } }
    }

    /// The call within that run.
    public var call: String? {
        get { parts?.value.call }
        set { change { $0.call = newValue } }
    }

    /// The agent that made it.
    public var agent: String? {
        get { parts?.value.agent }
        set { change { $0.agent = newValue } }
    }

    /// Describes a lineage.
    public init(parent: TaskID? = nil, run: String? = nil, call: String? = nil, agent: String? = nil) {
        let parts = Parts(parent: parent, run: run, call: call, agent: agent)
        self.parts = parts == Parts() ? nil : Shared(parts)
    }

    /// No family at all.
    public static let none = Lineage()

    /// Whether nothing is said.
    public var isNone: Bool { parts == nil }

    /// The lineage with what it leaves open taken from another.
    public func completed(from other: Lineage) -> Lineage {
        if isNone { return other }
        if other.isNone { return self }
        return Lineage(
            parent: parent ?? other.parent,
            run: run ?? other.run,
            call: call ?? other.call,
            agent: agent ?? other.agent
        )
    }

    private mutating func change(_ body: (inout Parts) -> Void) {
        var changed = parts?.value ?? Parts()
        body(&changed)
        parts = changed == Parts() ? nil : Shared(changed)
    }
}
