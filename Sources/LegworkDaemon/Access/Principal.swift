import LegworkCore
import LegworkHTTP

/// Who makes a request, and what he may see and do.
struct Principal: Sendable {
    /// The conversation of whoever looks from outside of all: it is told what is for any, and speaks for no other.
    static let noConversation = ""

    /// The owner of tasks that name none: the person at this machine.
    static let localOwner: Owner = "local"

    /// For whom he acts.
    let owner: Owner
    /// Whether every owner's tasks are shown. Whoever looks after the daemon may ask for that.
    let isOperator: Bool
    /// What he may do.
    let rights: Set<Right>
    /// For whom he might act.
    let owners: OwnerScope

    var scope: Scope { isOperator ? .operator : .owner(owner) }

    /// Whether nothing is known of him.
    var isAnonymous: Bool { rights.isEmpty }

    func caller(platform: String, session: String? = nil) -> Caller {
        Caller(owner: owner, origin: Caller.Origin(platform: platform, session: session))
    }

    /// Refuses whoever lacks a right.
    func check(_ right: Right) throws(APIFault) {
        guard !rights.contains(right) else { return }
        if isAnonymous { throw APIFault(status: 401, code: "unauthorized", message: "send a token as 'Authorization: Bearer …'") }
        throw APIFault(status: 403, code: "forbidden", message: "this needs the right '\(right.rawValue)', which was not given to you")
    }

    /// Takes what the request was let in with, and reads from `Legwork-Owner` and `Legwork-Scope` for whom it is made.
    ///
    /// - Throws: ``APIFault``: 400 for headers that make no sense or are missing, 403 for an owner or a view that is not for the token.
    init(_ request: HTTPRequest) throws(APIFault) {
        // Whoever came in another way than through an admission has shown nothing.
        let grant = request.credential as? Grant ?? .anonymous
        rights = grant.rights
        owners = grant.owners
        owner = try Self.owner(request.headers.values("Legwork-Owner"), within: grant.owners)
        switch request.headers["Legwork-Scope"] {
        case nil, "owner": isOperator = false
        case "operator":
            guard grant.rights.contains(.admin) else {
                throw APIFault(
                    status: 403,
                    code: "forbidden",
                    message: "the operator's view needs the right 'admin', which was not given to you"
                )
            }
            isOperator = true
        default: throw APIFault(status: 400, code: "invalid_scope", message: "Legwork-Scope must be 'owner' or 'operator'")
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...Owner.maximumLength).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    private static func owner(_ named: [String], within scope: OwnerScope) throws(APIFault) -> Owner {
        guard named.count <= 1, named.allSatisfy(isName) else {
            throw APIFault(
                status: 400,
                code: "invalid_owner",
                message: "Legwork-Owner must be one name of 1 to \(Owner.maximumLength) bytes without control characters"
            )
        }
        if let owner = named.first.map({ Owner($0) }) {
            guard scope.includes(owner) else {
                throw APIFault(
                    status: 403,
                    code: "foreign_owner",
                    message: "you may act for '\(scope)', and not for the owner that Legwork-Owner names"
                )
            }
            return owner
        }
        switch scope {
        case .one(let owner): return owner
        case .all: return localOwner
        case .prefix:
            throw APIFault(
                status: 400,
                code: "owner_missing",
                message: "you may act for several owners: say in Legwork-Owner for which of '\(scope)'"
            )
        }
    }
}
