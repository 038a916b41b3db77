import LegworkCore
import LegworkHTTP
import LegworkTestKit
import TestPrograms
import Testing

@testable import LegworkAgents

/// The loop against a scripted endpoint on loopback.
@Suite("An agent over a chat endpoint", .timeLimit(.minutes(2)))
struct ChatAgentTests {
    /// Runs a prompt against a script.
    private func run(
        _ script: [ScriptedModel.Answer],
        tools: FakeTools = FakeTools(),
        host: AskingHost = AskingHost(),
        clock: any TaskClock = SystemClock(),
        arguments: JSONValue = ["prompt": "Do it."],
        _ change: (inout ChatAgentConfiguration) -> Void = { _ in },
        _ look: (ToolResult, ScriptedModel) throws -> Void
    ) async throws {
        let model = try ScriptedModel(script)
        var configuration = model.configuration
        configuration.retry = ChatRetryPolicy(maximumRetries: 2, base: .microseconds(1))
        change(&configuration)
        let tool = ChatAgentTool(configuration, client: model.client, caller: tools, clock: clock, chance: { 0.5 })
        do {
            try RegisteredTool(tool).check(arguments)
            try look(try await tool.call(arguments, host.context), model)
        } catch {
            await model.close()
            throw error
        }
        await model.close()
    }

    private func echo(_ name: String = "echo", readsOnly: Bool = true) -> (name: String, readsOnly: Bool, body: FakeTools.Body) {
        (name, readsOnly, { .text("got \($0)") })
    }

    @Test("a streamed answer is the result, with tokens and cost; the request is as it should be")
    func answer() async throws {
        try await run([.text("All is well.")]) {
            $0.instructions = "Be brief."
            $0.prices = ChatPrices(input: 2, cachedInput: 1, output: 10)
            $0.extraBody = ["temperature": 0]
        } _: { result, model in
            #expect(result.text == "All is well." && !result.isError)
            let facts = try #require(result.structuredContent)
            #expect(facts["usage"] == ["input_tokens": 10, "cached_input_tokens": 4, "output_tokens": 5])
            // 6 tokens at 2, 4 at 1 and 5 at 10 dollars a million.
            #expect(facts["cost_usd"]?.double == 0.000066)
            #expect(facts["model"] == "m1-real" && facts["turns"] == 1 && facts["tool_calls"] == 0)
            let request = try #require(model.requests.first)
            #expect(request["model"] == "m1" && request["stream"] == true && request["stream_options"] == ["include_usage": true])
            #expect(request["temperature"] == 0 && request["tools"] == nil)
            #expect(
                request["messages"] == [["role": "system", "content": "Be brief."], ["role": "user", "content": "Do it."]]
            )
        }
    }

    @Test("an answer that is whole is not paid for again, also when its connection breaks or stays open afterwards")
    func wholeAnswers() async throws {
        let events: [JSONValue] = [
            ["choices": [["index": 0, "delta": ["content": "Whole."]]]],
            ["choices": [["index": 0, "delta": [:], "finish_reason": "stop"]]],
        ]
        for answer in [ScriptedModel.Answer.broken(events), .open(events)] {
            try await run([answer, .text("Paid twice.")]) { result, model in
                #expect(result.text == "Whole." && model.requests.count == 1)
            }
        }
    }

    @Test("an endpoint that is busy is asked again, however much it has to say about that")
    func longFault() async throws {
        let page = ScriptedModel.Answer.status(503, .string(String(repeating: "busy ", count: 100_000)))
        try await run([page, .text("At last.")]) { result, _ in #expect(result.text == "At last.") }
    }

    @Test("a key that the endpoint repeats stands in no checkpoint")
    func repeatedKey() async throws {
        let folder = try TemporaryFolder()
        let file = SecretReference.file(try folder.add("key", "sk-0123456789", mode: 0o600))
        let host = AskingHost()
        let script: [ScriptedModel.Answer] = [.calls([("a", "echo", #"{"k":"sk-0123456789"}"#)]), .text("It is sk-0123456789.")]
        try await run(script, tools: FakeTools([echo()]), host: host) {
            $0.endpoint.key = file
        } _: { result, _ in
            #expect(result.text == "It is [hidden].")
        }
        #expect(!host.checkpoints.isEmpty && host.checkpoints.allSatisfy { !$0.json().contains("sk-0123456789") })
    }

    @Test("tools are called side by side, and the model gets their results in the order of its calls")
    func parallelCalls() async throws {
        let host = AskingHost()
        let tools = FakeTools([
            (
                "first", true,
                { _ in
                    // Until the second has been told to have ended, not only until its tool returned: then nothing is left to race.
                    await host.event { $0.data?["phase"] == "ended" && $0.data?["call_id"] == "b" }
                    return .text("one")
                }
            ),
            ("second", true, { _ in .error("two") }),
        ])
        try await run(
            [.calls([("a", "first", #"{"x":1}"#), ("b", "second", "")]), .text("Done.")],
            tools: tools,
            host: host
        ) { result, model in
            #expect(result.text == "Done.")
            #expect(result.structuredContent?["tool_calls"] == 2 && result.structuredContent?["turns"] == 2)
            #expect(Set(tools.calls) == [#"a first {"x":1}"#, "b second {}"])
            let messages = try #require(model.requests.last?["messages"]?.array)
            #expect(messages[1]["tool_calls"]?.array?.map { $0["id"]?.string } == ["a", "b"])
            #expect(messages[2] == ["role": "tool", "tool_call_id": "a", "content": "one"])
            #expect(messages[3] == ["role": "tool", "tool_call_id": "b", "content": "error: two"])
            #expect(model.requests[0]["tools"]?.array?.count == 2)
            let ended = host.events.filter { $0.data?["phase"] == "ended" }.compactMap { $0.data?["call_id"]?.string }
            #expect(ended == ["b", "a"])
        }
    }

    @Test("invalid JSON, unknown tools and faults of tools are told to the model, which goes on")
    func badCalls() async throws {
        let tools = FakeTools([("broken", true, { _ in throw ToolError(.invalidArguments, "x is missing") })])
        try await run(
            [.calls([("a", "broken", #"{"x":"#), ("b", "nothing", "{}"), ("c", "broken", "[1]"), ("d", "broken", "{}")]), .text("Hm.")],
            tools: tools
        ) { result, model in
            #expect(result.text == "Hm.")
            #expect(tools.calls == ["d broken {}"])
            let contents = model.requests[1]["messages"]?.array?.suffix(4).compactMap { $0["content"]?.string } ?? []
            #expect(contents.count == 4)
            #expect(contents[0].contains("no JSON object") && contents[1].contains("no tool named 'nothing'; there are: broken"))
            #expect(contents[2].contains("of type array") && contents[3] == "error: x is missing")
        }
    }

    @Test("huge arguments arrive whole; those beyond the limit are a clear failure")
    func hugeArguments() async throws {
        let tools = FakeTools([("count", true, { .text("\($0["x"]?.string?.count ?? 0)") })])
        let huge = #"{"x":""# + String(repeating: "y", count: 700_000) + #""}"#
        try await run([.calls([("a", "count", huge)]), .text("Ok.")], tools: tools, { $0.contextTokens = 10_000_000 }) { result, model in
            #expect(result.text == "Ok.")
            #expect(model.requests[1]["messages"]?.array?.last?["content"] == "700000")
        }
        try await run([.calls([("a", "count", huge)])], tools: tools, { $0.endpoint.maximumAnswerBytes = 500_000 }) { result, model in
            #expect(result.isError && result.text.contains("larger than 500000 bytes"))
            #expect(model.requests.count == 1)
        }
    }

    @Test("a connection that breaks in the middle of an answer is asked again, and the half answer counts for nothing")
    func brokenStream() async throws {
        let half: [JSONValue] = [["choices": [["index": 0, "delta": ["content": "Half of"]]]]]
        let host = AskingHost()
        try await run([.broken(half), .stream(half), .text("Whole.")], host: host) { result, model in
            // The second one ended its stream properly, after [DONE], as some do without a reason.
            #expect(result.text == "Half of")
            #expect(model.requests.count == 2)
            #expect(host.events.contains { $0.data?["kind"] == "warning" })
        }
    }

    @Test("server errors are tried again so often and no oftener, then the failure says what the endpoint said")
    func serverErrors() async throws {
        let fault = ScriptedModel.Answer.status(500, ["error": ["message": "we are sorry"]])
        try await run([fault, fault, .text("At last.")]) { result, _ in #expect(result.text == "At last.") }
        try await run([fault, fault, fault, .text("Too late.")]) { result, model in
            #expect(result.isError && result.text.contains("we are sorry") && result.text.contains("tried 3 times"))
            #expect(result.structuredContent?["error"] == "endpoint")
            #expect(model.requests.count == 3)
        }
    }

    @Test("Retry-After is honoured, on the clock that was given")
    func retryAfter() async throws {
        let clock = MockClock()
        let moving = Task {
            await clock.sleeperDue(within: .seconds(8))
            clock.advance(by: .seconds(6))
            // Not yet: nobody comes before the time that the endpoint named.
            await clock.sleeperDue(within: .seconds(2))
            clock.advance(by: .seconds(2))
        }
        try await run([.status(429, ["error": ["message": "slow down"]], ["Retry-After": "7"]), .text("Now.")], clock: clock) {
            result,
            model in
            #expect(result.text == "Now.")
            #expect(model.requests.count == 2)
        }
        await moving.value
        #expect(clock.uptime == .seconds(8))
    }

    @Test("an endpoint that asks for more patience than is configured fails the task at once")
    func tooLongRetryAfter() async throws {
        try await run([.status(429, ["error": ["message": "slow down"]], ["Retry-After": "3600"])]) { result, model in
            #expect(result.isError && result.text.contains("It asks to wait 3600"))
            #expect(model.requests.count == 1)
        }
    }

    @Test("an endpoint that never answers, and one that is not there, are clear failures")
    func silence() async throws {
        try await run([.silence]) {
            $0.endpoint.idleTimeout = .milliseconds(30)
            $0.retry.maximumRetries = 0
        } _: { result, model in
            #expect(result.isError && result.text.contains("cannot be used"))
            #expect(model.requests.count == 1)
        }
        try await run([]) {
            $0.endpoint.baseURL = "http://127.0.0.1:1/v1"
            $0.retry.maximumRetries = 0
        } _: { result, _ in
            #expect(result.isError && result.text.contains("http://127.0.0.1:1/v1"))
        }
    }

    @Test("an unknown model, a wrong key and an answer that is none are said plainly and not tried again")
    func refusals() async throws {
        let unknown: JSONValue = ["error": ["message": "The model `m1` does not exist", "code": "model_not_found"]]
        try await run([.status(404, unknown)]) { result, model in
            #expect(
                result.isError && result.text.contains("The model `m1` does not exist") && result.text.contains("Check the model's name")
            )
            #expect(model.requests.count == 1)
        }
        try await run([.status(401, ["error": ["message": "bad key"]])]) { result, _ in #expect(result.text.contains("Check the key")) }
        try await run([.whole(["hello": "world"])]) { result, _ in #expect(result.text.contains("no chat completion")) }
        try await run([.text("")]) { result, _ in #expect(result.isError && result.text.contains("without an answer")) }
    }

    @Test("a prompt of 10 MB, an empty one and a model that is not among the agent's are refused before anything is asked")
    func badArguments() async throws {
        let huge = JSONValue.string(String(repeating: "x", count: 10_000_000))
        let mistakes: [JSONValue] = [["prompt": huge], ["prompt": " "], ["prompt": "p", "model": "other"], [:]]
        for arguments in mistakes {
            let error = await #expect(throws: ToolError.self) {
                try await run([], arguments: arguments, { $0.models = ["m2"] }) { _, _ in }
            }
            #expect(error?.code == .invalidArguments)
        }
    }

    @Test("endpoints that do not stream are understood as well")
    func whole() async throws {
        let tools = FakeTools([echo()])
        let call: JSONValue = ["id": "a", "type": "function", "function": ["name": "echo", "arguments": ["x": 1]]]
        try await run(
            [
                .whole(["choices": [["message": ["content": nil, "tool_calls": [call]], "finish_reason": "tool_calls"]]]),
                .whole(["choices": [["message": ["content": "Fine."], "finish_reason": "stop"]]]),
            ],
            tools: tools
        ) { result, _ in
            #expect(result.text == "Fine.")
            #expect(tools.calls == [#"a echo {"x":1}"#])
        }
    }

    @Test("a model that calls tools without end is stopped after the last turn")
    func turns() async throws {
        let tools = FakeTools([echo()])
        let call = ScriptedModel.Answer.calls([("same-id", "echo", "{}")])
        try await run([call, call, call, call], tools: tools, { $0.maximumTurns = 3 }) { result, model in
            #expect(result.isError && result.text.contains("max_turns"))
            #expect(result.structuredContent?["error"] == "tooManyTurns" && result.structuredContent?["turns"] == 3)
            #expect(tools.calls.count == 2 && model.requests.count == 3)
            // The same id again would make two calls one.
            #expect(Set(tools.calls).count == 2)
        }
    }

    @Test("calls that change something need permission: granted, allowed by an answer, declined, or refused")
    func approvals() async throws {
        let script: [ScriptedModel.Answer] = [.calls([("a", "write", #"{"password":"p","x":1}"#)]), .text("End.")]
        for (answer, isAsked, isCalled) in [(JSONValue?.some(true), true, true), (false, true, false), (nil, true, false)] {
            let tools = FakeTools([echo("write", readsOnly: false)])
            let host = AskingHost(answer: answer)
            try await run(script, tools: tools, host: host) { result, _ in
                #expect(result.text == "End.")
                #expect(tools.calls.isEmpty == !isCalled)
                #expect(host.questions.isEmpty == !isAsked)
                #expect(host.questions.allSatisfy { $0.contains("'write'") && $0.contains("[hidden]") && !$0.contains(#""p""#) })
            }
        }
        let granted = FakeTools([echo("write", readsOnly: false)])
        try await run(script, tools: granted, { $0.granted = ["wr*"] }) { _, _ in #expect(granted.calls.count == 1) }
        let refused = FakeTools([echo("write", readsOnly: false)])
        let host = AskingHost(answer: true)
        try await run(script, tools: refused, host: host, { $0.approval = .refuse }) { _, model in
            #expect(refused.calls.isEmpty && host.questions.isEmpty)
            #expect(model.requests[1]["messages"]?.array?.last?["content"]?.string?.contains("may not call 'write'") == true)
        }
    }

    @Test("long results are shortened, the oldest first, when the context ends; then the failure is clear")
    func context() async throws {
        let tools = FakeTools([("read", true, { _ in .text(String(repeating: "word ", count: 4000)) })])
        let script: [ScriptedModel.Answer] = [
            .calls([("a", "read", "{}")]), .calls([("b", "read", "{}")]), .calls([("c", "read", "{}")]), .text("Read."),
        ]
        try await run(script, tools: tools, { $0.contextTokens = 12_000 }) { result, model in
            #expect(result.text == "Read.")
            let sizes = model.requests[3]["messages"]?.array?.filter { $0["role"] == "tool" }.compactMap {
                $0["content"]?.string?.utf8.count
            }
            #expect(sizes?.count == 3)
            #expect(sizes?[0] ?? .max < 500 && sizes?[2] == 20_000)
        }
        let long = JSONValue.string(String(repeating: "word ", count: 20_000))
        try await run([.text("Never.")], arguments: ["prompt": long], { $0.contextTokens = 12_000 }) { result, model in
            #expect(result.structuredContent?["error"] == "contextExceeded")
            #expect(result.text.contains("larger context") && model.requests.isEmpty)
        }
    }

    @Test("an endpoint that finds the conversation too long gets a shorter one")
    func contextByEndpoint() async throws {
        let tools = FakeTools([("read", true, { _ in .text(String(repeating: "word ", count: 4000)) })])
        let tooLong = ScriptedModel.Answer.status(400, ["error": ["message": "too long", "code": "context_length_exceeded"]])
        try await run([.calls([("a", "read", "{}")]), tooLong, .text("Read.")], tools: tools) { result, model in
            #expect(result.text == "Read.")
            #expect(model.requests[2].jsonBytes().count < model.requests[1].jsonBytes().count / 2)
        }
        try await run([tooLong, .text("Never.")]) { result, model in
            #expect(result.structuredContent?["error"] == "contextExceeded")
            #expect(model.requests.count == 1)
        }
    }

    @Test("cancelling in the middle of an answer or a call ends the task")
    func cancelled() async throws {
        let model = try ScriptedModel([.silence])
        let tool = ChatAgentTool(model.configuration, client: model.client, caller: FakeTools())
        let asking = Task { try await tool.call(["prompt": "p"], AskingHost().context) }
        await model.isSilent.wait()
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
        await model.close()

        let other = try ScriptedModel([.calls([("a", "hang", "{}")])])
        let tools = FakeTools([
            (
                "hang", true,
                { _ in
                    try await TestSignal().waitUnlessCancelled()
                    return .text("never")
                }
            )
        ])
        let host = AskingHost()
        let calling = Task {
            try await ChatAgentTool(other.configuration, client: other.client, caller: tools).call(["prompt": "p"], host.context)
        }
        await tools.began(1)
        calling.cancel()
        await #expect(throws: CancellationError.self) { try await calling.value }
        await other.close()
    }

    @Test("the key goes to the endpoint and nowhere else, also when that repeats it")
    func key() async throws {
        let folder = try TemporaryFolder()
        let key = "sk-very-secret-0123456789"
        let file = try folder.add("key", "\(key)\n", mode: 0o600)
        let host = AskingHost()
        let fault = ScriptedModel.Answer.status(500, ["error": ["message": .string("cannot serve \(key)")]])
        try await run(
            [fault, .text("The key is \(key)."), .status(401, ["error": ["message": .string("Incorrect key: \(key)")]])],
            host: host,
            { $0.endpoint.key = .file(file) }
        ) { result, model in
            #expect(model.keys == ["Bearer \(key)", "Bearer \(key)"])
            #expect(result.text == "The key is [hidden].")
            #expect(!host.events.contains { "\($0)".contains(key) })
        }
        try await run([.status(401, ["error": ["message": .string("Incorrect key: \(key)")]])], { $0.endpoint.key = .file(file) }) {
            result,
            _ in
            #expect(!"\(result)".contains(key))
        }
        await #expect(throws: AgentError.self) {
            try await run([], { $0.endpoint.key = .environment("LEGWORK_NO_SUCH_VARIABLE") }) { _, _ in }
        }
    }
}
