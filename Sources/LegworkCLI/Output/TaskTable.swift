import LegworkCore

/// Shows tasks to people.
enum TaskTable {
    /// How many characters of an id a table shows: unique in practice, and accepted wherever an id is.
    static let shownIDLength = 15

    /// A table of tasks as the daemon lists them.
    static func render(_ tasks: [JSONValue], now: Timestamp, console: Console) -> String {
        let header = ["ID", "STATUS", "AGE", "TOOK", "TOOL", "TITLE"]
        let rows = tasks.map { task in
            [
                String((task["id"]?.string ?? "").prefix(shownIDLength)), statusText(task), age(task["created_at"], now: now),
                took(task, now: now),
                task["tool"]?.string ?? "", Self.clean(title(task)),
            ]
        }
        var widths = header.map(\.count)
        for row in rows { for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) } }
        let lines = ([header] + rows).enumerated().map { number, row in
            var line = ""
            for (index, cell) in row.enumerated() {
                var text = index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count + 2)
                if index == row.count - 1, let width = console.width { text = String(text.prefix(max(10, width - line.count))) }
                line += text
            }
            return number > 0 && console.showsColours ? coloured(line, rows[number - 1][1]) : line
        }
        return lines.joined(separator: "\n")
    }

    private static func coloured(_ line: String, _ status: String) -> String {
        let code =
            switch status.split(separator: " ").first {
            case "completed": "32"
            case "failed": "31"
            case "cancelled", "stopped": "33"
            case "running", "input_required": "36"
            default: "0"
            }
        return line.replacing(status, with: "\u{1B}[\(code)m\(status)\u{1B}[0m", maxReplacements: 1)
    }

    private static func title(_ task: JSONValue) -> String {
        let title = task["title"]?.string ?? ""
        let name = task["name"]?.string.map { "[\($0)] " } ?? ""
        guard task["status"] == "running", let message = task["status_message"]?.string else { return name + title }
        return "\(name)\(title) · \(message)"
    }

    static func statusText(_ task: JSONValue) -> String {
        let status = task["status"]?.string ?? "?"
        if let reason = task["reason"]?.string, reason != "tool_error" { return "\(status) (\(reason))" }
        return task["cancel_requested"] == true && status == "running" ? "running (cancelling)" : status
    }

    private static func age(_ created: JSONValue?, now: Timestamp) -> String {
        guard let created = created?.string.flatMap(Timestamp.init(iso8601:)) else { return "" }
        return short(now - created)
    }

    private static func took(_ task: JSONValue, now: Timestamp) -> String {
        guard let started = task["started_at"]?.string.flatMap(Timestamp.init(iso8601:)) else { return "-" }
        let end = task["finished_at"]?.string.flatMap(Timestamp.init(iso8601:)) ?? (task["status"] == "running" ? now : nil)
        return end.map { short($0 - started) } ?? "-"
    }

    /// A duration in two units at most: `350ms`, `4.2s`, `3m12s`, `2h05m`, `4d`.
    static func short(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.milliseconds)
        let seconds = milliseconds / 1000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        switch seconds {
        case 0: return "\(milliseconds)ms"
        case ..<60: return "\(seconds).\(milliseconds % 1000 / 100)s"
        case ..<3600: return "\(seconds / 60)m\(two(seconds % 60))s"
        case ..<86400: return "\(seconds / 3600)h\(two(seconds % 3600 / 60))m"
        default: return "\(seconds / 86400)d"
        }
    }

    /// A text without control characters, so that a task cannot write to the terminal what it likes.
    static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : $0 }))
    }
}
