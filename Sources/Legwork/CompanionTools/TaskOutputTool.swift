import LegworkCore

/// `task_output`: a part of the raw output of a task.
struct TaskOutputTool: Tool {
    private static let defaultBytes = 8192
    private static let maximumBytes = 256 << 10

    let descriptor = ToolDescriptor(
        name: "task_output",
        title: "Task output",
        description: """
            Read what a background task has written so far, such as a command's output; also while it runs and after it has ended. Gives the \
            last tail_bytes bytes (8192 unless told otherwise), or, to read a long output in order, the part that begins at offset; pass \
            next_offset of one answer as the offset of the next. Bytes that are no text are shown as \u{FFFD}. A tool's result is not output: \
            check_task gives that.
            """,
        inputSchema: TaskDesk.schema(
            [
                "task_id": TaskDesk.taskID,
                "tail_bytes": [
                    "type": "integer", "minimum": 1, "maximum": JSONValue(maximumBytes),
                    "description": "Read the end of the output: at most this many bytes. Not together with offset.",
                ],
                "offset": ["type": "integer", "minimum": 0, "description": "Read from this byte on, counted from 0."],
                "limit": [
                    "type": "integer", "minimum": 1, "maximum": JSONValue(maximumBytes), "default": JSONValue(defaultBytes),
                    "description": "With offset: the most bytes to read.",
                ],
            ],
            required: ["task_id"]
        ),
        annotations: TaskDesk.looksOnly,
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func prepare(_ arguments: JSONValue) throws {
        if arguments["offset"] != nil, arguments["tail_bytes"] != nil {
            throw ToolError(.invalidArguments, "the arguments of 'task_output' do not fit: give either tail_bytes or offset")
        }
        if arguments["offset"] == nil, arguments["limit"] != nil {
            throw ToolError(
                .invalidArguments,
                "the arguments of 'task_output' do not fit: limit goes with offset; for the end give tail_bytes"
            )
        }
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let scope = context.caller.scope
            let record = try await manager.task(arguments["task_id"]?.string ?? "", in: scope)
            let offset = arguments["offset"]?.int
            let range: TaskManager.OutputRange =
                if let offset { .from(offset, limit: arguments["limit"]?.int ?? Self.defaultBytes) } else {
                    .tail(arguments["tail_bytes"]?.int ?? Self.defaultBytes)
                }
            let chunk = try await manager.output(of: record.id, range, in: scope)
            let text = OutputText(chunk, startsAnywhere: offset == nil)
            let report = TaskReport(record, now: manager.engine.clock.now)

            var object = report.object
            object["result"] = nil
            object["error"] = nil
            object["output"] = .string(text.text)
            object["offset"] = JSONValue(text.offset)
            object["next_offset"] = JSONValue(text.end)
            object["total_bytes"] = JSONValue(chunk.total)
            object["more"] = .bool(text.end < chunk.total)
            object["may_grow"] = .bool(chunk.mayGrow)
            return ToolResult(content: [.text(Self.sentence(record, text, chunk)), .text(text.text)], structuredContent: .object(object))
        }
    }

    private static func sentence(_ record: TaskRecord, _ text: OutputText, _ chunk: OutputChunk) -> String {
        let status = "The task is \(record.status.rawValue)" + (chunk.mayGrow ? " and may write more." : ".")
        guard chunk.total > 0 else { return "Task \(record.id) has written no output. \(status)" }
        guard text.end > text.offset else {
            return "Task \(record.id) has written \(chunk.total) bytes of output, none of them after byte \(text.offset). \(status)"
        }
        let more = text.end < chunk.total ? " To read on, give offset \(text.end)." : ""
        return "Bytes \(text.offset) to \(text.end) of \(chunk.total) of the output of task \(record.id):\(more) \(status)"
    }
}
