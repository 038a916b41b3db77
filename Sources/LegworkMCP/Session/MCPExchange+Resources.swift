import Legwork
import LegworkCore

extension MCPExchange {
    /// The most resources, and templates for some, on one page.
    static let resourcesPerPage = 100

    /// A page of resources: those that the program has added, then the caller's tasks.
    func resources(_ added: ArraySlice<MCPResource>, _ tasks: [TaskSummary], next: String?) -> MCPAnswer {
        var result: JSONObject = ["resources": .array(added.map(\.json) + tasks.map(Self.resource))]
        result["nextCursor"] = next.map(JSONValue.string)
        // New tasks come at any time.
        return complete(cached(result, forMilliseconds: 0))
    }

    private static func resource(_ task: TaskSummary) -> JSONValue {
        var object: JSONObject = ["uri": .string(MCPTaskResource.state(task.id).uri), "name": .string(task.name ?? task.id.description)]
        object["title"] = .string(task.title)
        object["description"] = .string("A task of '\(task.tool)', \(task.status.rawValue), made at \(task.createdAt).")
        object["mimeType"] = .string(MCPTaskResource.stateType)
        return .object(object)
    }

    /// A page of templates: the tasks' own, then those that the program has added.
    func resourceTemplates(_ added: [MCPResourceTemplate], cursor: String?) throws(MCPError) -> MCPAnswer {
        let page = try MCPListPage(
            of: MCPTaskResource.templates + added.map(\.json),
            from: cursor,
            mark: "m",
            size: Self.resourcesPerPage
        )
        var result: JSONObject = ["resourceTemplates": .array(Array(page.elements))]
        result["nextCursor"] = page.next.map(JSONValue.string)
        return complete(cached(result, forMilliseconds: Self.listLifetime))
    }

    /// What a resource holds.
    func resource(_ uri: String, _ contents: [MCPResourceContents]) -> MCPAnswer {
        complete(cached(["contents": .array(contents.map { $0.json(uri: uri) })], forMilliseconds: 0))
    }

    /// The one answer for resources that do not exist and resources of others.
    func resourceNotFound(_ uri: String) -> MCPError {
        // 2026-07-28 has done away with the code of its own (server/resources).
        MCPError(revision.isModern ? .invalidParams : .resourceNotFound, "Resource not found", data: ["uri": .string(uri)])
    }

    /// A result with how long it may be kept (2026-07-28, server/utilities/caching); what is told here is for its caller alone.
    func cached(_ result: JSONObject, forMilliseconds lifetime: Int) -> JSONObject {
        guard revision.isModern else { return result }
        var result = result
        result["ttlMs"] = JSONValue(lifetime)
        result["cacheScope"] = "private"
        return result
    }
}
