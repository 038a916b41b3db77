public import LegworkCore

/// A task as it is told to a model: one plain sentence, and the same facts for programs.
public struct TaskReport: Sendable {
    private let summary: TaskSummary
    private let failure: String?
    private let result: ToolResult?
    private let questions: [InputRequest]
    private let now: Timestamp

    /// Tells of a task with its outcome.
    ///
    /// - Parameters:
    ///   - record: the task.
    ///   - now: the time, for its age.
    ///   - limit: the most bytes of a result that are repeated; a larger one is only pointed to. Nil repeats all.
    public init(_ record: TaskRecord, now: Timestamp, resultLimit limit: Int? = nil) {
        summary = TaskSummary(record)
        failure = record.failure
        questions = record.status == .inputRequired || record.status == .stopped ? record.openInputs : []
        if let limit, let size = record.result?.approximateBytes, size > limit {
            result = ToolResult(
                content: [.text("The result has about \(size) bytes, too many to repeat here; check_task gives it.")],
                isError: record.result?.isError ?? false
            )
        } else {
            result = record.result
        }
        self.now = now
    }

    /// Tells of a task as a list does, without its outcome.
    public init(_ summary: TaskSummary, now: Timestamp) {
        self.summary = summary
        failure = nil
        result = nil
        questions = []
        self.now = now
    }

    // MARK: - For programs

    /// `task_id tool_name status message elapsed_seconds created_at`, and what else there is to say.
    public var object: JSONObject {
        var object: JSONObject = ["task_id": .string(summary.id.description), "tool_name": .string(summary.tool)]
        if summary.title != summary.tool { object["title"] = .string(summary.title) }
        object["name"] = summary.name.map(JSONValue.string)
        object["status"] = .string(summary.status.rawValue)
        object["reason"] = summary.reason.map { .string($0.rawValue) }
        object["message"] = .string(message)
        object["elapsed_seconds"] = JSONValue(Double(elapsed.milliseconds) / 1000)
        object["created_at"] = .string(summary.createdAt.description)
        object["finished_at"] = summary.finishedAt.map { .string($0.description) }
        if let progress = summary.progress {
            var said: JSONObject = ["done": JSONValue(progress.done)]
            said["total"] = progress.total.map { JSONValue($0) }
            object["progress"] = .object(said)
        }
        if summary.isCancelRequested, !summary.status.isTerminal { object["cancel_requested"] = true }
        if summary.attempts > 1 { object["attempts"] = JSONValue(summary.attempts) }
        object["output_bytes"] = summary.outputBytes.map { JSONValue($0) }
        if let result {
            let value = result.structuredContent ?? .string(result.text)
            object[result.isError ? "error" : "result"] = value
        } else if let failure {
            object["error"] = .string(failure)
        }
        if !questions.isEmpty {
            object["questions"] = .array(questions.map(\.question))
        }
        switch summary.status {
        case .inputRequired: object["next"] = "answer_task"
        case .stopped: object["next"] = "resume_task"
        case .queued, .running:
            object["next"] = "await_task"
            object["poll_after_ms"] = JSONValue(TaskPace.milliseconds(since: summary.createdAt, now: now))
        case .completed, .failed, .cancelled: break
        }
        return object
    }

    private var elapsed: Duration { max(.zero, (summary.finishedAt ?? now) - summary.createdAt) }

    /// What the task is doing, or how it ended, in one line.
    private var message: String {
        switch summary.status {
        case .queued: return "waits for a worker"
        case .running:
            if summary.isCancelRequested { return "was asked to stop" }
            return summary.statusMessage ?? "is running"
        case .inputRequired: return summary.statusMessage ?? "waits for an answer from outside"
        case .stopped: return "stands still: \(summary.reason.map(Self.words) ?? "nobody executes it")"
        case .completed: return "ended with a result"
        case .failed: return (failure ?? result?.text).map(Self.line) ?? summary.reason.map(Self.words) ?? "failed"
        case .cancelled: return summary.reason == .cancelForced ? "was cancelled by force" : "was cancelled"
        }
    }

    // MARK: - For the model

    /// The task's state in one sentence.
    public var sentence: String {
        let subject = "Task \(summary.id) (\(Self.line(label)))"
        let time = Self.text(of: elapsed)
        switch summary.status {
        case .queued: return "\(subject) has been waiting for a worker for \(time)."
        case .running:
            let what = summary.isCancelRequested ? " was asked to stop and is still running after \(time)" : " has been running for \(time)"
            return subject + what + detail + "."
        case .inputRequired: return "\(subject) waits for an answer from outside since it started \(time) ago\(detail)."
        case .stopped:
            return "\(subject) has stopped after \(time) without an end: \(summary.reason.map(Self.words) ?? "nobody executes it"). "
                + "It goes on only when somebody resumes it (resume_task); cancel_task ends it."
        case .completed: return "\(subject) completed after \(time)."
        case .failed:
            let why = summary.reason.map { " (\(Self.words($0)))" } ?? ""
            return "\(subject) failed after \(time)\(why)" + (failure.map { ": \(Self.line($0))" } ?? "") + "."
        case .cancelled:
            return "\(subject) was cancelled after \(time)" + (result == nil ? "." : "; a result arrived all the same.")
        }
    }

    /// The state as one short line of a list.
    public var listLine: String {
        "\(summary.id) \(summary.status.rawValue) \(Self.text(of: elapsed)) \(Self.line(label))\(detail)"
    }

    /// The sentence, what to do next, and the tool's own content when there is any.
    public var content: [ContentBlock] {
        var blocks: [ContentBlock] = [.text(sentence + advice)]
        if let result { blocks += result.content }
        return blocks
    }

    private var advice: String {
        switch summary.status {
        case .queued, .running:
            "\nCall await_task with this task_id to wait for the end, or look again later."
                + ((summary.outputBytes ?? 0) > 0 ? " task_output shows what it has written so far." : "")
        case .inputRequired:
            "\n" + questions.map { "It asks (key \($0.key)): \(Self.line($0.message))\n" }.joined()
                + "It goes on when answer_task has given the answers."
        case .completed, .failed, .cancelled:
            (summary.outputBytes ?? 0) > 0 ? "\nIt wrote \(summary.outputBytes ?? 0) bytes of output; task_output reads them." : ""
        case .stopped: ""
        }
    }

    /// What the task is, for people and models: tool and title, and its name where it has one.
    private var label: String {
        var label = summary.title == summary.tool ? summary.tool : "\(summary.tool): \(summary.title)"
        if let name = summary.name { label += ", named '\(name)'" }
        return label
    }

    private var detail: String {
        guard !summary.status.isTerminal else { return "" }
        var parts: [String] = []
        if let progress = summary.progress {
            parts.append(progress.total.map { "\(Self.text(progress.done)) of \(Self.text($0))" } ?? Self.text(progress.done))
        }
        if let message = summary.statusMessage { parts.append(Self.line(message)) }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }

    // MARK: - Words

    private static func text(_ number: Double) -> String { JSONValue(number).json() }

    private static func words(_ reason: TaskReason) -> String {
        switch reason {
        case .toolError: "the tool reported an error"
        case .orphaned: "the process that executed it is gone"
        case .wallLimit: "it ran longer than it may"
        case .idleLimit: "it showed no sign of life for too long"
        case .queueLimit: "it waited in its queue for too long"
        case .cancelForced: "it did not stop when asked to and was abandoned"
        case .shutdown: "the process that executed it shut down"
        case .unknownTool: "its tool is not known here any more"
        default: reason.rawValue
        }
    }

    /// A duration as people write it: `4 s`, `2 min 5 s`, `3 h 10 min`.
    static func text(of duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let seconds = milliseconds / 1000
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min" + (seconds % 60 == 0 ? "" : " \(seconds % 60) s") }
        return "\(seconds / 3600) h" + (seconds / 60 % 60 == 0 ? "" : " \(seconds / 60 % 60) min")
    }

    /// The first line of a text, short enough for a sentence.
    private static func line(_ text: String) -> String {
        let first = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return first.truncated(toBytes: 300)
    }
}
