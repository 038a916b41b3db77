import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    @Sendable func queues(_ request: Request) async throws {
        try requireOperator(request)
        let queues = try await manager.queues()
        await request.reply(["queues": .array(queues.map(\.wire))])
    }

    @Sendable func setQueue(_ request: Request) async throws {
        try requireOperator(request)
        let body = try bodies.queue.read(request.http)
        let queue = request.parameters["queue"] ?? ""
        let state = body["state"]?.string.flatMap(QueueState.init) ?? .open
        try await manager.set(queue, to: state)
        log.write("the queue '\(queue)' is \(state.rawValue)")
        await request.reply(["queue": .string(queue), "state": .string(state.rawValue)])
    }

    @Sendable func retry(_ request: Request) async throws {
        let record = try await manager.retry(try await task(request), in: request.principal.scope)
        await request.reply(["task": wire(record)], status: 202)
    }

    /// Queues are of all owners.
    private func requireOperator(_ request: Request) throws(APIFault) {
        guard !request.principal.isOperator else { return }
        throw APIFault(status: 403, code: "operator_only", message: "queues are of all owners; ask with 'Legwork-Scope: operator'")
    }
}

extension QueueStanding {
    /// `{"queue", "state", "ready", "delayed", "executing"}`.
    var wire: JSONValue {
        [
            "queue": .string(queue), "state": .string(state.rawValue), "ready": JSONValue(ready), "delayed": JSONValue(delayed),
            "executing": JSONValue(executing),
        ]
    }
}
