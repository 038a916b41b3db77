import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    private static let toolCall = Schema.named(
        "ToolCall",
        .object([
            "id": .text, "name": .text, "status": .words(ToolCallRecord.Status.self), "started_at": .time, "ended_at?": .time,
            "duration_ms?": .count, "is_error": .flag, "arguments?": .any, "result?": .text, "arguments_artifact?": .text,
            "result_artifact?": .text,
        ]).described("A call that an agent made inside its task.")
    )

    private static let artifactHeaders = [
        (name: "Legwork-Artifact-Offset", description: "Where the bytes begin."),
        (name: "Legwork-Artifact-Total", description: "How many there are in all."),
        (name: "Accept-Ranges", description: "`bytes`."),
    ]

    static let evidenceOperations: [Operation] = [
        Operation(
            "GET",
            "/v1/tasks/{task}/tool_calls",
            "listToolCalls",
            .tasks,
            "Lists the calls that a task's agent made.",
            needs: .read,
            answers: [.json("The calls.", .object(["tool_calls": .array(of: toolCall)]))],
            action: API.toolCalls
        ),
        Operation(
            "GET",
            "/v1/tasks/{task}/artifacts",
            "listArtifacts",
            .tasks,
            "Lists a task's artifacts.",
            needs: .read,
            answers: [
                .json(
                    "The artifacts, the oldest first.",
                    .object([
                        "artifacts": .array(
                            of: .object(["name": .text, "bytes": .count, "created_at": .time, "label?": .text, "summary?": .text])
                        )
                    ])
                )
            ],
            action: API.artifacts
        ),
        Operation(
            "GET",
            "/v1/tasks/{task}/artifacts/{name}",
            "readArtifact",
            .tasks,
            "Reads an artifact.",
            details: "Without a range at most 1 MiB from `offset` on; a `Range` may be as long as the artifact.",
            needs: .read,
            query: byteParameters,
            headers: [.range],
            answers: [
                .bytes(200, "The bytes.", headers: artifactHeaders),
                .bytes(206, "The bytes of the range.", headers: artifactHeaders.dropFirst() + [contentRange]),
            ],
            action: API.artifact
        ),
        Operation(
            "POST",
            "/v1/import",
            "importTasks",
            .tasks,
            "Takes over a queue of prompts from a folder of the daemon's machine.",
            needs: .admin,
            body: RequestBody(
                .body([
                    "folder": .text(1...4096).described("An absolute path."), "tool?": .text(1...100),
                    "enqueue?": .flag.described("What waited waits here; else it stands still until somebody resumes it."),
                ])
            ),
            answers: [
                .json(
                    "What was taken over.",
                    .object([
                        "imported": .array(of: .object(["source": .text, "id": .taskID, "status": .words(TaskStatus.self)])),
                        "known": .count,
                        "damaged": .array(of: .object(["file": .text, "problem": .text])),
                    ])
                )
            ],
            faults: [.unknownTool],
            action: API.importTasks
        ),
    ]

    func toolCalls(_ request: Request) async throws {
        let calls = try await manager.toolCalls(of: try await task(request), in: request.scope)
        await request.reply(["tool_calls": .array(calls.map(\.json))])
    }

    func artifacts(_ request: Request) async throws {
        let id = try await task(request)
        let artifacts = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await manager.artifacts(of: id, in: request.scope)
        }
        await request.reply(["artifacts": .array(artifacts.map(\.json))])
    }

    func artifact(_ request: Request) async throws {
        let id = try await task(request)
        let (name, query) = (request.parameters["name"] ?? "", request.query)
        // Files are read here, which must not hold up the event loop.
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            func read(_ offset: Int, _ limit: Int) async throws -> ArtifactChunk {
                try await manager.artifact(name, of: id, from: offset, limit: limit, in: request.scope)
            }
            if let range = request.byteRange {
                let whole = try await read(0, 0)
                var fields = Self.fields(whole)
                fields["Legwork-Artifact-Offset"] = nil
                try await request.reply(range, of: whole.total, fields) { try await read($0, $1).bytes }
            } else {
                let chunk = try await read(query.number("offset") ?? 0, query.number("limit") ?? TaskManager.maximumOutputChunk)
                await request.writer.send(status: 200, headers: Self.fields(chunk), body: chunk.bytes)
            }
        }
    }

    private static func fields(_ chunk: ArtifactChunk) -> HTTPHeaders {
        [
            // Never what a browser would run.
            "Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes",
            "Legwork-Artifact-Offset": "\(chunk.offset)", "Legwork-Artifact-Total": "\(chunk.total)",
        ]
    }

    func importTasks(_ request: Request) async throws {
        let body = request.body
        let tool = body["tool"]?.string ?? agentTool?.descriptor.name ?? "agent"
        let enqueues = body["enqueue"]?.bool ?? false
        if enqueues { _ = try manager.tools.tool(named: tool) }
        let wish = ImportRequest(
            folder: body["folder"]?.string ?? "",
            as: request.principal.caller(platform: "import"),
            tool: tool,
            enqueues: enqueues
        )
        let report = try await withTaskExecutorPreference(globalConcurrentExecutor) { try await manager.importTasks(wish) }
        await request.reply([
            "imported": .array(
                report.imported.map {
                    ["source": .string($0.source), "id": .string($0.id.description), "status": .string($0.status.rawValue)]
                }
            ),
            "known": JSONValue(report.known),
            "damaged": .array(report.damaged.map { ["file": .string($0.file), "problem": .string($0.problem)] }),
        ])
    }
}
