import LegworkCore

/// One of the resources that a task is: its state, its timeline, or its raw output. Pure.
enum MCPTaskResource: Sendable, Hashable {
    /// `task://{id}`: the state, and the outcome when there is one.
    case state(TaskID)
    /// `task://{id}/timeline`: what has happened; with `?after=N` only what came after the entry of that number.
    case timeline(TaskID, after: Int)
    /// `task://{id}/output`: the end of what the tool has written; with `?offset=N` the part that begins at that byte.
    case output(TaskID, offset: Int?)

    private static let scheme = "task://"

    /// Reads a URI; nil when it names no task, or nothing of one.
    init?(_ uri: String) {
        guard uri.hasPrefix(Self.scheme) else { return nil }
        let parts = uri.dropFirst(Self.scheme.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let id = TaskID(path[0]) else { return nil }
        switch (path.dropFirst().first, parts.dropFirst().first) {
        case (nil, nil): self = .state(id)
        case ("timeline", let query):
            guard let after = Self.number("after", in: query) else { return nil }
            self = .timeline(id, after: after ?? 0)
        case ("output", let query):
            guard let offset = Self.number("offset", in: query) else { return nil }
            self = .output(id, offset: offset)
        case (.some, _), (nil, .some): return nil
        }
    }

    /// The number in a query `name=N`: nil within when there is no query, nil when it is another query.
    private static func number(_ name: String, in query: Substring?) -> Int?? {
        guard let query else { return .some(nil) }
        guard query.hasPrefix("\(name)="), let number = Int(query.dropFirst(name.count + 1)), number >= 0 else { return nil }
        return .some(number)
    }

    /// The task.
    var id: TaskID {
        switch self {
        case .state(let id), .timeline(let id, _), .output(let id, _): id
        }
    }

    /// The URI that clients know it by.
    var uri: String {
        switch self {
        case .state(let id): "\(Self.scheme)\(id)"
        case .timeline(let id, let after): "\(Self.scheme)\(id)/timeline" + (after > 0 ? "?after=\(after)" : "")
        case .output(let id, let offset): "\(Self.scheme)\(id)/output" + (offset.map { "?offset=\($0)" } ?? "")
        }
    }

    // MARK: - Templates

    /// The templates that these resources come from, as clients are shown them.
    static let templates: [JSONValue] = [
        template(
            "",
            name: "task",
            title: "A task's state",
            description: "Where a background task stands, what it is doing, and its result when it has ended.",
            mimeType: stateType
        ),
        template(
            "/timeline",
            name: "task_timeline",
            title: "A task's timeline",
            description: "What has happened to a background task, one JSON object a line. With ?after=N only what came after entry N.",
            mimeType: timelineType
        ),
        template(
            "/output",
            name: "task_output",
            title: "A task's output",
            description: "The end of what a background task has written. With ?offset=N the part that begins at byte N.",
            // Text or bytes, as it comes.
            mimeType: nil
        ),
    ]

    /// The `uriTemplate`s of ``templates``.
    static let patterns: Set<String> = Set(templates.compactMap { $0["uriTemplate"]?.string })

    static let stateType = "application/json"
    static let timelineType = "application/jsonl"

    private static func template(_ tail: String, name: String, title: String, description: String, mimeType: String?) -> JSONValue {
        var object: JSONObject = ["uriTemplate": .string("\(scheme){id}\(tail)"), "name": .string(name), "title": .string(title)]
        object["description"] = .string(description)
        object["mimeType"] = mimeType.map(JSONValue.string)
        return .object(object)
    }
}
