extension ToolResult {
    /// What a watcher may answer instead of an empty text.
    public static let nothingToReport = "NOTHING_TO_REPORT"

    /// Whether a watcher says with it that there is nothing to tell: `"report": false` in its structured content or its metadata, or without
    /// structured content no text, or only ``nothingToReport``.
    public var hasNoNews: Bool {
        if isError { return false }
        if structuredContent?["report"] == false || meta?["report"] == false { return true }
        guard structuredContent == nil, content.allSatisfy({ $0.text != nil }) else { return false }
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.isEmpty || words.count == 1 && words[0] == Self.nothingToReport
    }
}

extension TaskRecord {
    /// Whether the task is to be told of only when it has news.
    public var isWatcher: Bool { sharedExtras?.value.isWatcher ?? false }

    /// Whether it ended without anything to tell.
    package var isQuiet: Bool { isWatcher && status == .completed && result?.hasNoNews ?? true }
}
