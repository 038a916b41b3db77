import Legwork
import LegworkCore

extension API {
    @Sendable func clear(_ request: Request) async throws {
        let body = try bodies.clear.read(request.http)
        var clear = ClearRequest(in: request.principal.scope)
        if let words = body["statuses"]?.array { clear.statuses = Set(words.compactMap { $0.string.flatMap(TaskStatus.init) }) }
        clear.olderThan = body.duration("older_than_ms")
        clear.includesKept = body["all_kept"]?.bool ?? false
        let chosen = clear
        // Files are removed here, which must not hold up the event loop.
        let count = try await withTaskExecutorPreference(globalConcurrentExecutor) { try await manager.clear(chosen) }
        await request.reply(["deleted": JSONValue(count)])
    }

    @Sendable func delete(_ request: Request) async throws {
        let id = try await task(request)
        try await withTaskExecutorPreference(globalConcurrentExecutor) { try await manager.delete(id, in: request.principal.scope) }
        await request.reply(["deleted": .string(id.description)])
    }

    @Sendable func pin(_ request: Request) async throws {
        let record = try await manager.pin(try await task(request), in: request.principal.scope)
        await request.reply(["task": wire(record)])
    }

    @Sendable func unpin(_ request: Request) async throws {
        let record = try await manager.unpin(try await task(request), in: request.principal.scope)
        await request.reply(["task": wire(record)])
    }
}
