import Legwork
import LegworkCore
import LegworkHTTP

// The tools, and calling them now.
extension API {
    private static let tool = Schema.named(
        "Tool",
        .object([
            "name": .text, "title?": .text, "description": .text, "input_schema": .any, "output_schema?": .any, "annotations?": .anyObject,
        ])
    )

    static let callMembers: Schema.Members = [
        "arguments?": .anyObject, "name?": .name(1...100).described("Unique among the owner's live tasks."), "title?": .text(1...200),
        "keep_until_read?": .flag.described("Retention spares the task until somebody has read its result."),
        "lineage?": .body(["parent?": .text(1...100), "run?": .name(1...256), "call?": .name(1...256), "agent?": .name(1...256)]),
    ]

    private static let windowMembers: Schema.Members = [
        "window_ms?": .milliseconds.described("How long the answer is waited for."),
        "background?": .flag.described("Not at all."),
        "when_caller_leaves?": .words(["cancel", "promote"]).described("What becomes of the call when the connection ends meanwhile."),
        "redirects?": redirectList,
    ]

    /// Where it is to be told what becomes of what a body starts.
    static let redirectList = Schema(RedirectWish.listSchema)

    private static let callAnswers: [Answer] = [
        .json("It has finished.", .callReply), .json(202, "It goes on as a task.", .callReply),
    ]

    static let toolOperations: [Operation] = [
        Operation(
            "GET",
            "/v1/tools",
            "listTools",
            .tools,
            "Lists the tools with their schemas.",
            needs: .read,
            headers: [.ifNoneMatch],
            answers: [Answer.json("The tools.", .object(["tools": .array(of: tool)])).tagged, .notModified],
            action: API.listTools
        ),
        Operation(
            "GET",
            "/v1/tools/{tool}",
            "showTool",
            .tools,
            "Shows one tool.",
            needs: .read,
            headers: [.ifNoneMatch],
            answers: [Answer.json("The tool.", .object(["tool": tool])).tagged, .notModified],
            faults: [.unknownTool],
            action: API.showTool
        ),
        Operation(
            "POST",
            "/v1/tools/{tool}/call",
            "callTool",
            .tools,
            "Calls a tool.",
            needs: .call,
            body: RequestBody(.body(callMembers, windowMembers)),
            answers: callAnswers,
            faults: Fault.newTask + [.cancelled],
            action: API.callTool
        ),
        Operation(
            "POST",
            "/v1/call",
            "call",
            .tools,
            "Calls the tool that the body names.",
            needs: .call,
            body: RequestBody(.body(["tool": .text(1...128)], callMembers, windowMembers)),
            answers: callAnswers,
            faults: Fault.newTask + [.cancelled],
            action: API.call
        ),
    ]

    func listTools(_ request: Request) async throws {
        let body: JSONValue = ["tools": .array(manager.tools.tools.map(\.descriptor.wire))]
        let tag = EntityTag(hashing: body.jsonBytes())
        if await request.isKnown(tag) { return }
        await request.reply(body, tag: tag)
    }

    func showTool(_ request: Request) async throws {
        let tool = try manager.tools.tool(named: request.parameters["tool"] ?? "")
        let body: JSONValue = ["tool": tool.descriptor.wire]
        let tag = EntityTag(hashing: body.jsonBytes())
        if await request.isKnown(tag) { return }
        await request.reply(body, tag: tag)
    }

    func callTool(_ request: Request) async throws { try await call(request.parameters["tool"] ?? "", request) }

    func call(_ request: Request) async throws { try await call(request.body["tool"]?.string ?? "", request) }

    private func call(_ tool: String, _ request: Request) async throws {
        try request.principal.check(.needed(forTool: tool))
        let body = request.body
        var options = CallOptions()
        options.window = body.duration("window_ms")
        options.inBackground = body["background"]?.bool ?? false
        options.whenCallerLeaves = body["when_caller_leaves"]?.string.flatMap(CallOptions.CallerLeaves.init) ?? .cancel
        options.name = body["name"]?.string
        options.title = body["title"]?.string
        options.keepsUntilRead = body["keep_until_read"]?.bool ?? false
        options.redirects = RedirectWish.list(body["redirects"])
        options.lineage = try await lineage(body["lineage"], request.principal)
        let (chosen, arguments) = (options, body["arguments"] ?? [:])
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

    func lineage(_ body: JSONValue?, _ principal: Principal) async throws -> Lineage {
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
