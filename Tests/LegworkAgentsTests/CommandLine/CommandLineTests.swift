import LegworkCore
import LegworkTestKit
import Testing

@testable import LegworkAgents

@Suite("Command lines of agents")
struct CommandLineTests {
    private func line(
        _ program: CommandAgentProgram,
        _ arguments: JSONValue,
        _ change: (inout CommandAgentConfiguration) -> Void = { $0.maximumPermission = .auto }
    ) throws -> CommandAgentLine {
        var configuration = CommandAgentConfiguration(name: "helper", program: program)
        change(&configuration)
        return try CommandAgentLine(CommandAgentCall(arguments, configuration), configuration)
    }

    @Test(
        "each program gets its safest options for what is wanted, and the prompt on its input",
        arguments: [
            (.claudeCode, ["prompt": "p"], "claude -p --output-format stream-json --verbose --permission-mode default"),
            (
                .claudeCode, ["prompt": "p", "permission": "edit"],
                "claude -p --output-format stream-json --verbose --permission-mode acceptEdits"
            ),
            (
                .claudeCode, ["prompt": "p", "auto_approve": true, "model": "m", "session_id": "s"],
                "claude -p --output-format stream-json --verbose --permission-mode bypassPermissions --model m --resume s"
            ),
            (
                .claudeCode, ["prompt": "p", "auto_approve": true, "mode": "plan"],
                "claude -p --output-format stream-json --verbose --permission-mode plan"
            ),
            (.codex, ["prompt": "p"], "codex exec --json --sandbox read-only -"),
            (.codex, ["prompt": "p", "permission": "edit", "mode": "plan"], "codex exec --json --sandbox read-only -"),
            (
                .codex, ["prompt": "p", "permission": "edit", "model": "m", "session_id": "s"],
                "codex exec --json --sandbox workspace-write --model m resume s -"
            ),
            (.codex, ["prompt": "p", "permission": "auto"], "codex exec --json --sandbox danger-full-access -"),
            (.gemini, ["prompt": "p"], "gemini --output-format stream-json --approval-mode default"),
            (.gemini, ["prompt": "p", "permission": "edit"], "gemini --output-format stream-json --approval-mode auto_edit"),
            (
                .gemini, ["prompt": "p", "permission": "auto", "model": "m", "session_id": "s"],
                "gemini --output-format stream-json --approval-mode yolo --model m --resume s"
            ),
            (.gemini, ["prompt": "p", "mode": "plan"], "gemini --output-format stream-json --approval-mode plan"),
        ] as [(CommandAgentProgram, JSONValue, String)]
    )
    func known(program: CommandAgentProgram, arguments: JSONValue, expected: String) throws {
        let line = try line(program, arguments)
        #expect(line.argv.joined(separator: " ") == expected)
        #expect(line.input == "p")
    }

    @Test("nothing is approved by itself unless the configuration grants it")
    func grants() throws {
        for arguments: JSONValue in [["prompt": "p", "auto_approve": true], ["prompt": "p", "permission": "edit"]] {
            let error = #expect(throws: AgentError.self) { try line(.claudeCode, arguments) { _ in } }
            #expect(error?.code == .notGranted)
        }
        let byDefault = try line(.gemini, ["prompt": "p"]) {
            $0.permission = .auto
            $0.maximumPermission = .auto
        }
        #expect(byDefault.argv.last == "yolo")
        let refused = try line(.gemini, ["prompt": "p", "auto_approve": false]) {
            $0.permission = .auto
            $0.maximumPermission = .auto
        }
        #expect(refused.argv.last == "auto_edit")
    }

    @Test("a program of one's own gets its arguments from a mapping, and refuses what that does not know")
    func mapped() throws {
        var mapping = CommandAgentMapping(rules: [])
        mapping.prompt = ["--ask={}"]
        mapping.model = ["-m", "{}"]
        mapping.permissions[.edit] = ["--edit"]
        let words = try line(.mapped(mapping), ["prompt": "a {} b", "model": "x", "permission": "edit"]) {
            $0.argv = ["thing", "run"]
            $0.maximumPermission = .auto
        }
        #expect(words.argv == ["thing", "run", "--edit", "-m", "x", "--ask=a {} b"])
        #expect(words.input == nil)
        for arguments: JSONValue in [
            ["prompt": "p", "session_id": "s"], ["prompt": "p", "mode": "plan"], ["prompt": "p", "permission": "auto"],
        ] {
            #expect(throws: AgentError.self) { try line(.mapped(mapping), arguments) }
        }
    }

    @Test(
        "values that could be taken for something else are refused",
        arguments: [
            ["prompt": " \n"], ["prompt": "a\u{0}"], ["prompt": "p", "model": "--yolo"], ["prompt": "p", "model": "a b"],
            ["prompt": "p", "session_id": ""], ["prompt": "p", "session_id": "-x"],
        ] as [JSONValue]
    )
    func refused(arguments: JSONValue) {
        let error = #expect(throws: AgentError.self) { try line(.codex, arguments) }
        #expect(error?.code == .invalidArguments)
    }

    @Test("a prompt beyond 10 MiB is refused with what to do instead")
    func hugePrompt() {
        let error = #expect(throws: AgentError.self) {
            try line(.claudeCode, ["prompt": .string(String(repeating: "x", count: (10 << 20) + 1))])
        }
        #expect(error?.message.contains("Put it into a file") == true)
    }
}
