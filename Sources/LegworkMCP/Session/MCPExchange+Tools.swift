import Legwork
import LegworkCore

extension MCPExchange {
    /// How long a client may keep a list of tools and what the server said of itself, in milliseconds.
    static let listLifetime = 60_000
    /// The most tools on one page. Many clients read one page only, so it is a large one.
    static let toolsPerPage = 1000

    // MARK: - tools/list

    /// A page of tools, in the order they were registered: the same for every client of an era, whatever has been called before.
    func tools(_ tools: [RegisteredTool], cursor: String?) throws(MCPError) -> MCPAnswer {
        let page = try MCPListPage(of: tools, from: cursor, mark: "t", size: Self.toolsPerPage)
        var result: JSONObject = ["tools": .array(page.elements.map { .object(listed($0.descriptor)) })]
        result["nextCursor"] = page.next.map(JSONValue.string)
        return complete(cached(result, forMilliseconds: Self.listLifetime))
    }

    private func listed(_ tool: ToolDescriptor) -> JSONObject {
        var object: JSONObject = ["name": .string(tool.name)]
        object["title"] = tool.title.map(JSONValue.string)
        object["description"] = .string(tool.description)
        // Some hosts drop a tool whose schema has no properties.
        var input = tool.inputSchema.object ?? ["type": "object"]
        if input["properties"] == nil { input["properties"] = [:] }
        object["inputSchema"] = .object(input)
        object["outputSchema"] = outputSchema(of: tool)
        object["annotations"] = tool.annotations.map(JSONValue.object)
        if revision.hasDrivenTasks { object["execution"] = ["taskSupport": .string(MCPTaskSupport(tool).rawValue)] }
        return object
    }

    /// What the structured content of a tool looks like: its own schema, or a ticket's when a call may become a task.
    ///
    /// Clients check structured content against this and throw the whole result away when it does not fit, tickets included. A schema
    /// whose references cannot be kept intact inside another one is not shown, which tells a client not to check.
    private func outputSchema(of tool: ToolDescriptor) -> JSONValue? {
        guard let own = tool.outputSchema?.object else { return nil }
        // Before 2026-07-28 structured content is always an object.
        guard revision.isModern || own["type"] == "object" else { return nil }
        if tool.background == .never { return .object(own) }
        guard JSONValue.object(own).refersOnlyToDefinitions else { return nil }
        var inner = own
        var outer = JSONObject()
        if own["type"] == "object" { outer["type"] = "object" }
        for key in ["$schema", "$defs", "definitions"] {
            outer[key] = own[key]
            inner[key] = nil
        }
        outer["anyOf"] = [.object(inner), MCPTicket.schema]
        return .object(outer)
    }

    // MARK: - tools/call

    /// What a call gave.
    func outcome(_ outcome: CallOutcome, now: Timestamp) -> MCPAnswer {
        switch outcome {
        case .finished(let result): ProtocolFault(result).map { fail(MCPError($0)) } ?? complete(callResult(result))
        case .task(let record):
            takesTasks
                ? created(record, now: now) : complete(callResult(MCPTicket(record, now: now).result(withLinks: revision >= .june2025)))
        }
    }

    /// A result of a tool as this client can read it.
    func callResult(_ result: ToolResult) -> JSONObject {
        var object: JSONObject = ["content": .array(result.content.map { readable($0).json })]
        // Before 2026-07-28 only an object will do; anything else a client would refuse together with the text.
        if let structured = result.structuredContent, revision.isModern || structured.object != nil {
            object["structuredContent"] = structured
        }
        object["isError"] = .bool(result.isError)
        object["_meta"] = result.meta.map(JSONValue.object)
        return object
    }

    /// A block, or the text that stands for it in a revision that does not know its type and would refuse the whole result.
    func readable(_ block: ContentBlock) -> ContentBlock {
        guard case .other(let object) = block, let type = object["type"]?.string else { return block }
        switch type {
        case "resource_link" where revision < .june2025:
            return .text("\(object["name"]?.string ?? "resource"): \(object["uri"]?.string ?? "")")
        case "audio" where revision < .march2025:
            return .text("[a sound of type \(object["mimeType"]?.string ?? "unknown"), which this client cannot take]")
        default: return block
        }
    }
}

extension JSONValue {
    /// Whether every `$ref` of a schema leads into `$defs` or `definitions` at its root, or out of the schema.
    fileprivate var refersOnlyToDefinitions: Bool {
        var pending = [self]
        while let value = pending.popLast() {
            switch value {
            case .array(let elements): pending += elements
            case .object(let object):
                for key in ["$ref", "$dynamicRef"] {
                    guard let reference = object[key]?.string, reference.hasPrefix("#") else { continue }
                    guard reference.hasPrefix("#/$defs/") || reference.hasPrefix("#/definitions/") else { return false }
                }
                pending += object.members.map(\.value)
            case .null, .bool, .integer, .number, .string: break
            }
        }
        return true
    }
}
