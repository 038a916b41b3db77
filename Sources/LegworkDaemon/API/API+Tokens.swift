import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    private static let token = Schema.named(
        "Token",
        .object([
            "id": .text.described("Names the token; no secret."), "label?": .text,
            "owner": .text.described("For whom it acts: a name, `BEGINNING*` or `*`."), "rights": .array(of: .words(Right.self)),
            "created_at": .time, "expires_at?": .time, "expired?": .flag, "last_used_at?": .time,
        ]).described("A bearer token, without its secret.")
    )

    static let tokenOperations: [Operation] = [
        Operation(
            "POST",
            "/v1/tokens",
            "createToken",
            .tokens,
            "Makes a bearer token.",
            details: "It may do no more than whoever makes it. The token itself is shown in this answer and never again.",
            needs: .admin,
            body: RequestBody(
                .body([
                    "label?": .text(1...100),
                    "owner?": .text(1...256).described("A name, `BEGINNING*` or `*`; the caller's owner when left out."),
                    "rights?": .array(of: .words(Right.self), 1...4).described("`read`, `call` and `cancel` when left out."),
                    "expires_in_ms?": .number(1...316_224_000_000),
                ])
            ),
            answers: [.json(201, "The token.", .object(["token": .text, "record": token]))],
            faults: [.stateUnwritable],
            action: API.createToken
        ),
        Operation(
            "GET",
            "/v1/tokens",
            "listTokens",
            .tokens,
            "Lists the bearer tokens, without their secrets.",
            needs: .admin,
            answers: [.json("The tokens.", .object(["tokens": .array(of: token)]))],
            action: API.listTokens
        ),
        Operation(
            "DELETE",
            "/v1/tokens/{id}",
            "revokeToken",
            .tokens,
            "Revokes a token: from then on it lets nobody in.",
            details: "Answers that are being sent to whoever used it are broken off.",
            needs: .admin,
            answers: [.json("Its id.", .object(["revoked": .text]))],
            faults: [.notFound, .stateUnwritable],
            action: API.revokeToken
        ),
    ]

    private func createToken(_ request: Request) async throws {
        let body = request.body
        let principal = request.principal
        guard let owners = OwnerScope(body["owner"]?.string ?? principal.owner.name) else {
            throw APIFault(
                status: 400,
                code: "invalid_argument",
                message: "owner must be a name, 'BEGINNING*' or '*', without control characters"
            )
        }
        let rights = body["rights"]?.array.map { Set($0.compactMap { $0.string.flatMap(Right.init) }) } ?? [.read, .call, .cancel]
        guard rights.isSubset(of: principal.rights), principal.owners.includes(owners) else {
            throw APIFault(status: 403, code: "forbidden", message: "a token cannot make one that may do more than itself")
        }
        guard !rights.contains(.admin) || owners == .all else {
            throw APIFault(
                status: 400,
                code: "invalid_argument",
                message: "the right 'admin' is over all owners: give it with the owner '*', or leave it out"
            )
        }
        let (label, lifetime) = (body["label"]?.string, body.duration("expires_in_ms"))
        // A file is written, which must not hold up the event loop.
        let (record, token) = try await onDisk {
            try tokens.create(label: label, owners: owners, rights: rights, lifetime: lifetime)
        }
        log.write("a token was made: \(record.id) for '\(owners)', \(record.rightNames.joined(separator: " "))")
        await request.reply(["token": .string(token), "record": record.wire(at: .now)], status: 201)
    }

    private func listTokens(_ request: Request) async throws {
        await request.reply(["tokens": .array(tokens.all.map { $0.wire(at: .now) })])
    }

    private func revokeToken(_ request: Request) async throws {
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
