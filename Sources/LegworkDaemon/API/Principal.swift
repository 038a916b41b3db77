import LegworkCore
import LegworkHTTP

/// Who makes a request, and what he may see.
struct Principal: Sendable {
    /// The conversation of whoever looks from outside of all: it is told what is for any, and speaks for no other.
    static let noConversation = ""

    /// The owner of tasks that name none: the person at this machine.
    static let localOwner: Owner = "local"

    var owner: Owner
    /// Whether every owner's tasks are shown. The person whose daemon it is may ask for that.
    var isOperator: Bool
    /// What he may do.
    var rights: Set<Right> = Set(Right.allCases)

    var scope: Scope { isOperator ? .operator : .owner(owner) }

    func caller(platform: String, session: String? = nil) -> Caller {
        Caller(owner: owner, origin: Caller.Origin(platform: platform, session: session))
    }

    /// Refuses whoever lacks a right.
    func check(_ right: Right) throws(APIFault) {
        guard rights.contains(right) else {
            throw APIFault(status: 403, code: "forbidden", message: "this needs the right '\(right.rawValue)', which the token does not have")
        }
    }

    /// Reads `Legwork-Owner` and `Legwork-Scope`. Whoever reaches the daemon at all is its user, who may act for any of his owners.
    init(_ request: HTTPRequest) throws(APIFault) {
        let owners = request.headers.values("Legwork-Owner")
        guard owners.count <= 1, owners.allSatisfy({ !$0.isEmpty && $0.utf8.count <= Owner.maximumLength }) else {
            throw APIFault(
                status: 400,
                code: "invalid_owner",
                message: "Legwork-Owner must be one name of 1 to \(Owner.maximumLength) bytes"
            )
        }
        owner = owners.first.map { Owner($0) } ?? Self.localOwner
        switch request.headers["Legwork-Scope"] {
        case nil, "owner": isOperator = false
        case "operator": isOperator = true
        default: throw APIFault(status: 400, code: "invalid_scope", message: "Legwork-Scope must be 'owner' or 'operator'")
        }
    }
}
