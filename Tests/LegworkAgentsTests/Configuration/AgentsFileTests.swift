import LegworkCore
import Testing

@testable import LegworkAgents

@Suite("The configuration of agents")
struct AgentsFileTests {
    @Test("every member of a command-line agent")
    func command() throws {
        let file = try AgentsFile(
            text: Array(
                #"""
                {"agents": [{
                  "kind": "codex", "name": "coder", "description": "Codes.", "argv": ["/opt/codex"], "arguments": ["--skip-git-repo-check"],
                  "model": "m", "cwd": "/srv", "permission": "edit", "max_permission": "auto", "environment": {"A": "1"},
                  "secrets": {"K": {"env": "MY_KEY"}, "L": {"file": "/run/l"}}, "timeout": 60, "cancel_grace": 1, "max_line_bytes": 4096
                }]}
                """#.utf8
            )
        )
        guard case .command(let agent) = file.agents.first else { throw AgentError(.invalidConfiguration, "no command") }
        var expected = CommandAgentConfiguration(name: "coder", program: .codex)
        expected.description = "Codes."
        expected.argv = ["/opt/codex"]
        expected.extraArguments = ["--skip-git-repo-check"]
        expected.model = "m"
        expected.directory = "/srv"
        expected.permission = .edit
        expected.maximumPermission = .auto
        expected.environment = ["A": "1"]
        expected.secrets = ["K": .environment("MY_KEY"), "L": .file("/run/l")]
        expected.timeout = .seconds(60)
        expected.cancelGrace = .seconds(1)
        expected.maximumLineBytes = 4096
        #expect(agent == expected)
    }

    @Test("a program of one's own with its rules")
    func mapped() throws {
        let file = try AgentsFile([
            "agents": [
                [
                    "kind": "command", "name": "own", "argv": ["own", "run"], "prompt_arguments": ["--ask={}"],
                    "model_arguments": ["-m", "{}"],
                    "modes": ["plan": ["--plan"]], "permissions": ["edit": ["--edit"]],
                    "lines": [
                        ["event": "message", "when": ["kind": "say"], "text": "parts.0.text"],
                        ["event": "tool_ended", "when": ["kind": "did"], "id": "n", "result": "out"],
                        ["event": "ended", "when": ["kind": "bye"]],
                    ],
                ]
            ]
        ])
        guard case .command(let agent) = file.agents.first, case .mapped(let mapping) = agent.program else {
            throw AgentError(.invalidConfiguration, "no mapping")
        }
        #expect(mapping.rules.map(\.event) == [.message, .toolEnded, .ended])
        #expect(mapping.rules[0].paths == ["text": JSONKeyPath("parts.0.text")])
        #expect(mapping.modes == [.plan: ["--plan"]] && mapping.permissions == [.edit: ["--edit"]])
        #expect(agent.maximumPermission == .standard)
    }

    @Test("every member of a chat agent")
    func chat() throws {
        let file = try AgentsFile([
            "agents": [
                [
                    "kind": "chat", "name": "helper", "description": "Helps.", "base_url": "https://models.example/v1", "key": ["env": "K"],
                    "key_header": "api-key", "headers": ["X-Team": "a"], "model": "m", "models": ["n"], "instructions": "Be brief.",
                    "max_turns": 5, "context_tokens": 8000, "max_output_tokens": 1000,
                    "prices": ["input": 2, "cached_input": 0.5, "output": 10], "tools": ["read_*"], "granted": ["run_command"],
                    "approval": "refuse", "max_retries": 1, "max_retry_wait": 5, "max_parallel_calls": 2, "max_tool_result_bytes": 2000,
                    "body": ["temperature": 0], "report_usage": false, "connect_timeout": 1, "idle_timeout": 2, "max_answer_bytes": 5000,
                ],
                [
                    "kind": "chat", "name": "local", "base_url": "http://localhost:8080/v1", "key": ["env": "K"], "model": "m",
                    "auto_approve": true,
                ],
            ]
        ])
        guard case .chat(let agent) = file.agents[0], case .chat(let local) = file.agents[1] else {
            throw AgentError(.invalidConfiguration, "no chat")
        }
        #expect(agent.endpoint.key == .environment("K") && agent.endpoint.url == "https://models.example/v1/chat/completions")
        #expect(agent.prices == ChatPrices(input: 2, cachedInput: 0.5, output: 10))
        #expect(agent.tools == ["read_*"] && agent.granted == ["run_command"] && agent.approval == .refuse)
        #expect(agent.retry.maximumRetries == 1 && agent.retry.cap == .seconds(5) && agent.endpoint.idleTimeout == .seconds(2))
        #expect(local.granted == ["*"] && local.tools == ["*"] && local.approval == .ask)
    }

    @Test(
        "mistakes are refused by name",
        arguments: [
            ("[]", "must be an object"), (#"{"agent": []}"#, "'agents'"), (#"{"agents": [1]}"#, "agents[0] must be an object"),
            (#"{"agents": [{}]}"#, "needs 'kind'"), (#"{"agents": [{"kind": "clod"}]}"#, "one of claude_code"),
            (#"{"agents": [{"kind": "codex", "model": 1}]}"#, "agents[0].model must be a string"),
            (#"{"agents": [{"kind": "codex", "permision": "edit"}]}"#, "did you mean 'permission'?"),
            (#"{"agents": [{"kind": "codex", "name": "a b"}]}"#, "agents[0].name"),
            (#"{"agents": [{"kind": "codex"}, {"kind": "codex"}]}"#, "there is an agent 'codex' before it"),
            (#"{"agents": [{"kind": "codex", "cwd": "here"}]}"#, "absolute path"),
            (#"{"agents": [{"kind": "codex", "permission": "auto", "max_permission": "edit"}]}"#, "at least 'permission'"),
            (#"{"agents": [{"kind": "codex", "secrets": {"K": "sk-123"}}]}"#, "a key itself does not belong here"),
            (#"{"agents": [{"kind": "command", "name": "x", "lines": [{"event": "message", "text": "t"}]}]}"#, "argv"),
            (#"{"agents": [{"kind": "command", "name": "x", "argv": ["x"]}]}"#, "lines"),
            (#"{"agents": [{"kind": "command", "name": "x", "argv": ["x"], "lines": [{"event": "message"}]}]}"#, "lines[0] needs 'text'"),
            (#"{"agents": [{"kind": "chat", "name": "x", "model": "m"}]}"#, "needs 'base_url'"),
            (#"{"agents": [{"kind": "chat", "name": "x", "model": "m", "base_url": "ftp://x"}]}"#, "http or https"),
            (#"{"agents": [{"kind": "chat", "name": "x", "model": "m", "base_url": "https://a:b@x"}]}"#, "no password"),
            (#"{"agents": [{"kind": "chat", "name": "x", "model": "m", "base_url": "http://x", "key": {"env": "K"}}]}"#, "must be https"),
            (
                #"{"agents": [{"kind": "chat", "name": "x", "model": "m", "base_url": "http://127.evil.example", "key": {"env": "K"}}]}"#,
                "must be https"
            ),
            (#"{"agents": [{"kind": "chat", "name": "x", "model": "m", "base_url": "https://x", "key": "sk-1"}]}"#, "a key itself"),
            (#"{"agents": [{"kind": "chat", "name": "x", "model": "m", "base_url": "https://x", "max_turns": 0}]}"#, "from 1 to 10000"),
            (#"{"agents": [{"kind": "chat", "name": "x", "model": "m", "base_url": "https://x", "body": {"stream": false}}]}"#, "'stream'"),
            ("{", "no JSON"),
        ]
    )
    func mistakes(text: String, says: String) {
        let error = #expect(throws: AgentError.self) { try AgentsFile(text: Array(text.utf8)) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("sk-1") == false)
    }
}
