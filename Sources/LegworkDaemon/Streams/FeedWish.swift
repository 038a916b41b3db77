import Legwork
import LegworkCore
import LegworkHTTP

/// What a client wants of a feed.
struct FeedWish: Sendable {
    /// After which place; nil where the client says none.
    private(set) var after: FeedPosition?
    /// The most entries of a page.
    private(set) var limit = 100
    /// How long to wait for an entry.
    private(set) var patience = Duration.zero
    /// The tasks as the client names them; to be put into ``tasks``.
    private(set) var references: [String] = []
    /// Only entries of these; empty for all.
    var tasks: Set<TaskID> = []
    /// Only entries of these kinds; empty for all.
    private(set) var kinds: Set<String> = []

    /// Reads the query and `Last-Event-ID`, which is newer than what the query says: a browser that connects again sends the same query.
    init(_ request: API.Request) throws(APIFault) {
        let query = request.query
        after = query.number("after").map { FeedPosition(Int64($0)) }
        limit = query.number("limit") ?? limit
        patience = .milliseconds(query.number("wait_ms") ?? 0)
        references = query.words("task")
        kinds = Set(query.words("kind"))
        if let last = request.http.headers["Last-Event-ID"], !last.isEmpty { after = try Self.position(last) }
    }

    func includes(_ task: TaskID) -> Bool { tasks.isEmpty || tasks.contains(task) }

    func includes(_ entry: FeedEntry) -> Bool {
        includes(entry.task) && (kinds.isEmpty || kinds.contains(entry.event.kind.rawValue))
    }

    var includesProgress: Bool { kinds.isEmpty || kinds.contains("progress") }

    private static func position(_ text: String) throws(APIFault) -> FeedPosition {
        guard let number = Int64(text), (0...Int64(Parameter.greatestNumber)).contains(number) else {
            throw .invalid("Last-Event-ID must be the id of an event, which is a whole number, not '\(text.truncated(toBytes: 40))'")
        }
        return FeedPosition(number)
    }
}
