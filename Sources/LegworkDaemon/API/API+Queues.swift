import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    static let queueOperations: [Operation] = [
        Operation(
            "GET",
            "/v1/queues",
            "listQueues",
            .queues,
            "Lists the queues, for an operator.",
            needs: .read,
            answers: [.json("The queues.", .object(["queues": .array(of: .queue)]))],
            faults: [.operatorOnly],
            action: API.queues
        ),
        Operation(
            "GET",
            "/v1/queues/{queue}",
            "showQueue",
            .queues,
            "Shows one queue, for an operator.",
            details: "A queue that nobody has used is open and empty.",
            needs: .read,
            answers: [.json("The queue.", .queue)],
            faults: [.operatorOnly],
            action: API.showQueue
        ),
        Operation(
            "POST",
            "/v1/queues/{queue}",
            "setQueue",
            .queues,
            "Opens, pauses or drains a queue, for an operator.",
            details: "A paused queue keeps what is in it; one that is drained takes nothing new.",
            needs: .admin,
            body: RequestBody(.body(["state": .words(QueueState.self)])),
            answers: [.json("How it is now.", .object(["queue": .text, "state": .words(QueueState.self)]))],
            faults: [.operatorOnly],
            action: API.setQueue
        ),
    ]

    func queues(_ request: Request) async throws {
        try requireOperator(request)
        await request.reply(["queues": .array(try await manager.queues().map(\.wire))])
    }

    func showQueue(_ request: Request) async throws {
        try requireOperator(request)
        let queue = request.parameters["queue"] ?? ""
        let standing = try await manager.queues().first { $0.queue == queue }
        await request.reply((standing ?? QueueStanding(queue)).wire)
    }

    func setQueue(_ request: Request) async throws {
        try requireOperator(request)
        let queue = request.parameters["queue"] ?? ""
        let state = request.body["state"]?.string.flatMap(QueueState.init) ?? .open
        try await manager.set(queue, to: state)
        log.write("the queue '\(queue)' is \(state.rawValue)")
        await request.reply(["queue": .string(queue), "state": .string(state.rawValue)])
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

extension Schema {
    static let queue = named(
        "Queue",
        object([
            "queue": text, "state": words(QueueState.self), "ready": count.described("How many may begin now."),
            "delayed": count.described("How many wait for their time."), "executing": count,
        ])
    )
}
