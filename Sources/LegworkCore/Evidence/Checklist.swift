/// What a task has to do, item by item. At most one item is in progress.
public struct Checklist: Sendable, Hashable {
    /// How far an item has come.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case pending
        case inProgress = "in_progress"
        case completed

        /// Reads a word, also the short forms `inprogress` and `done`.
        public init?(word: String) {
            switch word.lowercased() {
            case "inprogress": self = .inProgress
            case "done": self = .completed
            case let word:
                guard let status = Status(rawValue: word) else { return nil }
                self = status
            }
        }
    }

    /// One thing to do.
    public struct Item: Sendable, Hashable {
        /// Its number, from 1. No number is given twice.
        public let id: Int
        /// What is to be done.
        public var content: String
        /// How far it has come.
        public var status: Status
    }

    /// The most items.
    public static let maximumItems = 200
    /// The longest content, in bytes.
    public static let maximumContentBytes = 1000

    /// The items, in the order they were added.
    public private(set) var items: [Item] = []
    /// When anything last changed.
    public private(set) var updatedAt: Timestamp

    /// An empty list.
    public init(at now: Timestamp) { updatedAt = now }

    /// How much is completed, in whole percent, rounded; 0 of an empty list.
    public var completionPercentage: Int {
        let count = items.count
        return count == 0 ? 0 : (items.count { $0.status == .completed } * 100 + count / 2) / count
    }

    /// The item that is being worked on.
    public var inProgress: Int? { items.first { $0.status == .inProgress }?.id }

    /// Replaces the whole list. Of several items in progress the last stays so; the others are pending.
    ///
    /// - Throws: ``ToolError/Code/invalidArguments``; the list is unchanged.
    public mutating func write(_ entries: [(content: String, status: Status)], at now: Timestamp) throws(ToolError) {
        var next = Checklist(at: now)
        for entry in entries { try next.add(entry.content, entry.status, at: now) }
        self = next
    }

    /// Adds an item at the end.
    ///
    /// - Returns: its number.
    /// - Throws: ``ToolError/Code/invalidArguments`` for an empty or long content, or one item too many.
    @discardableResult
    public mutating func add(_ content: String, _ status: Status = .pending, at now: Timestamp) throws(ToolError) -> Int {
        guard content.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw ToolError(.invalidArguments, "the content of an item is empty; say what is to be done")
        }
        guard content.utf8.count <= Self.maximumContentBytes else {
            throw ToolError(
                .invalidArguments,
                "the content of an item has \(content.utf8.count) bytes; at most \(Self.maximumContentBytes) are kept. Say it shorter"
            )
        }
        guard items.count < Self.maximumItems else {
            throw ToolError(.invalidArguments, "the list has \(Self.maximumItems) items already; join some, or write a new list")
        }
        let id = (items.last?.id ?? 0) + 1
        items.append(Item(id: id, content: content, status: .pending))
        try update(id, to: status, at: now)
        return id
    }

    /// Says how far an item has come. Another one that was in progress is pending again.
    ///
    /// - Throws: ``ToolError/Code/invalidArguments`` when there is no such item.
    public mutating func update(_ id: Int, to status: Status, at now: Timestamp) throws(ToolError) {
        guard let index = items.firstIndex(where: { $0.id == id }) else {
            throw ToolError(.invalidArguments, "Todo id \(id) not found")
        }
        if status == .inProgress {
            for other in items.indices where items[other].status == .inProgress { items[other].status = .pending }
        }
        items[index].status = status
        updatedAt = now
    }

    /// `{"items": [{"id", "content", "status"}], "completion_pct", "in_progress_id", "updated_at"}`.
    public var json: JSONValue {
        [
            "items": .array(
                items.map { ["id": JSONValue($0.id), "content": .string($0.content), "status": .string($0.status.rawValue)] }
            ),
            "completion_pct": JSONValue(completionPercentage), "in_progress_id": inProgress.map { JSONValue($0) } ?? .null,
            "updated_at": .string(updatedAt.description),
        ]
    }

    /// Reads what ``json`` writes; what is wrong in it is left out. nil when there are no items at all.
    public init?(json: JSONValue) {
        guard let entries = json["items"]?.array else { return nil }
        updatedAt = json["updated_at"]?.timestamp ?? Timestamp(milliseconds: 0)
        for entry in entries.prefix(Self.maximumItems) {
            guard let content = entry["content"]?.string else { continue }
            let last = items.last?.id ?? 0
            let id = entry["id"]?.int.flatMap { $0 > last ? $0 : nil } ?? last + 1
            var status = entry["status"]?.string.flatMap(Status.init(word:)) ?? .pending
            if status == .inProgress, inProgress != nil { status = .pending }
            items.append(Item(id: id, content: content.truncated(toBytes: Self.maximumContentBytes), status: status))
        }
    }
}
