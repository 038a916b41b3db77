/// Whom a message is for, as its sender sees it.
public enum MessageAddress: Sendable, Hashable {
    /// The task of this id.
    case task(TaskID)
    /// The live task of this name: the sender's own child first, then any of the same owner. Or the task whose id begins with this.
    case named(String)
    /// The task that made the sender.
    case parent
    /// The sender itself.
    case oneself
    /// Every live child of the sender that takes messages; for a sender that is no task, every such task of its owner that has no parent.
    case all
    /// A task of another owner, by its name or its whole id, if the host permits that.
    case agent(owner: Owner, String)

    /// The names that no task can have, for here they mean something else, or may come to.
    public static let reservedNames: Set<String> = ["parent", "self", "all", "broadcast"]

    /// What the text of an address of another owner's task begins with: `agent:OWNER/NAME`.
    public static let agentMarker = "agent:"
}

extension MessageAddress: CustomStringConvertible {
    /// The address as text, as a person or a model writes it.
    public var description: String {
        switch self {
        case .task(let id): id.description
        case .named(let text): text
        case .parent: "parent"
        case .oneself: "self"
        case .all: "all"
        case .agent(let owner, let text): "\(Self.agentMarker)\(owner.name)/\(text)"
        }
    }
}
