import Legwork
import LegworkCore
import LegworkHTTP

// The daemon itself: whether it is there, what it is, and what it can be asked.
extension API {
    static let serviceOperations: [Operation] = [
        Operation(
            "GET",
            "/health",
            "health",
            .service,
            "Tells whether the daemon answers.",
            details: "Whoever has no token learns nothing else; the rest is for those who may see it.",
            needs: nil,
            answers: [
                .json(
                    "It does.",
                    .object(["status": .words(["ok"]), "version?": .text, "pid?": .count, "started_at?": .time, "state_folder?": .text])
                )
            ],
            action: API.health
        ),
        Operation(
            "GET",
            "/v1/version",
            "version",
            .service,
            "Tells which version this is.",
            needs: .read,
            answers: [.json("The version.", .object(["version": .text, "api": .words(["v1"])]))],
            action: API.version
        ),
        Operation(
            "GET",
            "/v1/openapi.json",
            "openapi",
            .service,
            "Gives this document.",
            needs: .read,
            headers: [.ifNoneMatch],
            answers: [Answer.json("An OpenAPI 3.1 document.", .anyObject).tagged, .notModified],
            action: API.openAPI
        ),
        Operation(
            "GET",
            "/v1/stats",
            "stats",
            .service,
            "Counts tasks; for an operator also queues and what is damaged.",
            needs: .read,
            answers: [
                .json(
                    "The counts.",
                    .object([
                        "tasks": .counts, "workers": .count, "version": .text, "started_at": .time, "queues?": .array(of: .queue),
                        "executing_here?": .count, "quarantined?": .array(of: .object(["id": .text, "problem": .text])),
                    ])
                )
            ],
            action: API.stats
        ),
        Operation(
            "GET",
            "/v1/counts",
            "counts",
            .tasks,
            "Counts tasks by status.",
            needs: .read,
            answers: [.json("The counts.", .object(["counts": .counts]))],
            action: API.counts
        ),
    ]

    func health(_ request: Request) async throws {
        var body: JSONObject = ["status": "ok"]
        // Whoever is not known learns that somebody is here, and nothing else.
        if !request.principal.isAnonymous {
            body["version"] = .string(status.version)
            body["started_at"] = .string(status.startedAt.description)
        }
        if request.principal.rights.contains(.admin) {
            body["pid"] = JSONValue(Int(status.pid))
            body["state_folder"] = .string(status.folder.path)
        }
        await request.reply(.object(body))
    }

    func version(_ request: Request) async throws {
        await request.reply(["version": .string(status.version), "api": "v1"])
    }

    func openAPI(_ request: Request) async throws {
        let (bytes, tag) = Self.document
        if await request.isKnown(tag) { return }
        await request.writer.send(status: 200, headers: ["Content-Type": "application/json", "ETag": tag.text], body: bytes)
    }

    /// The document never changes while the daemon runs.
    private static let document: (bytes: [UInt8], tag: EntityTag) = {
        let bytes = OpenAPIDocument(operations: operations, version: Daemon.version).json.jsonBytes() + [0x0A]
        return (bytes, EntityTag(hashing: bytes))
    }()

    func stats(_ request: Request) async throws {
        let counts = try await manager.counts(in: request.scope)
        var body: JSONObject = [
            "tasks": counts.wire, "workers": JSONValue(status.workers), "version": .string(status.version),
            "started_at": .string(status.startedAt.description),
        ]
        // These are of all owners.
        if request.principal.isOperator {
            let quarantined = try await manager.quarantinedTasks()
            body["queues"] = .array(try await manager.queues().map(\.wire))
            body["executing_here"] = JSONValue(manager.liveTasks)
            body["quarantined"] = .array(quarantined.map { ["id": .string($0.id), "problem": .string($0.problem)] })
        }
        await request.reply(.object(body))
    }

    func counts(_ request: Request) async throws {
        await request.reply(["counts": try await manager.counts(in: request.scope).wire])
    }

    /// Refuses whoever asks as one owner for what concerns all.
    func requireOperator(_ request: Request) throws(APIFault) {
        guard !request.principal.isOperator else { return }
        throw APIFault(status: 403, code: "operator_only", message: "this concerns all owners; ask with 'Legwork-Scope: operator'")
    }
}
