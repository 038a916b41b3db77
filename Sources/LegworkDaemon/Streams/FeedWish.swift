import Legwork
import LegworkCore
import LegworkHTTP

/// What a client wants of a feed.
struct FeedWish: Sendable {
    /// The most tasks, and the most kinds, that one request names.
    private static let maximumNames = 100

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
    init(_ request: HTTPRequest, knows names: [String]) throws(APIFault) {
        for (name, value) in request.query {
            guard names.contains(name) else {
                throw Self.invalid("the parameter '\(name)' is not known; known are \(names.joined(separator: ", "))")
            }
            switch name {
            case "after": after = try Self.position(value, "after")
            case "limit": limit = Int(try Self.number(value, "limit", 1...Int64(FeedQuery.maximumLimit)))
            case "wait_ms": patience = .milliseconds(try Self.number(value, "wait_ms", 0...604_800_000))
            case "task": references += value.split(separator: ",").map(String.init)
            default: kinds.formUnion(value.split(separator: ",").map(String.init))
            }
        }
        guard references.count <= Self.maximumNames, kinds.count <= Self.maximumNames else {
            throw Self.invalid("at most \(Self.maximumNames) tasks and as many kinds can be named; leave them out to get all")
        }
        if let last = request.headers["Last-Event-ID"], !last.isEmpty { after = try Self.position(last, "Last-Event-ID") }
    }

    func includes(_ task: TaskID) -> Bool { tasks.isEmpty || tasks.contains(task) }

    func includes(_ entry: FeedEntry) -> Bool {
        includes(entry.task) && (kinds.isEmpty || kinds.contains(entry.event.kind.rawValue))
    }

    var includesProgress: Bool { kinds.isEmpty || kinds.contains("progress") }

    private static func position(_ text: String, _ name: String) throws(APIFault) -> FeedPosition {
        FeedPosition(try number(text, name, 0...(1 << 53 - 1)))
    }

    private static func number(_ text: String, _ name: String, _ range: ClosedRange<Int64>) throws(APIFault) -> Int64 {
        guard let number = Int64(text), range.contains(number) else {
            throw invalid("\(name) must be a whole number, \(range.lowerBound) to \(range.upperBound), not '\(text.truncated(toBytes: 40))'")
        }
        return number
    }

    private static func invalid(_ message: String) -> APIFault { APIFault(status: 400, code: "invalid_argument", message: message) }
}
