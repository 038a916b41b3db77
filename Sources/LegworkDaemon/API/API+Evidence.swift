import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    @Sendable func toolCalls(_ request: Request) async throws {
        let calls = try await manager.toolCalls(of: try await task(request), in: request.principal.scope)
        await request.reply(["tool_calls": .array(calls.map(\.json))])
    }

    @Sendable func artifacts(_ request: Request) async throws {
        let id = try await task(request)
        let artifacts = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await manager.artifacts(of: id, in: request.principal.scope)
        }
        await request.reply(["artifacts": .array(artifacts.map(\.json))])
    }

    @Sendable func artifact(_ request: Request) async throws {
        let id = try await task(request)
        var (offset, limit) = (0, TaskManager.maximumOutputChunk)
        for (name, value) in request.http.query {
            switch name {
            case "offset": offset = try number(name, value, 0...Int.max)
            case "limit": limit = try number(name, value, 1...TaskManager.maximumOutputChunk)
            default: throw invalid("the parameter '\(name)' is not known; known are offset, limit")
            }
        }
        let (first, most) = (offset, limit)
        // Files are read here, which must not hold up the event loop.
        let chunk = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            let name = request.parameters["name"] ?? ""
            return try await manager.artifact(name, of: id, from: first, limit: most, in: request.principal.scope)
        }
        let headers: HTTPHeaders = [
            // Never what a browser would run.
            "Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff",
            "Legwork-Artifact-Offset": "\(chunk.offset)", "Legwork-Artifact-Total": "\(chunk.total)",
        ]
        await request.writer.send(status: 200, headers: headers, body: chunk.bytes)
    }

    @Sendable func importTasks(_ request: Request) async throws {
        let body = try bodies.importing.read(request.http)
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
