import LegworkCommands
import LegworkCore
import LegworkEventLoop

/// Makes the tool's result of what an agent said and how its program ended.
struct CommandAgentReport {
    let name: String
    let summary: AgentOutput.Summary
    let exit: CommandExit
    let outputPath: String
    let saysWhenItEnds: Bool
    let timeout: Duration?
    let redactor: SecretRedactor

    var result: ToolResult {
        let transcript = summary.transcript
        let failure = failure
        let text: String
        if let failure {
            let last = transcript.text.map { "\nIts last message:\n\($0)" } ?? ""
            let remarks = summary.remarks.isEmpty ? "" : "\nIt wrote:\n\(summary.remarks)"
            text = "'\(name)' failed: \(failure)\(last)\(transcript.ending == nil ? remarks : "")"
        } else {
            text = transcript.text ?? ""
        }
        return ToolResult(content: [.text(redactor.redact(text))], structuredContent: structured, isError: failure != nil)
    }

    /// What went wrong; nil when nothing did.
    private var failure: String? {
        if exit.stopReason == .timeLimit { return "it ran longer than \(timeout.map { "\($0.seconds) s" } ?? "it may")" }
        if let error = summary.transcript.ending?.error { return error }
        switch exit.status {
        case .exited(0): break
        case .exited(let code):
            // Some end with an error code after a run that went well by their own words.
            if summary.transcript.ending == nil { return "exit code \(code)" + (summary.transcript.lastWarning.map { " (\($0))" } ?? "") }
        case .signalled(let number, _): return "killed by \(CommandReport.signalName(number))"
        case nil: return "how it ended is not known"
        }
        if saysWhenItEnds, summary.transcript.ending == nil { return "it ended without saying that it was done" }
        if summary.transcript.text == nil { return "it ended without an answer" }
        return nil
    }

    private var structured: JSONValue {
        let transcript = summary.transcript
        var object: JSONObject = ["session_id": JSONValue(transcript.session), "tool_calls": JSONValue(transcript.callCount)]
        object["model"] = transcript.model.map(JSONValue.string)
        object["usage"] = transcript.ending?.usage?.json
        object["cost_usd"] = transcript.ending?.cost.map { JSONValue($0) }
        object["turns"] = transcript.ending?.turns.map { JSONValue($0) }
        object["duration_ms"] = .integer(exit.duration.milliseconds)
        if case .exited(let code) = exit.status { object["exit_code"] = .integer(Int64(code)) }
        if exit.stopReason == .timeLimit { object["timed_out"] = true }
        object["output_path"] = .string(outputPath)
        object["output_bytes"] = JSONValue(exit.outputBytes)
        object["output_error"] = summary.rawError.map(JSONValue.string)
        return redactor.redact(.object(object))
    }
}
