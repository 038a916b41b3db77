import LegworkCore
import LegworkHTTP
import Synchronization

/// What somebody was let in with: whose tasks are shown to him, what he may do, and until when. All requests with one token share one, so
/// that its revocation ends them all.
final class Grant: HTTPCredential {
    let owners: OwnerScope
    let rights: Set<Right>
    private let expiresAt: Timestamp?
    private let clock: any TaskClock
    private let isRevoked = Atomic<Bool>(false)

    init(owners: OwnerScope, rights: Set<Right>, expiresAt: Timestamp? = nil, clock: any TaskClock = SystemClock()) {
        self.owners = owners
        self.rights = rights
        self.expiresAt = expiresAt
        self.clock = clock
    }

    /// The person whose daemon it is.
    static let user = Grant(owners: .all, rights: Set(Right.allCases))
    /// Somebody who has shown nothing.
    static let anonymous = Grant(owners: .one(Principal.localOwner), rights: [])

    var isValid: Bool {
        guard !isRevoked.load(ordering: .relaxed) else { return false }
        return expiresAt.map { clock.now < $0 } ?? true
    }

    func revoke() { isRevoked.store(true, ordering: .relaxed) }
}
