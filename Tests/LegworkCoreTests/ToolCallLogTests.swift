import LegworkCore
import Testing

@Suite("The calls of an agent")
struct ToolCallLogTests {
    private func event(_ second: Int, _ kind: TaskEvent.Kind, _ data: JSONValue? = nil) -> TaskEvent {
        TaskEvent(sequence: second, time: Timestamp(milliseconds: Int64(second) * 1000), kind: kind, data: data)
    }

    private func begin(_ second: Int, _ id: String, _ name: String = "shell") -> TaskEvent {
        event(
            second,
            .custom,
            ["kind": "tool_call", "phase": "started", "call_id": .string(id), "name": .string(name), "arguments": ["n": 1]]
        )
    }

    private func end(_ second: Int, _ id: String, isError: Bool = false, started: Int? = nil) -> TaskEvent {
        var data: JSONObject = [
            "kind": "tool_call", "phase": "ended", "call_id": .string(id), "is_error": .bool(isError), "result": "out",
        ]
        if let started {
            data["name"] = "shell"
            data["started_at"] = .string(Timestamp(milliseconds: Int64(started) * 1000).description)
        }
        return event(second, .custom, .object(data))
    }

    @Test("are matched by their ids, also when they run side by side under one name and end in another order")
    func matching() {
        let calls = ToolCallLog([begin(1, "a"), begin(2, "b"), begin(3, "c"), end(4, "b", isError: true), end(6, "a")]).calls
        #expect(calls.map(\.id) == ["a", "b", "c"])
        #expect(calls.map(\.status) == [.success, .failed, .running])
        #expect(calls.map { $0.duration } == [.seconds(5), .seconds(2), nil])
        #expect(calls.map(\.isError) == [false, true, false])
        #expect(calls[0].arguments == ["n": 1])
        #expect(calls[0].result == "out")
    }

    @Test(
        "never stay open when their attempt is over",
        arguments: [TaskEvent.Kind.completed, .failed, .cancelled, .stopped, .requeued, .started]
    )
    func closing(kind: TaskEvent.Kind) {
        let calls = ToolCallLog([begin(1, "a"), event(5, kind), begin(6, "a"), end(7, "a")]).calls
        #expect(calls.map(\.status) == [.cancelled, .success])
        #expect(calls.map(\.duration) == [.seconds(4), .seconds(1)])
    }

    @Test("are whole when their beginning was dropped from the timeline")
    func dropped() {
        let calls = ToolCallLog([begin(1, "a"), event(8, .omitted), end(9, "x", started: 4), end(10, "a")]).calls
        #expect(calls.map(\.id) == ["a", "x"])
        #expect(calls[1].name == "shell")
        #expect(calls[1].duration == .seconds(5))
        #expect(ToolCallLog([end(9, "x")]).calls.map(\.status) == [.success])
    }

    @Test("that are begun twice are one, and what is no call is none")
    func strange() {
        let other = event(2, .custom, ["kind": "tool_call", "phase": "paused", "call_id": "a"])
        let calls = ToolCallLog([begin(1, "a"), begin(2, "a", "git"), other, event(3, .custom), event(3, .message), end(4, "a")]).calls
        #expect(calls.count == 1)
        #expect(calls[0].name == "git")
        #expect(calls[0].duration == .seconds(3))
    }

    @Test("are in the timeline under the topic that their data names")
    func topics() {
        #expect(begin(1, "a").topic == "tool_call")
        #expect(event(1, .custom).topic == "custom")
        #expect(event(1, .gate, ["kind": "message"]).topic == "gate")
        #expect(event(1, .custom, ["kind": .string(String(repeating: "x", count: 65))]).topic == "custom")
    }
}
