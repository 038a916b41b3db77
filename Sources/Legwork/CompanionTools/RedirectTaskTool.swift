import LegworkCore

/// `redirect_task`: has told in a channel what becomes of a task.
struct RedirectTaskTool: Tool {
    let descriptor = ToolDescriptor(
        name: "redirect_task",
        title: "Redirect task",
        description: """
            Have the result of a background task delivered to a channel, such as a chat room, when it ends; at once when it has ended. It \
            goes on by itself: nobody has to wait for the task, and what cannot be delivered is tried again. Without a channel it goes to \
            the one that is meant for you. Asking again for the same changes nothing. An unknown channel is answered with those you may use.
            """,
        inputSchema: TaskDesk.schema(properties, required: ["task_id"]),
        annotations: ["readOnlyHint": false, "destructiveHint": false, "idempotentHint": true, "openWorldHint": true],
        background: .never
    )
    private let desk: TaskDesk

    private static let properties: JSONObject = {
        var properties: JSONObject = ["task_id": TaskDesk.taskID]
        for member in RedirectWish.properties.members { properties[member.key] = member.value }
        properties["max_chars"] = [
            "type": "integer", "minimum": 0, "maximum": JSONValue(RedirectWish.greatestCharacters),
            "description": "The most characters of the result that are told; 0 or left out, it is the channel's own limit (about 9000).",
        ]
        properties["platform"] = [
            "type": "string", "minLength": 1, "maxLength": 256,
            "description": "In the place of channel: the platform, such as discord, where there is one channel of that name or kind.",
        ]
        properties["channel_id"] = [
            "type": "string", "minLength": 1, "maxLength": 256, "description": "The same as target: where in the channel.",
        ]
        return properties
    }()

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            // The task is looked for first: whoever may not see it learns nothing but that.
            let id = try await TaskDesk.resolve(arguments["task_id"], manager, context)
            var wish = RedirectWish(json: arguments)
            if arguments["max_chars"]?.int == 0 { wish.maximumCharacters = nil }
            wish.target = wish.target ?? arguments["channel_id"]?.string
            if wish.channel == nil, let platform = arguments["platform"]?.string {
                wish.channel = try await Self.channel(on: platform, manager, context.caller)
            }
            let receipt = try await manager.redirect(id.description, to: wish, as: context.caller, in: context.caller.scope)
            let record = try await manager.task(id, in: context.caller.scope)
            var object: JSONObject = [
                "task_id": .string(id.description), "status": .string(record.status.rawValue), "redirect": receipt.redirect.report,
                "is_new": .bool(receipt.isNew),
            ]
            object["delivery"] = receipt.delivery?.report
            return .text(Self.sentence(receipt, record), structured: .object(object))
        }
    }

    /// The channel of a platform: the one of that name, or the only one of that kind. Nil, the caller's usual one, for his own platform where
    /// there is neither.
    private static func channel(on platform: String, _ manager: TaskManager, _ caller: Caller) async throws -> String? {
        let channels = try await manager.channels(for: caller)
        if channels.contains(where: { $0.name.isExactly(platform) }) { return platform }
        let fitting = channels.filter { $0.kind.isExactly(platform) }
        if fitting.count == 1 { return fitting[0].name }
        guard fitting.isEmpty else {
            let list = fitting.map { "'\($0.name)'" }.joined(separator: ", ")
            throw TaskManagerError(.invalidArgument, "there are several channels of \(platform): name one of \(list) in 'channel'")
        }
        return caller.origin?.platform.isExactly(platform) == true ? nil : platform
    }

    private static func sentence(_ receipt: RedirectReceipt, _ record: TaskRecord) -> String {
        let redirect = receipt.redirect
        let place = "the channel '\(redirect.channel)'" + (redirect.target.map { ", at '\($0)'" } ?? "")
        let what = redirect.statuses.map(\.rawValue).sorted().joined(separator: ", ")
        guard receipt.isNew else {
            return "That was arranged already: \(place) is told when task \(record.id) is \(what). Nothing is sent twice."
        }
        guard let delivery = receipt.delivery else {
            return "Task \(record.id) is \(record.status.rawValue); \(place) is told when it is \(what). You need not wait for that."
        }
        return """
            Task \(record.id) is \(record.status.rawValue) already, so its result is being delivered to \(place) now (\(delivery.id)). It is \
            tried again by itself if that does not work at once.
            """
    }
}
