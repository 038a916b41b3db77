import LegworkCore

/// `checklist_write`, `checklist_add`, `checklist_update` and `checklist_list`: what the task has to do.
struct ChecklistTool: Tool {
    enum Verb: String, CaseIterable {
        case write, add, update, list
    }

    let descriptor: ToolDescriptor
    private let verb: Verb
    private let desk: EvidenceDesk

    init(_ verb: Verb, _ desk: EvidenceDesk) {
        self.verb = verb
        self.desk = desk
        let status: JSONValue = ["type": "string", "description": "pending, in_progress (of one item at a time) or completed."]
        let content: JSONValue = ["type": "string", "minLength": 1, "description": "What is to be done."]
        let (description, properties, required): (String, JSONObject, [JSONValue]) =
            switch verb {
            case .write:
                (
                    """
                    Write the task's checklist anew: all that is to be done, in order. Use it for work of several steps, before the first; \
                    then checklist_update as you go. One item at a time can be in progress.
                    """,
                    [
                        "items": [
                            "type": "array", "maxItems": JSONValue(Checklist.maximumItems),
                            "items": [
                                "type": "object", "properties": ["content": content, "status": status], "required": ["content"],
                            ],
                        ]
                    ],
                    ["items"]
                )
            case .add: ("Add an item at the end of the task's checklist.", ["content": content, "status": status], ["content"])
            case .update:
                (
                    "Say how far an item of the task's checklist has come. Setting one in progress sets the one that was back to pending.",
                    ["id": ["type": "integer", "minimum": 1, "description": "The item's number."], "status": status],
                    ["id", "status"]
                )
            case .list: ("Read the task's checklist.", [:], [])
            }
        var all = properties
        all["task_id"] = EvidenceDesk.taskID
        descriptor = ToolDescriptor(
            name: "checklist_\(verb.rawValue)",
            title: "Checklist: \(verb.rawValue)",
            description: description,
            inputSchema: TaskDesk.schema(all, required: required),
            annotations: verb == .list ? TaskDesk.looksOnly : EvidenceDesk.records,
            background: .never
        )
    }

    func prepare(_ arguments: JSONValue) throws {
        if verb == .write { _ = try entries(arguments) } else { _ = try status(arguments["status"]) }
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer(arguments, context) { manager, record in
            let scope = context.caller.scope
            switch verb {
            case .list:
                guard let list = record.evidence.checklist else { return .text("The task has no checklist.", structured: ["items": []]) }
                return Self.report("\(list.items.count) item(s), \(list.completionPercentage)% complete", list)
            case .write:
                let entries = try entries(arguments)
                let list = try await manager.updateChecklist(of: record.id, in: scope) { try $0.write(entries, at: $1) }
                return Self.report("Checklist updated: \(list.items.count) item(s), \(list.completionPercentage)% complete", list)
            case .add:
                let (content, status) = (arguments["content"]?.string ?? "", try status(arguments["status"]))
                var id = 0
                let list = try await manager.updateChecklist(of: record.id, in: scope) { id = try $0.add(content, status, at: $1) }
                return Self.report("Added todo #\(id) (\(status.rawValue))", list)
            case .update:
                let (id, status) = (arguments["id"]?.int ?? 0, try status(arguments["status"]))
                let list = try await manager.updateChecklist(of: record.id, in: scope) { try $0.update(id, to: status, at: $1) }
                return Self.report("Updated todo #\(id) to \(status.rawValue)", list)
            }
        }
    }

    private static func report(_ first: String, _ list: Checklist) -> ToolResult {
        let lines = list.items.map { item in
            let mark =
                switch item.status {
                case .pending: " "
                case .inProgress: ">"
                case .completed: "x"
                }
            return "[\(mark)] \(item.id). \(item.content)"
        }
        return .text(([first] + lines).joined(separator: "\n"), structured: list.json)
    }

    private func entries(_ arguments: JSONValue) throws(ToolError) -> [(content: String, status: Checklist.Status)] {
        var entries: [(content: String, status: Checklist.Status)] = []
        for item in arguments["items"]?.array ?? [] { entries.append((item["content"]?.string ?? "", try status(item["status"]))) }
        return entries
    }

    private func status(_ value: JSONValue?) throws(ToolError) -> Checklist.Status {
        guard let word = value?.string else { return .pending }
        guard let status = Checklist.Status(word: word) else {
            let shown = word.truncated(toBytes: 40)
            throw ToolError(.invalidArguments, "the status '\(shown)' is not known; known are pending, in_progress and completed")
        }
        return status
    }
}
