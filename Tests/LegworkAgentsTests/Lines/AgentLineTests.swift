import LegworkCore
import Testing

@testable import LegworkAgents

/// The lines that the programs' documentation shows, and what they mean.
@Suite("Understanding the lines of agents")
struct AgentLineTests {
    private func events(_ reader: some AgentLineReader, _ lines: String) throws -> [AgentEvent] {
        var reader = reader
        return try lines.split(separator: "\n").flatMap { reader.read(try #require(try JSONValue(parsing: $0).object)) }
    }

    @Test("of Claude Code: sessions, parallel calls, sub-agents, denials and the result with its cost")
    func claudeCode() throws {
        let events = try events(
            ClaudeCodeLines(),
            #"""
            {"type":"system","subtype":"init","session_id":"s1","model":"m1","tools":["Read","Bash"],"permissionMode":"default"}
            {"type":"assistant","message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"I look."},{"type":"tool_use","id":"a","name":"Read","input":{"file_path":"x"}},{"type":"tool_use","id":"b","name":"Read","input":{"file_path":"y"}}]},"parent_tool_use_id":null,"session_id":"s1"}
            {"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"no y"}],"is_error":true}]}}
            {"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"x!"}]}}
            {"type":"assistant","message":{"content":[{"type":"text","text":"said by a sub-agent"}]},"parent_tool_use_id":"t","session_id":"s1"}
            {"type":"something_new","session_id":"s1"}
            {"type":"result","subtype":"success","is_error":false,"duration_ms":10,"num_turns":3,"result":"Done.","session_id":"s1","total_cost_usd":0.25,"usage":{"input_tokens":10,"cache_creation_input_tokens":20,"cache_read_input_tokens":70,"output_tokens":5},"permission_denials":[{"tool_name":"Bash"}]}
            """#
        )
        #expect(
            events == [
                .session(id: "s1", model: "m1"), .message("I look."),
                .toolStarted(id: "a", name: "Read", arguments: ["file_path": "x"]),
                .toolStarted(id: "b", name: "Read", arguments: ["file_path": "y"]),
                .toolEnded(id: "b", result: "no y", isError: true), .toolEnded(id: "a", result: "x!", isError: false),
                .status("said by a sub-agent"), .warning("1 calls were not permitted: Bash"), .session(id: "s1", model: nil),
                .ended(
                    AgentEnding(
                        text: "Done.",
                        usage: AgentUsage(inputTokens: 100, cachedInputTokens: 70, outputTokens: 5),
                        cost: 0.25,
                        turns: 3
                    )
                ),
            ]
        )
    }

    @Test(
        "of Claude Code: failures",
        arguments: [
            (#"{"type":"result","subtype":"error_max_turns","is_error":true,"num_turns":5}"#, "error_max_turns"),
            (#"{"type":"result","subtype":"error_max_turns","is_error":false,"num_turns":5}"#, "error_max_turns"),
            (#"{"type":"result","subtype":"success","is_error":true,"result":"Invalid API key"}"#, "Invalid API key"),
            (#"{"type":"result","subtype":"error_during_execution","errors":["a","b"]}"#, "a; b"),
        ]
    )
    func claudeCodeFailure(line: String, error: String) throws {
        guard case .ended(let ending) = try events(ClaudeCodeLines(), line).last else { throw AgentError(.endpoint, "no ending") }
        #expect(ending.error == error)
    }

    @Test("of Codex: threads, commands side by side, patches, MCP calls, to-do lists and usage")
    func codex() throws {
        let events = try events(
            CodexLines(),
            #"""
            {"type":"thread.started","thread_id":"t1"}
            {"type":"turn.started"}
            {"type":"item.completed","item":{"id":"i0","type":"reasoning","text":"**Looking**"}}
            {"type":"item.started","item":{"id":"i1","type":"command_execution","command":"ls","aggregated_output":"","exit_code":null,"status":"in_progress"}}
            {"type":"item.started","item":{"id":"i2","type":"command_execution","command":"false","aggregated_output":"","exit_code":null,"status":"in_progress"}}
            {"type":"item.completed","item":{"id":"i2","type":"command_execution","command":"false","aggregated_output":"oh","exit_code":1,"status":"failed"}}
            {"type":"item.completed","item":{"id":"i1","type":"command_execution","command":"ls","aggregated_output":"a\n","exit_code":0,"status":"completed"}}
            {"type":"item.completed","item":{"id":"i3","type":"file_change","changes":[{"path":"a","kind":"add"}],"status":"completed"}}
            {"type":"item.started","item":{"id":"i4","type":"mcp_tool_call","server":"docs","tool":"search","arguments":{"q":1},"status":"in_progress"}}
            {"type":"item.completed","item":{"id":"i4","type":"mcp_tool_call","server":"docs","tool":"search","arguments":{"q":1},"result":null,"error":{"message":"down"},"status":"failed"}}
            {"type":"item.updated","item":{"id":"i5","type":"todo_list","items":[{"text":"one","completed":true},{"text":"two","completed":false}]}}
            {"type":"error","message":"Reconnecting... 1/5"}
            {"type":"item.completed","item":{"id":"i6","type":"agent_message","text":"All done."}}
            {"type":"turn.completed","usage":{"input_tokens":100,"cached_input_tokens":60,"output_tokens":7}}
            """#
        )
        #expect(
            events == [
                .session(id: "t1", model: nil), .status("**Looking**"),
                .toolStarted(id: "i1", name: "shell", arguments: ["command": "ls"]),
                .toolStarted(id: "i2", name: "shell", arguments: ["command": "false"]),
                .toolEnded(id: "i2", result: "oh", isError: true), .toolEnded(id: "i1", result: "a\n", isError: false),
                .toolStarted(id: "i3", name: "apply_patch", arguments: ["changes": [["path": "a", "kind": "add"]]]),
                .toolEnded(id: "i3", result: nil, isError: false),
                .toolStarted(id: "i4", name: "docs.search", arguments: ["q": 1]), .toolEnded(id: "i4", result: "down", isError: true),
                .status("1 of 2 done; next: two"), .warning("Reconnecting... 1/5"), .message("All done."),
                .ended(AgentEnding(usage: AgentUsage(inputTokens: 100, cachedInputTokens: 60, outputTokens: 7))),
            ]
        )
    }

    @Test("of Codex: a failed turn")
    func codexFailure() throws {
        let events = try events(CodexLines(), #"{"type":"turn.failed","error":{"message":"no quota"}}"#)
        #expect(events == [.ended(AgentEnding(error: "no quota"))])
    }

    @Test("of Gemini: pieces of messages, calls, results and statistics")
    func gemini() throws {
        let events = try events(
            GeminiLines(),
            #"""
            {"type":"init","timestamp":"2026-01-01T00:00:00Z","session_id":"g1","model":"gm"}
            {"type":"message","role":"user","content":"hello"}
            {"type":"message","role":"assistant","content":"I ","delta":true}
            {"type":"message","role":"assistant","content":"look.","delta":true}
            {"type":"tool_use","tool_name":"read_file","tool_id":"r1","parameters":{"path":"x"}}
            {"type":"tool_result","tool_id":"r1","status":"error","error":{"type":"E","message":"no x"}}
            {"type":"error","severity":"warning","message":"slow"}
            {"type":"result","status":"success","stats":{"total_tokens":12,"input_tokens":10,"output_tokens":2,"cached":4,"duration_ms":5,"tool_calls":1}}
            """#
        )
        #expect(
            events == [
                .session(id: "g1", model: "gm"), .messagePart("I "), .messagePart("look."),
                .toolStarted(id: "r1", name: "read_file", arguments: ["path": "x"]), .toolEnded(id: "r1", result: "no x", isError: true),
                .warning("slow"), .ended(AgentEnding(usage: AgentUsage(inputTokens: 10, cachedInputTokens: 4, outputTokens: 2))),
            ]
        )
    }

    @Test("of any program, by rules")
    func mapped() throws {
        func rule(_ event: LineRule.Event, _ kind: JSONValue, _ paths: [String: String]) -> LineRule {
            LineRule(event: event, conditions: [.init(path: JSONKeyPath("kind"), value: kind)], paths: paths.mapValues(JSONKeyPath.init))
        }
        let rules = [
            rule(.session, "hello", ["id": "who.id", "model": "who.model"]), rule(.message, "say", ["text": "parts.0.text"]),
            rule(.toolStarted, "do", ["id": "n", "name": "what", "arguments": "with"]),
            rule(.toolEnded, "did", ["id": "n", "result": "out", "error": "err"]),
            rule(.ended, "bye", ["text": "final", "error": "err", "cost_usd": "usd", "input_tokens": "in"]),
        ]
        let events = try events(
            MappedLines(rules),
            #"""
            {"kind":"hello","who":{"id":"z","model":"m"}}
            {"kind":"say","parts":[{"text":"yes"}]}
            {"kind":"say"}
            {"kind":"do","n":1,"what":"dig","with":[1]}
            {"kind":"did","n":1,"err":"stone"}
            {"kind":"bye","final":"end","usd":1.5,"in":3}
            """#
        )
        #expect(
            events == [
                .session(id: "z", model: "m"), .message("yes"), .toolStarted(id: "1", name: "dig", arguments: [1]),
                .toolEnded(id: "1", result: "stone", isError: true),
                .ended(AgentEnding(text: "end", usage: AgentUsage(inputTokens: 3), cost: 1.5)),
            ]
        )
        #expect(MappedLines(rules).saysWhenItEnds)
        #expect(!MappedLines([rules[0]]).saysWhenItEnds)
    }

    @Test("with values of other types than are documented, nothing is made up and nothing fails", arguments: [0, 1, 2])
    func wrongTypes(reader: Int) throws {
        let lines = #"""
            {"type":1}
            {"type":"assistant","message":7}
            {"type":"assistant","message":{"content":[1,null,{"type":"tool_use"}]}}
            {"type":"item.started","item":[]}
            {"type":"item.completed","item":{"id":"a","type":"agent_message","text":{}}}
            {"type":"tool_use","tool_id":5}
            {"type":"message","role":"assistant","content":[]}
            """#
        let events: [AgentEvent] =
            switch reader {
            case 0: try events(ClaudeCodeLines(), lines)
            case 1: try events(CodexLines(), lines)
            default: try events(GeminiLines(), lines)
            }
        #expect(events == [])
    }
}
