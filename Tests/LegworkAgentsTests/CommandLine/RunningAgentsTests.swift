import LegworkAgents
import LegworkCommands
import LegworkCore
import LegworkEventLoop
import LegworkTestKit
import TestPrograms
import Testing

/// Stand-ins emit what the real programs are documented to emit.
@Suite("Running command-line agents", .serialized, .timeLimit(.minutes(2)))
struct RunningAgentsTests {
    static let claude = #"""
        cat <<'END'
        {"type":"system","subtype":"init","session_id":"s1","model":"m1"}
        {"type":"assistant","message":{"content":[{"type":"text","text":"I look."},{"type":"tool_use","id":"a","name":"Read","input":{"f":"x"}},{"type":"tool_use","id":"b","name":"Read","input":{"f":"y"}}]},"session_id":"s1"}
        {"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"b","content":"y!"}]}}
        {"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"a","content":"gone","is_error":true}]}}
        {"type":"result","subtype":"success","is_error":false,"num_turns":2,"result":"Done.","session_id":"s1","total_cost_usd":0.5,"usage":{"input_tokens":3,"output_tokens":2}}
        END
        """#

    @Test("a run's messages and calls become the timeline, its last message the result, with session, cost and tokens")
    func normal() async throws {
        let agent = try StandIn(.claudeCode, Self.claude)
        let result = try await agent.run(["prompt": "Look at x and y.", "model": "m1"])
        #expect(!result.isError)
        #expect(result.text == "Done.")
        #expect(agent.folder.read("input") == "Look at x and y.")
        #expect(agent.words.suffix(2) == ["--model", "m1"])
        #expect(agent.calls == ["begin a Read", "begin b Read", "end b", "fail a"])
        #expect(agent.messages == ["I look."])
        let facts = try #require(result.structuredContent)
        #expect(facts["session_id"] == "s1" && facts["model"] == "m1" && facts["cost_usd"] == 0.5 && facts["turns"] == 2)
        #expect(facts["usage"]?["input_tokens"] == 3 && facts["usage"]?["output_tokens"] == 2)
        #expect(facts["tool_calls"] == 2 && facts["exit_code"] == 0)
        #expect(agent.host.checkpoint == ["session_id": "s1"])
        #expect(agent.host.output?.text.contains(#""subtype":"init""#) == true)
        #expect(try agent.tool.title(for: ["prompt": "\n  Look at x.\nThen y."]) == "  Look at x.")
    }

    @Test("Codex and Gemini run as well")
    func others() async throws {
        let codex = try StandIn(
            .codex,
            #"""
            echo '{"type":"thread.started","thread_id":"t1"}'
            echo '{"type":"item.completed","item":{"id":"i1","type":"agent_message","text":"From Codex."}}'
            echo '{"type":"turn.completed","usage":{"input_tokens":1,"cached_input_tokens":0,"output_tokens":1}}'
            """#
        )
        #expect(try await codex.run(["prompt": "p"]).text == "From Codex.")
        #expect(codex.words.last == "-")
        let gemini = try StandIn(
            .gemini,
            #"""
            echo '{"type":"init","session_id":"g1","model":"gm"}'
            echo '{"type":"message","role":"assistant","content":"From ","delta":true}'
            echo '{"type":"message","role":"assistant","content":"Gemini.","delta":true}'
            echo '{"type":"result","status":"success","stats":{"input_tokens":1,"output_tokens":1}}'
            """#
        )
        let result = try await gemini.run(["prompt": "p"])
        #expect(result.text == "From Gemini.")
        #expect(result.structuredContent?["session_id"] == "g1")
    }

    @Test("an error result fails the task with the agent's own words")
    func errorResult() async throws {
        let agent = try StandIn(
            .claudeCode,
            #"echo '{"type":"result","subtype":"success","is_error":true,"result":"Credit balance is too low","session_id":"s"}'; exit 1"#
        )
        let result = try await agent.run(["prompt": "p"])
        #expect(result.isError)
        #expect(result.text.contains("Credit balance is too low"))
    }

    @Test("one that is killed in the middle fails, its open calls end, and its session is kept for a resume")
    func killed() async throws {
        let agent = try StandIn(
            .claudeCode,
            #"""
            echo '{"type":"system","subtype":"init","session_id":"s1","model":"m"}'
            echo '{"type":"assistant","message":{"content":[{"type":"text","text":"half"},{"type":"tool_use","id":"a","name":"Bash","input":{}}]}}'
            printf '{"type":"assistant","mess'
            kill -9 $$
            """#
        )
        let result = try await agent.run(["prompt": "p"])
        #expect(result.isError)
        #expect(result.text.contains("SIGKILL") && result.text.contains("half"))
        #expect(agent.calls == ["begin a Bash", "fail a"])
        #expect(agent.host.checkpoint == ["session_id": "s1"])
    }

    @Test("one that ends without a word about its end was cut off, also with exit code 0")
    func cutOff() async throws {
        let agent = try StandIn(.codex, #"echo '{"type":"item.completed","item":{"id":"1","type":"agent_message","text":"hm"}}'"#)
        let result = try await agent.run(["prompt": "p"])
        #expect(result.isError)
        #expect(result.text.contains("without saying that it was done") && result.text.contains("hm"))
    }

    @Test("garbage between the lines stands in the raw output only, and explains a failure")
    func garbage() async throws {
        let noise = #"""
            echo 'warning: old version' >&2
            echo '{"type": oops'
            echo '[1,2]'
            printf '\377\376\000 bytes\n'
            """#
        let agent = try StandIn(.claudeCode, noise + "\n" + Self.claude)
        let result = try await agent.run(["prompt": "p"])
        #expect(result.text == "Done.")
        #expect(agent.messages == ["I look."])
        #expect(agent.host.output?.text.contains("warning: old version") == true)

        let failing = try StandIn(.claudeCode, "echo 'please run /login' >&2; exit 1")
        let failure = try await failing.run(["prompt": "p"])
        #expect(failure.isError)
        #expect(failure.text.contains("exit code 1") && failure.text.contains("please run /login"))
    }

    @Test("a huge line is bounded: it stands in the raw output, a warning says so, and the run goes on")
    func hugeLine() async throws {
        let agent = try StandIn(
            .claudeCode,
            #"printf '{"type":"system","x":"'; head -c 300000 /dev/zero | tr '\0' y; printf '"}\n'"# + "\n" + Self.claude
        ) { $0.maximumLineBytes = 100_000 }
        let result = try await agent.run(["prompt": "p"])
        #expect(result.text == "Done.")
        #expect(agent.warnings.count == 1)
        #expect((agent.host.output?.byteCount ?? 0) > 300_000)
    }

    @Test("a prompt of 9 MB reaches the program whole, by its input")
    func longPrompt() async throws {
        let agent = try StandIn(.claudeCode, #"wc -c < "$HERE/input" > "$HERE/count""# + "\n" + Self.claude)
        let result = try await agent.run(["prompt": .string(String(repeating: "word ", count: 1_800_000))])
        #expect(result.text == "Done.")
        #expect(agent.folder.read("count")?.contains("9000000") == true)
    }

    @Test("cancelling one that hangs ends everything it has started")
    func cancelled() async throws {
        let agent = try StandIn(
            .claudeCode,
            #"""
            trap '' TERM
            echo '{"type":"system","subtype":"init","session_id":"s1","model":"m"}'
            sleep 1000 & echo $! > "$HERE/child"
            echo '{"type":"assistant","message":{"content":[{"type":"tool_use","id":"a","name":"Bash","input":{}}]}}'
            wait
            """#
        ) { $0.cancelGrace = .milliseconds(10) }
        let run = Task { try await agent.run(["prompt": "p"]) }
        await agent.host.event { $0.data?["kind"] == "tool_call" }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        let child = try #require(Int32(agent.folder.read("child")?.split(separator: "\n").first ?? ""))
        let state = ProcessTable.entry(of: child)?.state
        #expect(state == nil || state == "Z" || state == "X")
        #expect(agent.calls == ["begin a Bash", "fail a"])
    }

    @Test("a run that takes too long is ended and says so")
    func timedOut() async throws {
        let agent = try StandIn(.claudeCode, "sleep 1000") { $0.cancelGrace = .milliseconds(10) }
        let result = try await agent.run(["prompt": "p", "timeout": 0.05])
        #expect(result.isError)
        #expect(result.structuredContent?["timed_out"] == true)
    }

    @Test("a resumed task goes on with the agent's session, and does not give the prompt again")
    func resumed() async throws {
        let host = RecordingToolHost(attempt: 2, checkpoint: ["session_id": "s0"])
        let agent = try StandIn(.claudeCode, host: host, Self.claude)
        _ = try await agent.run(["prompt": "Delete everything."])
        #expect(agent.words.suffix(2) == ["--resume", "s0"])
        #expect(agent.folder.read("input")?.contains("Delete") == false)
        #expect(agent.folder.read("input")?.contains("interrupted") == true)
    }

    @Test("keys go to the program and nowhere else")
    func secrets() async throws {
        let folder = try TemporaryFolder()
        let key = "sk-very-secret-0123456789"
        let file = try folder.add("key", "  \(key)\n", mode: 0o600)
        let agent = try StandIn(
            .claudeCode,
            #"""
            printf '%s' "$API_KEY" > "$HERE/key"
            echo '{"type":"assistant","message":{"content":[{"type":"text","text":"the key is '$API_KEY'"},{"type":"tool_use","id":"a","name":"Bash","input":{"c":"'$API_KEY'"}}]}}'
            echo '{"type":"result","subtype":"success","result":"'$API_KEY'","session_id":"s"}'
            """#
        ) { $0.secrets["API_KEY"] = .file(file) }
        let result = try await agent.run(["prompt": "p"])
        #expect(agent.folder.read("key") == key)
        #expect(result.text == "[hidden]")
        #expect(agent.messages == ["the key is [hidden]"])
        #expect(!agent.host.events.contains { "\($0)".contains(key) })
        let raw = agent.host.output?.text ?? ""
        #expect(!raw.contains(key) && raw.contains("the key is [hidden]"))
    }

    @Test("what is missing is said before anything starts")
    func refusals() async throws {
        let missing = try StandIn(.claudeCode, "") { $0.argv = ["/nowhere/claude"] }
        await #expect(throws: (any Error).self) { try await missing.run(["prompt": "p"]) }
        let keyless = try StandIn(.claudeCode, "") { $0.secrets["K"] = .environment("LEGWORK_NO_SUCH_VARIABLE") }
        let error = await #expect(throws: AgentError.self) { try await keyless.run(["prompt": "p"]) }
        #expect(error?.code == .noSecret)
        #expect(keyless.folder.read("arguments") == nil)
    }
}
