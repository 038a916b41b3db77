import LegworkCore
import LegworkHTTP
import Synchronization

/// What somebody was let in with: whose tasks are shown to him, what he may do, and until when.
struct Grant: HTTPCredential {
    /// Ends all grants of one token at once.
    final class Standing: Sendable {
        private let isRevoked = Atomic<Bool>(false)
        private let expiresAt: Timestamp?
        private let clock: any TaskClock

        init(expiresAt: Timestamp?, clock: any TaskClock) {
            self.expiresAt = expiresAt
            self.clock = clock
        }

        var isValid: Bool {
            guard !isRevoked.load(ordering: .relaxed) else { return false }
            return expiresAt.map { clock.now < $0 } ?? true
        }

        func revoke() { isRevoked.store(true, ordering: .relaxed) }
    }

    let owners: OwnerScope
    let rights: Set<Right>
    /// nil for what lasts as long as the connection does.
    let standing: Standing?

    var isValid: Bool { standing?.isValid ?? true }

    /// The person whose daemon it is.
    static let user = Grant(owners: .all, rights: Set(Right.allCases), standing: nil)
    /// Somebody who has shown nothing.
    static let anonymous = Grant(owners: .one(Principal.localOwner), rights: [], standing: nil)
}
