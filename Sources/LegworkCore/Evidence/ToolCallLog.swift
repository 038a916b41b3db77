/// The calls that an agent made inside its task, made of the task's timeline.
///
/// Calls are matched by their ids, never by their names, and may end in any order. A call never stays open when its attempt is over. What
/// ended says all there is to know of a call, so that one whose beginning was dropped from the timeline is still whole.
public struct ToolCallLog: Sendable, Hashable {
    /// The calls, in the order in which they began.
    public private(set) var calls: [ToolCallRecord] = []
    private var open: [String: Int] = [:]

    /// An empty log.
    public init() {}

    /// Reads a timeline in order.
    public init(_ events: some Sequence<TaskEvent>) {
        for event in events { add(event) }
        // What ended with its beginning dropped stands where its end did.
        calls.sort { $0.startedAt < $1.startedAt }
        open = [:]
    }

    private mutating func add(_ event: TaskEvent) {
        switch event.kind {
        case .custom:
            guard let data = event.data, data["kind"] == "tool_call", let id = data["call_id"]?.string else { return }
            if data["phase"] == "started" { begin(id, data, event.time) } else if data["phase"] == "ended" { end(id, data, event.time) }
        case .started, .requeued, .stopped, .resumed, .completed, .failed, .cancelled:
            for index in open.values {
                calls[index].status = .cancelled
                calls[index].endedAt = event.time
            }
            open = [:]
        default: break
        }
    }

    private mutating func begin(_ id: String, _ data: JSONValue, _ time: Timestamp) {
        // Said twice, it is still one call.
        let index = open[id] ?? calls.count
        let call = ToolCallRecord(
            id: id,
            name: data["name"]?.string ?? "",
            status: .running,
            startedAt: index < calls.count ? calls[index].startedAt : time,
            arguments: data["arguments"],
            argumentsArtifact: data["arguments_artifact"]?.string
        )
        if index < calls.count { calls[index] = call } else { calls.append(call) }
        open[id] = index
    }

    private mutating func end(_ id: String, _ data: JSONValue, _ time: Timestamp) {
        let index = open.removeValue(forKey: id) ?? calls.count
        if index == calls.count {
            let start = data["started_at"]?.timestamp ?? time
            calls.append(ToolCallRecord(id: id, name: data["name"]?.string ?? "", status: .running, startedAt: start))
        }
        calls[index].status = data["is_error"] == true ? .failed : .success
        calls[index].endedAt = time
        calls[index].result = data["result"]?.string
        calls[index].resultArtifact = data["result_artifact"]?.string
    }
}

extension TaskEvent {
    /// What the entry is about, as a word: what a tool that speaks in its own words says it is (`tool_call`, `message`, …), or the kind.
    public var topic: String {
        guard kind == .custom, let word = data?["kind"]?.string, (1...64).contains(word.utf8.count) else { return kind.rawValue }
        return word
    }
}
