import LegworkCore
import LegworkTestKit
import Synchronization
import Testing

@testable import LegworkAgents

@Suite("Resuming an agent after a crash", .timeLimit(.minutes(2)))
struct ResumingAgentsTests {
    /// One moment of a whole run: what was saved, and what had happened by then.
    private struct Moment: Sendable {
        var checkpoint: JSONValue
        var requests: Int
        var calls: [String]
    }

    private static let script: [ScriptedModel.Answer] = [
        .calls([("a", "write", "{}"), ("b", "read", "{}"), ("c", "write", #"{"x":"#)]), .calls([("d", "write", #"{"n":2}"#)]),
        .text("Done."),
    ]

    private static var tools: FakeTools {
        FakeTools([("write", false, { _ in .text("written") }), ("read", true, { _ in .text("read") })])
    }

    /// A crash right after any checkpoint: what was paid for is not asked again, and what may have happened is not done again.
    @Test("at every checkpoint of a run, what is done is not done again")
    func everyCheckpoint() async throws {
        let moments = Lock<[Moment]>([])
        let whole = try ScriptedModel(Self.script)
        let tools = Self.tools
        let host = AskingHost(onSave: { checkpoint in
            moments.withLock { $0.append(Moment(checkpoint: checkpoint, requests: whole.requests.count, calls: tools.calls)) }
        })
        let first = try await run(whole, tools, host)
        #expect(first.text == "Done.")
        await whole.close()

        let all = moments.withLock { $0 }
        // Three answers and three results.
        #expect(all.count == 6)
        for moment in all {
            let rest = try ScriptedModel(Array(Self.script.dropFirst(moment.requests)))
            let tools = Self.tools
            let result = try await run(rest, tools, AskingHost(checkpoint: moment.checkpoint))
            await rest.close()
            #expect(result.text == "Done.")
            #expect(rest.requests.count == Self.script.count - moment.requests)
            #expect(result.structuredContent?["turns"] == 3 && result.structuredContent?["tool_calls"] == 4)
            #expect(result.structuredContent?["usage"]?["input_tokens"] == 30)
            let begun = moment.checkpoint["calls"]?.array?.filter { $0["state"] == "started" }.compactMap { $0["id"]?.string } ?? []
            let again = Set(tools.calls.map { String($0.prefix(1)) })
            // Of those that had begun only the one that only reads is called again.
            #expect(again.intersection(begun).isSubset(of: ["b"]))
            // Those that were saved as ended are never.
            let finished = moment.checkpoint["calls"]?.array?.filter { $0["state"] == "done" }.compactMap { $0["id"]?.string } ?? []
            #expect(again.isDisjoint(with: finished))
        }
    }

    @Test("a call whose outcome nobody knows is reported to the model and to the timeline")
    func unknownOutcome() async throws {
        let checkpoint = Self.checkpoint(state: "started")
        let model = try ScriptedModel([.text("I look first.")])
        let tools = Self.tools
        let host = AskingHost(checkpoint: checkpoint)
        let result = try await run(model, tools, host)
        await model.close()
        #expect(result.text == "I look first.")
        #expect(tools.calls.isEmpty)
        let told = model.requests[0]["messages"]?.array?.last
        #expect(told?["tool_call_id"] == "a")
        #expect(told?["content"]?.string?.contains("unknown outcome, it may have happened") == true)
        #expect(host.events.contains { $0.data?["call_id"] == "a" && $0.data?["phase"] == "ended" && $0.data?["is_error"] == true })
    }

    @Test("a call whose outcome somebody kept has that")
    func knownOutcome() async throws {
        let model = try ScriptedModel([.text("Good.")])
        let tools = FakeTools([("write", false, { _ in .text("again") })], earlier: ["a": .text("written before")])
        _ = try await run(model, tools, AskingHost(checkpoint: Self.checkpoint(state: "started")))
        await model.close()
        #expect(tools.calls.isEmpty)
        #expect(model.requests[0]["messages"]?.array?.last?["content"] == "written before")
    }

    @Test("a call that waited for permission has not begun, and is asked about again")
    func waiting() async throws {
        let model = try ScriptedModel([.text("Good.")])
        let tools = Self.tools
        let host = AskingHost(checkpoint: Self.checkpoint(state: "waiting"), answer: true)
        _ = try await run(model, tools, host, granted: [])
        await model.close()
        #expect(host.questions.count == 1)
        #expect(tools.calls == ["a write {}"])
    }

    @Test("a call that waited for permission and is granted by now is saved as begun before it is made")
    func grantedMeanwhile() async throws {
        let model = try ScriptedModel([.text("Good.")])
        let tools = Self.tools
        let saved = Lock<[(state: JSONValue?, calls: Int)]>([])
        let host = AskingHost(
            checkpoint: Self.checkpoint(state: "waiting"),
            onSave: { checkpoint in saved.withLock { $0.append((checkpoint["calls"]?[0]?["state"], tools.calls.count)) } }
        )
        _ = try await run(model, tools, host)
        await model.close()
        let first = saved.withLock { $0.first }
        #expect(first?.state == "started" && first?.calls == 0)
        #expect(host.questions.isEmpty && tools.calls == ["a write {}"])
    }

    @Test("a run that had ended is not asked again")
    func ended() async throws {
        var checkpoint = try #require(Self.checkpoint(state: "started").object)
        checkpoint["calls"] = []
        checkpoint["is_ended"] = true
        checkpoint["messages"] = [["role": "user", "content": "p"], ["role": "assistant", "content": "It was so."]]
        let model = try ScriptedModel([])
        let result = try await run(model, Self.tools, AskingHost(checkpoint: .object(checkpoint)))
        await model.close()
        #expect(result.text == "It was so.")
        #expect(model.requests.isEmpty)
    }

    @Test(
        "a checkpoint that cannot be read is a clear error",
        arguments: [[:], ["version": 2], ["version": 1, "messages": [], "calls": [], "turns": 1]] as [JSONValue]
    )
    func damaged(checkpoint: JSONValue) async throws {
        let model = try ScriptedModel([])
        let error = await #expect(throws: AgentError.self) { try await run(model, Self.tools, AskingHost(checkpoint: checkpoint)) }
        await model.close()
        #expect(error?.code == .damagedCheckpoint)
    }

    private static func checkpoint(state: JSONValue) -> JSONValue {
        let call: JSONValue = ["id": "a", "type": "function", "function": ["name": "write", "arguments": "{}"]]
        return [
            "version": 1, "turns": 1,
            "messages": [["role": "user", "content": "p"], ["role": "assistant", "content": "", "tool_calls": [call]]],
            "calls": [["id": "a", "name": "write", "arguments": "{}", "state": state]],
        ]
    }

    private func run(
        _ model: ScriptedModel,
        _ tools: FakeTools,
        _ host: AskingHost,
        granted: [String] = ["*"]
    ) async throws -> ToolResult {
        var configuration = model.configuration
        configuration.granted = granted
        return try await ChatAgentTool(configuration, client: model.client, caller: tools).call(["prompt": "Do it."], host.context)
    }
}
