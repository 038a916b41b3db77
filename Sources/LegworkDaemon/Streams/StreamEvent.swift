import Legwork
import LegworkCore
import LegworkHTTP

/// What is sent over the event streams of the interface.
///
/// Each timeline entry is an event of the name of its kind, whose id is the place to resume from. What has no place in a timeline has no id:
/// `state` at the beginning, `progress`, `gap`, and `end`.
enum StreamEvent {
    /// How long a client should wait before it connects again.
    static let retry = Duration.seconds(1)

    /// A timeline entry in a stream of one task, to be resumed after its sequence number. That of what was omitted goes without saying.
    static func entry(_ event: TaskEvent, of task: TaskID) -> HTTPServerSentEvent {
        HTTPServerSentEvent(event: event.kind.rawValue, id: String(event.sequence), data: event.wire(of: task).json())
    }

    /// A timeline entry in a feed, to be resumed after its place there.
    static func entry(_ entry: FeedEntry) -> HTTPServerSentEvent {
        HTTPServerSentEvent(event: entry.event.kind.rawValue, id: entry.position.description, data: entry.wire.json())
    }

    /// Where a feed stands at the beginning; the place to resume from while nothing else has come.
    static func state(_ counts: TaskCounts, at position: FeedPosition) -> HTTPServerSentEvent {
        HTTPServerSentEvent(event: "state", id: position.description, data: JSONValue.object(["counts": counts.wire]).json())
    }

    /// How a task stands at the beginning.
    static func state(_ task: TaskSummary) -> HTTPServerSentEvent {
        HTTPServerSentEvent(event: "state", data: JSONValue.object(["task": .object(task.wire)]).json())
    }

    /// How far a task has come.
    static func progress(_ report: ProgressReport) -> HTTPServerSentEvent {
        let data: JSONValue = [
            "task": .string(report.task.description), "time": .string(report.time.description), "progress": report.progress.wire,
        ]
        return HTTPServerSentEvent(event: "progress", data: data.json())
    }

    /// Some of what came before is kept no more. To read on without it is to read after the place that is named.
    ///
    /// - Parameters:
    ///   - first: the place of what there is behind the gap.
    ///   - next: from where to read on when there is nothing.
    static func gap(before first: FeedPosition?, or next: FeedPosition) -> HTTPServerSentEvent {
        let after = first.map { $0.rawValue - 1 } ?? next.rawValue
        return HTTPServerSentEvent(event: "gap", data: JSONValue.object(["next_after": .integer(after)]).json())
    }

    /// A task has ended, and nothing more will come.
    static func end(_ task: TaskSummary) -> HTTPServerSentEvent {
        HTTPServerSentEvent(event: "end", data: JSONValue.object(["task": .object(task.wire)]).json())
    }
}

extension TaskEvent {
    /// The entry as the interface shows it outside of its task's own timeline.
    func wire(of task: TaskID) -> JSONValue {
        var object: JSONObject = ["task": .string(task.description)]
        for member in wire.object?.members ?? [] { object[member.key] = member.value }
        return .object(object)
    }
}

extension FeedEntry {
    /// `{"position", "task", "sequence", "time", "kind", "text"?, "data"?}`.
    var wire: JSONValue {
        var object: JSONObject = ["position": .integer(position.rawValue)]
        for member in event.wire(of: task).object?.members ?? [] { object[member.key] = member.value }
        return .object(object)
    }
}
