public import LegworkCore

extension MessageAddress {
    /// Reads an address as a person or a model writes it: an id, the beginning of one, a name, `parent`, `self`, `all`, or
    /// `agent:OWNER/NAME` for a task of another owner (the owner is what stands before the last `/`).
    ///
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` for what can be no address.
    public init(_ text: String) throws(TaskManagerError) {
        switch text {
        case "parent": self = .parent
        case "self": self = .oneself
        case "all": self = .all
        case "broadcast":
            throw TaskManagerError(.invalidArgument, "'broadcast' is reserved and no address; 'all' reaches all your running children")
        case _ where text.hasPrefix(Self.agentMarker):
            let rest = text.dropFirst(Self.agentMarker.count)
            guard let slash = rest.lastIndex(of: "/"), slash != rest.startIndex, rest.index(after: slash) != rest.endIndex else {
                throw TaskManagerError(.invalidArgument, "the address of another owner's task is \(Self.agentMarker)OWNER/NAME")
            }
            self = .agent(owner: Owner(String(rest[..<slash])), String(rest[rest.index(after: slash)...]))
        default:
            guard CallLimits.isName(text) else {
                throw TaskManagerError(
                    .invalidArgument,
                    "an address is a task's id or name of 1 to 100 bytes without control characters, or 'parent', 'self' or 'all'"
                )
            }
            self = TaskID(text).map { .task($0) } ?? .named(text)
        }
    }
}
