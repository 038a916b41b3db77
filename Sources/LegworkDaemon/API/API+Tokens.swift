import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    /// What a new token may be for.
    static let tokenBody: JSONValue = [
        "type": "object", "additionalProperties": false,
        "properties": [
            "label": ["type": "string", "minLength": 1, "maxLength": 100],
            "owner": ["type": "string", "minLength": 1, "maxLength": 256],
            "rights": [
                "type": "array", "minItems": 1, "maxItems": 4, "uniqueItems": true,
                "items": ["enum": .array(Right.allCases.map { .string($0.rawValue) })],
            ],
            "expires_in_ms": ["type": "number", "minimum": 1, "maximum": 316_224_000_000],
        ],
    ]

    func installTokens(on routes: inout HTTPRouter.Routes) {
        on(&routes, "POST", "/v1/tokens", needs: .admin, createToken)
        on(&routes, "GET", "/v1/tokens", needs: .admin, listTokens)
        on(&routes, "DELETE", "/v1/tokens/{id}", needs: .admin, revokeToken)
    }

    @Sendable private func createToken(_ request: Request) async throws {
        let body = try bodies.token.read(request.http)
        let principal = request.principal
        guard let owners = OwnerScope(body["owner"]?.string ?? principal.owner.name) else {
            throw APIFault(status: 400, code: "invalid_argument", message: "owner must be a name, 'BEGINNING*' or '*', without control characters")
        }
        let rights = body["rights"]?.array.map { Set($0.compactMap { $0.string.flatMap(Right.init) }) } ?? [.read, .call, .cancel]
        guard rights.isSubset(of: principal.rights), principal.owners.includes(owners) else {
            throw APIFault(status: 403, code: "forbidden", message: "a token cannot make one that may do more than itself")
        }
        guard !rights.contains(.admin) || owners == .all else {
            throw APIFault(status: 400, code: "invalid_argument", message: "the right 'admin' is over all owners: give it with the owner '*', or leave it out")
        }
        let (label, lifetime) = (body["label"]?.string, body.duration("expires_in_ms"))
        // A file is written, which must not hold up the event loop.
        let (record, token) = try await onDisk {
            try tokens.create(label: label, owners: owners, rights: rights, lifetime: lifetime)
        }
        log.write("a token was made: \(record.id) for '\(owners)', \(record.rightNames.joined(separator: " "))")
        await request.reply(["token": .string(token), "record": record.wire(at: .now)], status: 201)
    }

    @Sendable private func listTokens(_ request: Request) async throws {
        await request.reply(["tokens": .array(tokens.all.map { $0.wire(at: .now) })])
    }

    @Sendable private func revokeToken(_ request: Request) async throws {
        let id = request.parameters["id"] ?? ""
        // Whatever is told, from here on it lets nobody in.
        defer { tokens.cutOff() }
        guard try await onDisk({ try tokens.revoke(id) }) else {
            throw APIFault(status: 404, code: "not_found", message: "there is no token '\(id)'; legwork token list shows them")
        }
        log.write("the token \(id) was revoked")
        await request.reply(["revoked": .string(id)])
    }

    private func onDisk<Value: Sendable>(_ body: @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await withTaskExecutorPreference(globalConcurrentExecutor) { try body() }
        } catch let error as DaemonError {
            throw APIFault(status: 507, code: "state_unwritable", message: error.description)
        }
    }
}
