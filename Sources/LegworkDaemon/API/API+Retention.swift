import Legwork
import LegworkCore

extension API {
    static let retentionOperations: [Operation] = [
        Operation(
            "POST",
            "/v1/clear",
            "clearTasks",
            .tasks,
            "Deletes finished tasks.",
            needs: .cancel,
            body: RequestBody(
                .body([
                    "statuses?": .array(of: .words(["completed", "failed", "cancelled"]), 1...3), "older_than_ms?": .number(0...1e15),
                    "all_kept?": .flag.described("Also pinned ones and those whose result nobody has read."),
                ])
            ),
            answers: [.json("How many there were.", .deletedCount)],
            action: API.clear
        ),
        Operation(
            "DELETE",
            "/v1/tasks/{task}",
            "deleteTask",
            .tasks,
            "Deletes a finished task.",
            needs: .cancel,
            headers: [.ifMatch],
            answers: [.json("Its id.", .object(["deleted": .taskID]))],
            faults: [.notFinished],
            action: API.delete
        ),
        Operation(
            "POST",
            "/v1/tasks/{task}/pin",
            "pinTask",
            .tasks,
            "Keeps a task, however old it grows.",
            needs: .call,
            body: RequestBody(.body()),
            answers: [.json("The task.", .taskReply)],
            action: API.pin
        ),
        Operation(
            "POST",
            "/v1/tasks/{task}/unpin",
            "unpinTask",
            .tasks,
            "Keeps a task no longer than others.",
            needs: .call,
            body: RequestBody(.body()),
            answers: [.json("The task.", .taskReply)],
            action: API.unpin
        ),
    ]

    func clear(_ request: Request) async throws {
        let body = request.body
        var clear = ClearRequest(in: request.scope)
        if let words = body["statuses"]?.array { clear.statuses = Set(words.compactMap { $0.string.flatMap(TaskStatus.init) }) }
        clear.olderThan = body.duration("older_than_ms")
        clear.includesKept = body["all_kept"]?.bool ?? false
        let chosen = clear
        // Files are removed here, which must not hold up the event loop.
        let count = try await withTaskExecutorPreference(globalConcurrentExecutor) { try await manager.clear(chosen) }
        await request.reply(["deleted": JSONValue(count)])
    }

    func delete(_ request: Request) async throws {
        let id = try await unchangedTask(request)
        try await withTaskExecutorPreference(globalConcurrentExecutor) { try await manager.delete(id, in: request.scope) }
        await request.reply(["deleted": .string(id.description)])
    }

    func pin(_ request: Request) async throws {
        let record = try await manager.pin(try await task(request), in: request.scope)
        await request.reply(["task": wire(record)])
    }

    func unpin(_ request: Request) async throws {
        let record = try await manager.unpin(try await task(request), in: request.scope)
        await request.reply(["task": wire(record)])
    }
}
