extension ToolContext {
    /// Says that an agent has begun a call of its own, inside its task: one step of the timeline that ``endToolCall(id:result:isError:)`` ends.
    ///
    /// Calls may run side by side and end in any order; they are told apart by their ids, never by their names.
    ///
    /// - Parameters:
    ///   - id: the call's id, as the agent's model gave it; unique within the task.
    ///   - name: the tool that is called.
    ///   - arguments: what it is called with, where that may be shown; long ones are cut in the timeline.
    public func beginToolCall(id: String, name: String, arguments: JSONValue? = nil) {
        host.beginToolCall(id: id, name: name, arguments: arguments)
    }

    /// Says that a call which ``beginToolCall(id:name:arguments:)`` told of has ended.
    ///
    /// - Parameters:
    ///   - id: the call's id.
    ///   - result: what the agent's model was given; long ones are cut in the timeline.
    ///   - isError: whether the call failed.
    public func endToolCall(id: String, result: String? = nil, isError: Bool = false) {
        host.endToolCall(id: id, result: result, isError: isError)
    }
}

extension ToolContextHost {
    /// The most of a call's arguments or result that an entry of the timeline holds, in bytes.
    private static var toolCallLimit: Int { 4096 }

    /// Puts an entry into the timeline: `{"kind": "tool_call", "phase": "started", "call_id", "name", "arguments"?}`.
    public func beginToolCall(id: String, name: String, arguments: JSONValue?) {
        var data: JSONObject = ["kind": "tool_call", "phase": "started", "call_id": .string(id), "name": .string(name)]
        if let arguments {
            let text = arguments.json()
            let isLong = text.utf8.count > Self.toolCallLimit
            data["arguments"] = isLong ? .string(String(text.truncated(toBytes: Self.toolCallLimit))) : arguments
            if isLong { data["arguments_bytes"] = JSONValue(text.utf8.count) }
        }
        emit(text: "\(name) started", data: .object(data))
    }

    /// Puts an entry into the timeline: `{"kind": "tool_call", "phase": "ended", "call_id", "is_error", "result"?}`.
    public func endToolCall(id: String, result: String?, isError: Bool) {
        var data: JSONObject = ["kind": "tool_call", "phase": "ended", "call_id": .string(id), "is_error": .bool(isError)]
        if let result {
            data["result"] = .string(String(result.truncated(toBytes: Self.toolCallLimit)))
            if result.utf8.count > Self.toolCallLimit { data["result_bytes"] = JSONValue(result.utf8.count) }
        }
        emit(text: isError ? "call \(id) failed" : "call \(id) ended", data: .object(data))
    }
}
