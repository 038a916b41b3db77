import Legwork
import LegworkCore

extension API {
    @Sendable func health(_ request: Request) async throws {
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

    @Sendable func stats(_ request: Request) async throws {
        let counts = try await manager.counts(in: request.principal.scope)
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

    @Sendable func tools(_ request: Request) async throws {
        await request.reply(["tools": .array(manager.tools.tools.map(\.descriptor.wire))])
    }
}
