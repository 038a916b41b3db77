import Legwork
import LegworkCore

extension API {
    @Sendable func call(_ request: Request) async throws {
        let body = try bodies.call.read(request.http)
        var options = CallOptions()
        options.window = body.duration("window_ms")
        options.inBackground = body["background"]?.bool ?? false
        options.whenCallerLeaves = body["when_caller_leaves"]?.string.flatMap(CallOptions.CallerLeaves.init) ?? .cancel
        options.name = body["name"]?.string
        options.title = body["title"]?.string
        options.keepsUntilRead = body["keep_until_read"]?.bool ?? false
        options.lineage = try await lineage(body["lineage"], request.principal)
        let chosen = options
        let (tool, arguments) = (body["tool"]?.string ?? "", body["arguments"] ?? [:])
        let caller = request.principal.caller(platform: "http")
        // A tool begins on its caller's thread; the event loop's must stay free.
        let outcome = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await manager.call(tool, arguments, as: caller, options: chosen)
        }
        switch outcome {
        case .finished(let result): await request.reply(["status": "finished", "result": result.json])
        case .task(let record): await request.reply(["status": "task", "task": wire(record)], status: 202)
        }
    }

    @Sendable func submit(_ request: Request) async throws {
        let body = try bodies.submit.read(request.http)
        var options = try SubmitOptions(json: body)
        options.name = body["name"]?.string
        options.title = body["title"]?.string
        options.keepsUntilRead = body["keep_until_read"]?.bool ?? false
        options.lineage = try await lineage(body["lineage"], request.principal)
        let chosen = options
        let (tool, arguments) = (body["tool"]?.string ?? "", body["arguments"] ?? [:])
        let caller = request.principal.caller(platform: "http")
        // A tool looks at its arguments first, perhaps on a slow disk; the event loop's thread must stay free.
        let record = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await manager.submit(tool, arguments, as: caller, options: chosen)
        }
        await request.reply(["task": wire(record)], status: 202)
    }

    private func lineage(_ body: JSONValue?, _ principal: Principal) async throws -> Lineage {
        guard let body else { return .none }
        var lineage = Lineage(run: body["run"]?.string, call: body["call"]?.string, agent: body["agent"]?.string)
        if let parent = body["parent"]?.string { lineage.parent = try await manager.task(parent, in: principal.scope).id }
        return lineage
    }

    /// A record as it may be shown.
    func wire(_ record: TaskRecord) -> JSONValue {
        .object(record.wire(arguments: manager.tools[record.tool]?.redacted(record.arguments) ?? "[hidden: the tool is not known here]"))
    }
}
