package import LegworkCore
import LegworkEventLoop

/// Makes a tool's result of the way a command ended.
package struct CommandReport {
    private let request: CommandRequest
    private let exit: CommandExit
    private let outputPath: String
    private let isTruncated: Bool
    private let excerpt: OutputExcerpt

    /// Looks at a command that has ended.
    package init(_ request: CommandRequest, _ exit: CommandExit, _ output: any ToolOutput) {
        self.request = request
        self.exit = exit
        outputPath = output.location
        isTruncated = output.isTruncated
        excerpt = OutputExcerpt(tail: exit.tail[...], total: exit.outputBytes, limit: request.tailBytes)
    }

    /// The result for the caller.
    package var result: ToolResult {
        var result = ToolResult(content: [.text(text)], structuredContent: structured, isError: !isSuccess)
        // A watcher that is silent has no news, though its exit code is told.
        if isSuccess, exit.outputBytes == 0 { result.meta = ["report": false] }
        return result
    }

    private var isSuccess: Bool { exit.status?.isSuccess == true && exit.stopReason == nil }

    private var structured: JSONValue {
        var object: JSONObject = ["exit_code": nil, "signal": nil]
        switch exit.status {
        case .exited(let code): object["exit_code"] = .integer(Int64(code))
        case .signalled(let number, _):
            object["signal"] = .string(SignalName.of(number))
            object["signal_number"] = .integer(Int64(number))
        case nil: break
        }
        object["timed_out"] = .bool(exit.stopReason == .timeLimit)
        object["duration_ms"] = .integer(exit.duration.milliseconds)
        // Some hosts show a model this and not the text.
        object["output"] = .string(excerpt.text)
        object["output_bytes"] = JSONValue(exit.outputBytes)
        object["output_truncated"] = .bool(isTruncated || exit.outputError != nil)
        object["drained"] = .bool(exit.isDrained)
        object["output_path"] = .string(outputPath)
        object["output_error"] = exit.outputError.map(JSONValue.string)
        if exit.leftRunning > 0 { object["left_running"] = JSONValue(exit.leftRunning) }
        return .object(object)
    }

    // MARK: - Text

    private var text: String {
        var lines: [String] = []
        if excerpt.omittedBytes > 0 {
            let place = outputPath.isEmpty ? "task_output" : outputPath
            lines.append("… \(excerpt.omittedBytes) earlier bytes omitted; \(isTruncated ? "the output kept" : "whole output"): \(place)")
        }
        if !excerpt.text.isEmpty { lines.append(excerpt.text) }
        return (lines + notes + [ending]).joined(separator: "\n")
    }

    private var notes: [String] {
        var notes: [String] = []
        if let error = exit.outputError {
            notes.append("(the output could not be written in full: \(error))")
        } else if isTruncated {
            notes.append("(the output was too long to be kept in full)")
        }
        if exit.leftRunning > 0 {
            let what = exit.leftRunning == 1 ? "1 process of this command is" : "\(exit.leftRunning) processes of this command are"
            notes.append("(\(what) still running)")
        }
        if !exit.isDrained { notes.append("(a process left behind still holds the output open; what it writes from now on is dropped)") }
        if !exit.survivors.isEmpty { notes.append("(could not be killed: \(exit.survivors.joined(separator: ", ")))") }
        return notes
    }

    private var ending: String {
        if exit.stopReason == .timeLimit, let timeout = request.timeout { return "timed out after \(Self.seconds(timeout)) s" }
        switch exit.status {
        case .exited(let code): return "exit code \(code)"
        case .signalled(let number, let isDumped): return "killed by \(SignalName.of(number))" + (isDumped ? " (core dumped)" : "")
        case nil: return exit.survivors.isEmpty ? "ended; how is not known" : "could not be ended"
        }
    }

    /// A signal by its name, such as `SIGKILL`.
    package static func signalName(_ number: Int32) -> String { SignalName.of(number) }

    private static func seconds(_ duration: Duration) -> String {
        let (whole, rest) = duration.components
        return rest == 0 ? "\(whole)" : "\(duration.seconds)"
    }
}
