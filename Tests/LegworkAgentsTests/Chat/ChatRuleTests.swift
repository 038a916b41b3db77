import LegworkCore
import Testing

@testable import LegworkAgents

/// The loop's decisions, without an endpoint.
@Suite("The rules of an agent's loop")
struct ChatRuleTests {
    @Test("repetitions wait twice as long each time, spread, never longer than the cap, and never less than was asked for")
    func retries() {
        let policy = ChatRetryPolicy(maximumRetries: 3, base: .seconds(2), cap: .seconds(6))
        #expect(policy.delay(before: 1, wish: nil, chance: 0) == .seconds(1))
        #expect(policy.delay(before: 2, wish: nil, chance: 0) == .seconds(2))
        #expect(policy.delay(before: 3, wish: nil, chance: 0.5) == .seconds(4.5))
        #expect(policy.delay(before: 4, wish: nil, chance: 0) == nil)
        #expect(policy.delay(before: 1, wish: .seconds(5), chance: 0) == .seconds(5))
        #expect(policy.delay(before: 1, wish: .seconds(6), chance: 0.99) == .seconds(6))
        #expect(policy.delay(before: 1, wish: .seconds(7), chance: 0) == nil)
    }

    @Test(
        "Retry-After is seconds, a date, or milliseconds beside it",
        arguments: [
            ("7", nil, .seconds(7)), ("0.5", nil, .milliseconds(500)), ("9", "250", .milliseconds(250)), ("soon", nil, nil),
            (nil, nil, nil),
            ("-1", nil, nil), ("Sun, 06 Nov 1994 08:49:47 GMT", nil, .seconds(10)), ("Sun, 06 Nov 1994 08:49:00 GMT", nil, .zero),
            ("Tue, 29 Feb 2000 00:00:00 GMT", nil, .seconds(951_782_400 - 784_111_777)), ("Sun, 06 Foo 1994 08:49:47 GMT", nil, nil),
        ] as [(String?, String?, Duration?)]
    )
    func retryAfter(seconds: String?, milliseconds: String?, wait: Duration?) {
        // Sun, 06 Nov 1994 08:49:37 GMT
        #expect(ChatFault.wait(seconds, milliseconds, Timestamp(milliseconds: 784_111_777_000)) == wait)
    }

    @Test(
        "answers other than 200 are told apart: what may pass, what is too long, what will not work",
        arguments: [
            (429, #"{"error":{"message":"slow"}}"#, .retryable(after: nil)), (429, #"{"error":{"code":"insufficient_quota"}}"#, .final),
            (500, "oops", .retryable(after: nil)), (503, "", .retryable(after: nil)), (529, "{}", .retryable(after: nil)),
            (400, #"{"error":{"message":"This model's maximum context length is 8 tokens"}}"#, .contextExceeded),
            (400, #"{"error":{"code":"context_length_exceeded"}}"#, .contextExceeded), (400, #"{"error":"bad"}"#, .final),
            (404, "", .final),
            (401, "", .final), (302, "", .final),
        ] as [(Int, String, ChatFault.Kind)]
    )
    func faults(status: Int, body: String, kind: ChatFault.Kind) {
        let fault = ChatFault(status: status, body: Array(body.utf8), retryAfter: (nil, nil), now: Timestamp(milliseconds: 0))
        #expect(fault.kind == kind)
        #expect(fault.message.contains("\(status)"))
    }

    @Test("a stream is put together, however calls are numbered in it")
    func streams() throws {
        let numbered = [
            #"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"t2","arguments":"{"}}]}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"t1","arguments":""}}]}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"}"}}]},"finish_reason":"tool_calls"}]}"#,
        ]
        let unnumbered = [
            #"{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"t1","arguments":""}}]}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"t2","arguments":"{"}}]}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"}"}}]}}]}"#, "[DONE]", "what comes after the end is nothing",
        ]
        for events in [numbered, unnumbered] {
            var reader = ChatStreamReader(limit: 1000)
            for event in events { try reader.read(event) }
            let answer = try reader.finish()
            #expect(
                answer.calls == [ChatToolCall(id: "a", name: "t1", arguments: ""), ChatToolCall(id: "b", name: "t2", arguments: "{}")]
            )
        }
    }

    @Test("calls that all have the same index are told apart by their ids and names")
    func sameIndex() throws {
        var reader = ChatStreamReader(limit: 1000)
        for event in [
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"t","arguments":"{}"}}]}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"t","arguments":"[]"}}]}}]}"#, "[DONE]",
        ] { try reader.read(event) }
        let calls = try reader.finish().calls
        #expect(calls == [ChatToolCall(id: "a", name: "t", arguments: "{}"), ChatToolCall(id: "b", name: "t", arguments: "[]")])
    }

    @Test("a stream that is cut off, is no JSON, tells an error or is too large gives no answer")
    func brokenStreams() throws {
        var cut = ChatStreamReader(limit: 1000)
        try cut.read(#"{"choices":[{"delta":{"content":"half"}}]}"#)
        #expect(throws: ChatFault.self) { try cut.finish() }
        let faults: [(String, ChatFault.Kind)] = [
            ("{", .retryable(after: nil)), (#"{"error":{"type":"overloaded_error"}}"#, .retryable(after: nil)),
            (#"{"error":{"message":"no"}}"#, .final), (#"{"error":{"code":"context_length_exceeded"}}"#, .contextExceeded),
            (#"{"choices":[{"delta":{"content":"\#(String(repeating: "x", count: 1001))"}}]}"#, .final),
            (#"{"choices":[{"delta":{"tool_calls":[{"index":5000}]}}]}"#, .final),
        ]
        for (event, kind) in faults {
            var reader = ChatStreamReader(limit: 1000)
            let fault = #expect(throws: ChatFault.self) { try reader.read(event) }
            #expect(fault?.kind == kind)
        }
    }

    @Test("names that endpoints do not take are replaced, and stay different")
    func names() {
        var configuration = ChatAgentConfiguration(name: "me", endpoint: ChatEndpoint(baseURL: "http://x"), model: "m")
        let long = String(repeating: "n", count: 70)
        let names = ["a.b", "a_b", "me", long, long + "2", "hidden"]
        let descriptors = names.map { ToolDescriptor(name: $0, description: "") }
        configuration.tools = ["a*", "m*", "n*"]
        let box = ChatToolbox(descriptors, configuration)
        #expect(box["a_b"]?.descriptor.name == "a.b" && box["a_b_2"]?.descriptor.name == "a_b")
        #expect(box.json.count == 4)
        #expect(box.json.allSatisfy { ($0["function"]?["name"]?.string?.count ?? 99) <= 64 })
        // An agent has itself only when its configuration says so by name.
        #expect(box["me"] == nil && box["hidden"] == nil)
        configuration.tools = ["me"]
        #expect(ChatToolbox(descriptors, configuration)["me"] != nil)
    }

    @Test("ids that are missing, repeated or too long are replaced, so that calls can be told apart")
    func ids() {
        var machine = machine(["t"], granted: ["*"])
        let call = { (id: String) in ChatToolCall(id: id, name: "t", arguments: "{}") }
        let answer = ChatAnswer(text: "", calls: [call("x"), call("x"), call(""), call(String(repeating: "y", count: 129))])
        guard case .work(let work) = machine.answered(answer) else { return #expect(Bool(false), "there is no work") }
        #expect(work.map(\.id) == ["x", "call-1-1", "call-1-2", "call-1-3"])
        for id in work.map(\.id).dropLast() { #expect(machine.finished(id, "ok", isError: false) == .wait) }
        #expect(machine.finished("call-1-3", "ok", isError: false) == .ask)
        #expect(machine.finished("call-1-3", "again", isError: false) == .wait)
        guard case .work(let second) = machine.answered(ChatAnswer(text: "", calls: [call("x")])) else {
            return #expect(Bool(false), "there is no work")
        }
        #expect(second.map(\.id) == ["call-2-0"])
    }

    @Test("a call is not begun before it is allowed, and what was not allowed is done")
    func approval() {
        var machine = machine(["t"], granted: [])
        let answer = ChatAnswer(
            text: "",
            calls: [ChatToolCall(id: "a", name: "t", arguments: "{}"), ChatToolCall(id: "b", name: "t", arguments: "")]
        )
        guard case .work(let work) = machine.answered(answer) else { return #expect(Bool(false), "there is no work") }
        #expect(
            work == [
                .approve(answer.calls[0], [:], key: "approve-1-0"), .approve(answer.calls[1], [:], key: "approve-1-1"),
            ]
        )
        #expect(machine.calls.all.allSatisfy { $0.state == .waiting })
        #expect(machine.approved("a") == .work([.run(answer.calls[0], [:])]))
        #expect(machine.calls["a"]?.state == .started)
        #expect(machine.finished("b", "not allowed", isError: true) == .wait)
        #expect(machine.finished("a", "did", isError: false) == .ask)
        #expect(machine.conversation.messages.suffix(2).compactMap { $0["content"]?.string } == ["did", "error: not allowed"])
    }

    @Test("too many calls in one answer are refused one by one, and the others made")
    func manyCalls() {
        var machine = machine(["t"], granted: ["*"])
        let calls = (0..<130).map { ChatToolCall(id: "c\($0)", name: "t", arguments: "{}") }
        guard case .work(let work) = machine.answered(ChatAnswer(text: "", calls: calls)) else {
            return #expect(Bool(false), "there is no work")
        }
        let rejected = work.filter { if case .reject = $0 { true } else { false } }
        #expect(rejected.map(\.id) == ["c128", "c129"])
    }

    @Test("after the last turn no call is left without a result, so that the conversation can be taken up")
    func lastTurn() throws {
        var limited = configuration(granted: ["*"])
        limited.maximumTurns = 1
        var machine = ChatTurnMachine(prompt: "p", limited, toolbox(["t"], granted: ["*"]))
        let answer = ChatAnswer(text: "", calls: [ChatToolCall(id: "a", name: "t", arguments: "{}")])
        guard case .fail(let error) = machine.answered(answer) else { return #expect(Bool(false), "it goes on") }
        #expect(error.code == .tooManyTurns)
        // A crash before the task's end buys no further answer.
        var other = try ChatTurnMachine(checkpoint: machine.checkpoint, limited, toolbox(["t"], granted: ["*"]))
        #expect(other.begin() == .fail(error))
        #expect(machine.conversation.messages.last?["tool_call_id"] == "a")
    }

    @Test("when the endpoint finds the conversation too long, all is tried that makes it shorter, and then it fails")
    func tooLong() {
        var machine = ChatTurnMachine(
            prompt: String(repeating: "p", count: 80_000),
            configuration(granted: ["*"]),
            toolbox(["t"], granted: ["*"])
        )
        _ = machine.answered(ChatAnswer(text: "", calls: [ChatToolCall(id: "a", name: "t", arguments: "{}")]))
        _ = machine.finished("a", String(repeating: "r", count: 40_000), isError: false)
        // The result alone can be shortened, and that is less than the third that would be best.
        #expect(machine.failed(ChatFault(.contextExceeded, "too long"), chance: 0) == .ask)
        #expect((try? machine.messages())?.last?["content"]?.string?.utf8.count ?? .max < 5000)
        guard case .fail(let error) = machine.failed(ChatFault(.contextExceeded, "too long"), chance: 0) else {
            return #expect(Bool(false), "it goes on for ever")
        }
        #expect(error.code == .contextExceeded)
    }

    @Test("a checkpoint holds all: written and read again, the machine goes on as it would have")
    func checkpoints() throws {
        var machine = machine(["t"], granted: ["*"])
        _ = machine.answered(
            ChatAnswer(
                text: "I try.",
                calls: [ChatToolCall(id: "a", name: "t", arguments: #"{"x":1}"#)],
                usage: AgentUsage(inputTokens: 7, outputTokens: 3)
            )
        )
        let kept = try JSONValue(parsing: machine.checkpoint.jsonBytes())
        var other = try ChatTurnMachine(checkpoint: kept, configuration(granted: ["*"]), toolbox(["t"], granted: ["*"]))
        #expect(other.checkpoint == machine.checkpoint)
        #expect(other.begin(known: ["a": "done before"]) == .ask)
        #expect(machine.finished("a", "done before", isError: false) == .ask)
        #expect(other.checkpoint == machine.checkpoint)
        #expect(other.usage.inputTokens == 7)
    }

    @Test("has nothing called later that it may not call now")
    func handingOn() {
        let names = ["later", "shell", "look"]
        let box = ChatToolbox(
            names.map { ToolDescriptor(name: $0, description: "") },
            handingOn: ["later"],
            configuration(granted: ["later", "look"])
        )
        var machine = ChatTurnMachine(prompt: "p", configuration(granted: ["later", "look"]), box)
        _ = machine.begin()
        let calls = ["look", "shell", "none", "later"].map {
            ChatToolCall(id: $0, name: "later", arguments: #"{"tool": "\#($0)"}"#)
        }
        guard case .work(let work) = machine.answered(ChatAnswer(text: "", calls: calls)) else {
            Issue.record("no work")
            return
        }
        guard case .run = work[0], case .approve(let shell, _, _) = work[1], case .reject(_, let none) = work[2],
            case .reject(_, let later) = work[3]
        else {
            Issue.record("\(work)")
            return
        }
        #expect(shell.id == "shell")
        #expect(none.contains("no tool named 'none'"))
        #expect(later.contains("cannot be called that way"))
    }

    private func configuration(granted: [String]) -> ChatAgentConfiguration {
        var configuration = ChatAgentConfiguration(name: "me", endpoint: ChatEndpoint(baseURL: "http://x"), model: "m")
        configuration.granted = granted
        return configuration
    }

    private func toolbox(_ names: [String], granted: [String]) -> ChatToolbox {
        ChatToolbox(names.map { ToolDescriptor(name: $0, description: "") }, configuration(granted: granted))
    }

    private func machine(_ names: [String], granted: [String]) -> ChatTurnMachine {
        ChatTurnMachine(prompt: "p", configuration(granted: granted), toolbox(names, granted: granted))
    }
}
