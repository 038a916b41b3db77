import LegworkCore

/// Other users of this machine who may use the daemon through its shared socket: for whom each acts, and what he may do.
public struct AllowedUsers: Sendable {
    private let grants: [UInt32: Grant]

    /// Nobody.
    public init() { grants = [:] }

    /// Reads `UID=OWNER` or `UID=OWNER:RIGHTS`, several with semicolons: `1001=ann;1002=team/*:read,call`.
    ///
    /// The owner may be the beginning of several, or `*`; rights are `read`, `call`, `cancel` and `admin`, and without them all but `admin`.
    ///
    /// - Throws: ``DaemonError`` naming what makes no sense.
    public init(parsing text: String) throws(DaemonError) {
        var grants: [UInt32: Grant] = [:]
        for entry in text.split(separator: ";") {
            let parts = entry.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let user = UInt32(parts[0]), grants[user] == nil else {
                throw DaemonError("'\(entry)' is not UID=OWNER or UID=OWNER:RIGHTS with a number that comes once")
            }
            var owner = parts[1]
            var rights: Set<Right> = [.read, .call, .cancel]
            if let colon = owner.lastIndex(of: ":") {
                let words = owner[owner.index(after: colon)...].split(separator: ",").map { Right(rawValue: String($0)) }
                guard !words.isEmpty, words.allSatisfy({ $0 != nil }) else {
                    throw DaemonError("'\(entry)' names a right that there is not; there are read, call, cancel and admin")
                }
                rights = Set(words.compactMap(\.self))
                owner = owner[..<colon]
            }
            guard let owners = OwnerScope(String(owner)), !rights.contains(.admin) || owners == .all else {
                throw DaemonError("'\(entry)' names no owner, or gives the right 'admin', which is over all owners, without the owner '*'")
            }
            grants[user] = Grant(owners: owners, rights: rights)
        }
        guard !grants.isEmpty else { throw DaemonError("name at least one user: UID=OWNER") }
        self.grants = grants
    }

    /// What a user may do; nil for one who is not named.
    subscript(user: UInt32) -> Grant? { grants[user] }
}
