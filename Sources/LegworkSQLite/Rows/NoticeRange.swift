import LegworkCore

/// A range of an index of `notices`.
struct NoticeRange {
    /// The index, from `INDEXED BY` on.
    var index: SQL
    /// The conditions behind `WHERE`; more may follow.
    var filter: SQL

    /// The ranges that hold what a scope and a conversation may see, each in order of sequence.
    static func all(_ scope: Scope, _ session: String?, states: Set<Notice.State>) -> [NoticeRange] {
        Notice.State.allCases.filter(states.contains).flatMap { state -> [NoticeRange] in
            // The state stands in the text, so that each range has a statement of its own.
            let state = SQL(stringLiteral: "state = '\(state.rawValue)'")
            switch (scope, session) {
            case (.operator, _):
                return [NoticeRange(index: "INDEXED BY notices_by_state", filter: "\(state)\(andFor: session)")]
            case (.owner(let owner), nil):
                return [NoticeRange(index: "INDEXED BY notices_by_owner", filter: "owner = \(owner.name) AND \(state)")]
            case (.owner(let owner), let session?):
                return ["session IS NULL", "session = \(session)"].map { (mine: SQL) in
                    NoticeRange(index: "INDEXED BY notices_by_session", filter: "owner = \(owner.name) AND \(mine) AND \(state)")
                }
            }
        }
    }
}

extension SQL.StringInterpolation {
    /// Puts in a filter, with `AND` before it, for what a scope may see.
    mutating func appendInterpolation(and scope: Scope, column: StaticString = "owner") {
        guard case .owner(let owner) = scope else { return }
        appendLiteral(" AND \(column) = ")
        appendInterpolation(owner.name)
    }

    /// Puts in a filter, with `AND` before it, for the notices that a conversation may have.
    mutating func appendInterpolation(andFor session: String?) {
        guard let session else { return }
        appendLiteral(" AND (session IS NULL OR session = ")
        appendInterpolation(session)
        appendLiteral(")")
    }
}
