public import LegworkCore

/// What an agent is told of its background tasks without having asked, as a block for its prompt or its next tool result:
///
/// ```
/// <background-tasks>
/// 2 tasks are active:
/// - task_… running (run_command: make test, named 'tests')
/// - task_… input_required (deploy)
/// New:
/// - task_… completed (research: prices): Three shops have it in stock…
/// check_task gives a result, answer_task answers, list_tasks shows all.
/// </background-tasks>
/// ```
///
/// At most ``maximumBytes`` long, whatever the tasks say, and escaped as ``TaskMessage/promptBlock(limit:)`` is. It names no ages and no
/// progress, so that it changes only when something happened.
public struct Reminder: Sendable, Hashable {
    /// The longest block, in UTF-8 bytes.
    public static let maximumBytes = 4096
    /// The most active tasks that are named.
    static let maximumTasks = 8
    /// The most notices that are told at once; more come in the next block.
    static let maximumNotices = 12

    /// The block.
    public let text: String
    /// The notices that it tells.
    public let notices: [Notice]

    /// Writes a block.
    ///
    /// - Parameters:
    ///   - active: some of the active tasks, the newest first.
    ///   - activeCount: how many there are.
    ///   - notices: what is new, in order.
    init(active: [TaskSummary], of activeCount: Int, notices: [Notice]) {
        self.notices = notices
        var lines = ["<background-tasks>"]
        if activeCount > 0 {
            lines.append(activeCount == 1 ? "1 task is active:" : "\(activeCount) tasks are active:")
            for task in active.prefix(Self.maximumTasks) { lines.append(Self.line(task)) }
            if activeCount > min(active.count, Self.maximumTasks) {
                lines.append("- and \(activeCount - min(active.count, Self.maximumTasks)) more")
            }
        }
        if !notices.isEmpty {
            lines.append("New:")
            lines += notices.map(Self.line)
        }
        lines.append("check_task gives a result, answer_task answers, resume_task lets a stopped task go on, list_tasks shows all.")
        lines.append("</background-tasks>")
        text = lines.joined(separator: "\n")
    }

    private static func line(_ task: TaskSummary) -> String {
        let status = task.isCancelRequested ? "was asked to stop" : task.status.rawValue
        return "- \(task.id) \(status) (\(label(task.tool, task.title, task.name)))"
    }

    private static func line(_ notice: Notice) -> String {
        var line = "- \(notice.task) \(PromptText.line(notice.kind.rawValue)) (\(label(notice.tool, notice.title, notice.name)))"
        if notice.count > 1 { line += " \(notice.count) times, last" }
        if let text = notice.text, !text.isEmpty { line += ": " + short(text, 160) }
        return line
    }

    private static func label(_ tool: String, _ title: String, _ name: String?) -> String {
        var label = title == tool ? short(tool, 40) : short(tool, 40) + ": " + short(title, 60)
        if let name { label += ", named '\(short(name, 40))'" }
        return label
    }

    /// The text on one line and escaped, and then not longer than so many bytes, so that escaping cannot make it so.
    private static func short(_ text: String, _ limit: Int) -> String {
        var cut = text.truncated(toBytes: limit)
        var line = PromptText.line(cut)
        var room = limit
        while line.utf8.count > limit, room > 8 {
            room = room * 3 / 4
            cut = text.truncated(toBytes: room)
            line = PromptText.line(cut)
        }
        return line
    }
}
