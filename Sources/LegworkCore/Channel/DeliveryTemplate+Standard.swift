extension DeliveryTemplate {
    /// The line for a content, as it is where a channel has no template: `✅ **shell** completed in 12.3 s – Run the tests`.
    static func standardLine(for content: DeliveryContent, link: WebAddress?) -> MessageLine {
        var parts: [MessageLine.Part] = [
            .text(icon(of: content) + " "), .bold(HarmlessText.line(content.tool)), .text(" " + words(for: content.status)),
        ]
        switch content.status {
        case .completed: parts.append(.text(" in \(text(of: content.elapsed))"))
        case .failed, .cancelled: parts.append(.text(" after \(text(of: content.elapsed))"))
        case .stopped, .inputRequired, .queued, .running: break
        }
        if let reason = content.reason, reason != .toolError { parts.append(.text(" (\(HarmlessText.line(reason.rawValue)))")) }
        let title = HarmlessText.line(content.title)
        if !title.isEmpty, !title.isExactly(HarmlessText.line(content.tool)) { parts.append(.text(" – " + title)) }
        return MessageLine(parts)
    }

    /// The line for a content.
    func line(for content: DeliveryContent, link: WebAddress?) -> MessageLine {
        MessageLine(
            words.compactMap { isBold, word in
                let text: String
                switch word {
                case .text(let words): text = words
                case .placeholder(.link): return link.map { .link($0, label: nil) }
                case .placeholder(let placeholder): text = HarmlessText.line(Self.text(of: placeholder, in: content))
                }
                return isBold ? .bold(text) : .text(text)
            }
        )
    }

    private static func text(of placeholder: Placeholder, in content: DeliveryContent) -> String {
        switch placeholder {
        case .icon: icon(of: content)
        case .tool: content.tool
        case .title: content.title
        case .name: content.name ?? ""
        case .status: words(for: content.status)
        case .reason: content.reason?.rawValue ?? ""
        case .elapsed: text(of: content.elapsed)
        case .task: content.task.description
        case .owner: content.owner.name
        case .attempts: "\(content.attempts)"
        case .link: ""
        }
    }

    private static func icon(of content: DeliveryContent) -> String {
        switch content.status {
        case .completed: content.isError ? "❌" : "✅"
        case .failed: "❌"
        case .cancelled: "🚫"
        case .stopped: "⏸️"
        case .inputRequired: "❓"
        case .queued, .running: "⏳"
        }
    }

    private static func words(for status: TaskStatus) -> String {
        switch status {
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "was cancelled"
        case .stopped: "stopped"
        case .inputRequired: "needs an answer"
        case .queued: "is queued"
        case .running: "is running"
        }
    }

    /// A duration as people write it: `850 ms`, `12.3 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`.
    static func text(of duration: Duration) -> String {
        let milliseconds = max(0, duration.milliseconds)
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let seconds = milliseconds / 1000
        func two(_ first: Int64, _ unit: String, _ second: Int64, _ smaller: String) -> String {
            "\(first) \(unit)" + (second == 0 ? "" : " \(second) \(smaller)")
        }
        switch seconds {
        case ..<60: return "\(seconds).\(milliseconds % 1000 / 100) s"
        case ..<3600: return two(seconds / 60, "min", seconds % 60, "s")
        case ..<86_400: return two(seconds / 3600, "h", seconds % 3600 / 60, "min")
        default: return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
        }
    }
}
