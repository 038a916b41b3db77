/// What an agent may do without anybody being asked, from the least to the most.
public enum AgentPermission: String, Sendable, Hashable, CaseIterable, Comparable {
    /// What the agent allows itself when nobody can be asked; everything else is denied. Mostly: to read.
    case standard = "default"
    /// To edit files in its working folder as well.
    case edit
    /// Everything, as if each question were answered with yes.
    case auto

    private var rank: Int {
        switch self {
        case .standard: 0
        case .edit: 1
        case .auto: 2
        }
    }

    /// Whether one allows less than another.
    public static func < (left: AgentPermission, right: AgentPermission) -> Bool { left.rank < right.rank }
}

/// What an agent is to do with a prompt.
public enum AgentMode: String, Sendable, Hashable, CaseIterable {
    /// The work.
    case agent
    /// A plan, without changing anything.
    case plan
}
