import LegworkCore

/// An entry of the timeline as a tool made it, before it is in the record. Pure.
///
/// What is long does not stand in the timeline but in an artifact beside it: the entry keeps the beginning and names the artifact.
struct TimelineEntryDraft: Sendable {
    /// What is to become an artifact.
    struct Overflow: Sendable {
        /// The member of the entry's data that is to name the artifact.
        var member: String
        var label: String
        var ending: String
        var bytes: [UInt8]
        /// How many bytes there were, those that are not kept included.
        var total: Int
    }

    /// The most bytes of one artifact that is made of an entry; the rest is cut off.
    static let maximumOverflow = 1 << 20

    let time: Timestamp
    private(set) var text: String?
    private(set) var data: JSONValue?
    private(set) var overflow: [Overflow] = []
    /// The evidence that the entry is about, which goes into the record as well.
    private(set) var update: EvidenceUpdate?

    /// An entry in the tool's own words.
    ///
    /// - Parameter threshold: from how many bytes on a text or data becomes an artifact; nil where there are none, and then what is too long
    ///   is cut off or left out.
    init(text: String?, data: JSONValue?, at time: Timestamp, threshold: Int?) {
        self.time = time
        self.text = text
        self.data = data
        if let refusal = data?.excess(bytes: threshold == nil ? UnwrittenReports.maximumDataBytes : Self.maximumOverflow) {
            let note = "[data left out: \(refusal)]"
            self.text = text.map { $0.truncated(toBytes: TaskEvent.maximumTextBytes - 200) + " " + note } ?? note
            self.data = nil
        }
        if let threshold {
            moveData(threshold)
            moveText(threshold)
        }
        self.text = self.text?.truncated(toBytes: TaskEvent.maximumTextBytes)
    }

    /// An entry of evidence.
    init(_ update: EvidenceUpdate, at time: Timestamp) {
        self.time = time
        self.update = update
    }

    private mutating func moveText(_ threshold: Int) {
        guard let text, text.utf8.count >= threshold else { return }
        let label = data?["kind"]?.string ?? "text"
        overflow.append(Self.overflow("artifact", label, "txt", of: text))
        self.text = text.truncated(toBytes: max(40, threshold - 1))
    }

    private mutating func moveData(_ threshold: Int) {
        guard let data, data.approximateBytes >= threshold else { return }
        let bytes = data.jsonBytes()
        guard bytes.count >= threshold else { return }
        let label = (data["kind"]?.string).map { "\($0)-data" } ?? "data"
        overflow.append(Overflow(member: "data_artifact", label: label, ending: "json", bytes: bytes, total: bytes.count))
        // What is short and tells what it is about stays.
        var rest = JSONObject()
        var room = threshold / 2
        for member in data.object?.members ?? [] {
            let size = member.key.utf8.count + member.value.approximateBytes
            if size > 200 || size > room { continue }
            room -= size
            rest[member.key] = member.value
        }
        self.data = .object(rest)
    }

    private static func overflow(_ member: String, _ label: String, _ ending: String, of text: String) -> Overflow {
        Overflow(member: member, label: label, ending: ending, bytes: Array(text.utf8.prefix(maximumOverflow)), total: text.utf8.count)
    }

    // MARK: - Calls of an agent

    /// What is known of a call as long as it is open.
    struct OpenCall: Sendable {
        var name: String
        var startedAt: Timestamp
    }

    /// The entry of a call that begins: `{"kind": "tool_call", "phase": "started", "call_id", "name", "arguments"?, "arguments_artifact"?,
    /// "arguments_bytes"?}`.
    static func began(_ id: String, _ call: OpenCall, arguments: JSONValue?, threshold: Int?) -> TimelineEntryDraft {
        var data: JSONObject = ["kind": "tool_call", "phase": "started", "call_id": .string(id), "name": .string(call.name)]
        var overflow: Overflow?
        if let arguments {
            if arguments.excess(bytes: maximumOverflow) != nil {
                data["arguments"] = "[left out: too large or too deep]"
            } else {
                let text = arguments.json()
                if text.utf8.count < threshold ?? TaskEvent.maximumTextBytes {
                    data["arguments"] = arguments
                } else {
                    overflow = shorten(text, "arguments", "json", of: id, threshold, &data)
                }
            }
        }
        return TimelineEntryDraft("\(call.name) started", data, overflow, at: call.startedAt)
    }

    /// The entry of a call that ends, which says all there is to know of it: `{"kind": "tool_call", "phase": "ended", "call_id", "name"?,
    /// "started_at"?, "duration_ms"?, "is_error", "result"?, "result_artifact"?, "result_bytes"?}`.
    static func ended(
        _ id: String,
        _ call: OpenCall?,
        result: String?,
        isError: Bool,
        at now: Timestamp,
        threshold: Int?
    ) -> TimelineEntryDraft {
        var data: JSONObject = ["kind": "tool_call", "phase": "ended", "call_id": .string(id)]
        if let call {
            data["name"] = .string(call.name)
            data["started_at"] = .string(call.startedAt.description)
            data["duration_ms"] = .integer((now - call.startedAt).milliseconds)
        }
        data["is_error"] = .bool(isError)
        var overflow: Overflow?
        if let result {
            if result.utf8.count < threshold ?? TaskEvent.maximumTextBytes {
                data["result"] = .string(result)
            } else {
                overflow = shorten(result, "result", "txt", of: id, threshold, &data)
            }
        }
        return TimelineEntryDraft("\(call?.name ?? "call \(id)") \(isError ? "failed" : "ended")", data, overflow, at: now)
    }

    private static func shorten(
        _ text: String,
        _ member: String,
        _ ending: String,
        of id: String,
        _ threshold: Int?,
        _ data: inout JSONObject
    ) -> Overflow? {
        data[member] = .string(text.truncated(toBytes: min(threshold ?? .max, TaskEvent.maximumTextBytes)))
        data["\(member)_bytes"] = JSONValue(text.utf8.count)
        guard threshold != nil else { return nil }
        return overflow("\(member)_artifact", "call-\(id.prefix(50))-\(member)", ending, of: text)
    }

    private init(_ text: String, _ data: JSONObject, _ overflow: Overflow?, at time: Timestamp) {
        self.time = time
        self.text = text.truncated(toBytes: TaskEvent.maximumTextBytes)
        self.data = .object(data)
        if let overflow { self.overflow = [overflow] }
    }

    // MARK: - Artifacts

    /// About how many bytes are held.
    var heldBytes: Int {
        (text?.utf8.count ?? 0) + (data?.approximateBytes ?? 0) + overflow.reduce(0) { $0 + $1.bytes.count }
    }

    /// Says where the first overflow has gone, or why it is lost.
    mutating func settleOverflow(_ result: Result<String, some Error>) {
        guard !overflow.isEmpty else { return }
        let settled = overflow.removeFirst()
        var object = data?.object ?? data.map { ["value": $0] } ?? [:]
        switch result {
        case .success(let name):
            object[settled.member] = .string(name)
            if settled.bytes.count < settled.total { object["\(settled.member)_cut"] = true }
        case .failure(let error): object["\(settled.member)_error"] = .string("\(error)".truncated(toBytes: 300))
        }
        object["\(settled.member == "artifact" ? "text" : String(settled.member.dropLast(9)))_bytes"] = JSONValue(settled.total)
        data = .object(object)
    }

    // MARK: - Coalescing

    /// Takes a later entry in that says more of the same: the pieces of a message are joined, and of what is said again and again (progress of
    /// a call, events of a runtime, a status) the newest is kept, with the number of all.
    ///
    /// - Returns: whether it was; if not, it is an entry of its own.
    mutating func join(_ next: TimelineEntryDraft, threshold: Int?) -> Bool {
        guard overflow.isEmpty, next.overflow.isEmpty, update == nil, next.update == nil, let data, let new = next.data?.object,
            let kind = data["kind"]?.string, new["kind"]?.string == kind, data["call_id"] == new["call_id"]
        else { return false }
        switch kind {
        case "message":
            let joined = (text ?? "") + (next.text ?? "")
            guard data["delta"] == true, new["delta"] == true, joined.utf8.count < threshold ?? TaskEvent.maximumTextBytes else {
                return false
            }
            text = joined
        case "tool_progress", "runtime_event", "status":
            text = next.text
            var object = new
            object["count"] = JSONValue((data["count"]?.int ?? 1) + (new["count"]?.int ?? 1))
            self.data = .object(object)
        default: return false
        }
        return true
    }
}
