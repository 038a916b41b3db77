import Legwork
import LegworkCore

extension API {
    @Sendable func health(_ request: Request) async throws {
        await request.reply([
            "status": "ok", "version": .string(status.version), "pid": JSONValue(Int(status.pid)),
            "started_at": .string(status.startedAt.description), "state_folder": .string(status.folder.path),
        ])
    }

    @Sendable func stats(_ request: Request) async throws {
        let counts = try await manager.counts(in: request.principal.scope)
        let quarantined = try await manager.quarantinedTasks()
        await request.reply([
            "tasks": counts.wire, "executing_here": JSONValue(manager.liveTasks), "workers": JSONValue(status.workers),
            "quarantined": .array(quarantined.map { ["id": .string($0.id), "problem": .string($0.problem)] }),
            "version": .string(status.version), "started_at": .string(status.startedAt.description),
        ])
    }

    @Sendable func tools(_ request: Request) async throws {
        await request.reply(["tools": .array(manager.tools.tools.map(\.descriptor.wire))])
    }
}
