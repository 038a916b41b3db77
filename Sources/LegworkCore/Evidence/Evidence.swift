/// What a task has to show for its work, beside its result: it stands in the record, so that no change of a timeline's bounds takes it away.
public struct Evidence: Sendable, Hashable {
    /// The most entries of each kind; older ones go first.
    public static let maximumEntries = 100

    /// What is to be done.
    public private(set) var checklist: Checklist?
    /// What was verified.
    public private(set) var gates: [Gate] = []
    /// The tries at a change.
    public private(set) var attempts: [PatchAttempt] = []
    /// The named outputs.
    public private(set) var artifacts: [Artifact] = []
    /// What was done on GitHub.
    public private(set) var githubEvents: [GitHubEvent] = []

    /// Nothing yet.
    public init() {}

    /// Whether there is nothing.
    public var isEmpty: Bool { checklist == nil && gates.isEmpty && attempts.isEmpty && artifacts.isEmpty && githubEvents.isEmpty }

    /// Takes something in. What has the id of an entry that is there replaces it.
    public mutating func apply(_ update: EvidenceUpdate) {
        switch update {
        case .checklist(let checklist): self.checklist = checklist
        case .gate(let gate): Self.put(gate, into: &gates) { $0.id == gate.id }
        case .attempt(let attempt): Self.put(attempt, into: &attempts) { $0.id == attempt.id }
        case .artifact(let artifact): Self.put(artifact, into: &artifacts) { $0.path == artifact.path }
        case .githubEvent(let event): Self.put(event, into: &githubEvents) { $0.id == event.id }
        }
    }

    private static func put<Entry>(_ entry: Entry, into entries: inout [Entry], where isSame: (Entry) -> Bool) {
        if let index = entries.firstIndex(where: isSame) {
            entries[index] = entry
        } else {
            entries.append(entry)
            if entries.count > maximumEntries { entries.removeFirst(entries.count - maximumEntries) }
        }
    }

    /// `{"checklist"?, "gates"?, "attempts"?, "artifacts"?, "github_events"?}`; what is empty is left out.
    public var json: JSONObject {
        var object = JSONObject()
        object["checklist"] = checklist.map(\.json)
        func add(_ key: String, _ entries: [JSONValue]) { if !entries.isEmpty { object[key] = .array(entries) } }
        add("gates", gates.map(\.json))
        add("attempts", attempts.map(\.json))
        add("artifacts", artifacts.map(\.json))
        add("github_events", githubEvents.map(\.json))
        return object
    }

    /// Reads what ``json`` writes; an entry that is damaged is left out.
    public init(json: JSONValue) {
        checklist = json["checklist"].flatMap(Checklist.init(json:))
        for gate in json["gates"]?.array ?? [] { Gate(json: gate).map { apply(.gate($0)) } }
        for attempt in json["attempts"]?.array ?? [] { PatchAttempt(json: attempt).map { apply(.attempt($0)) } }
        for artifact in json["artifacts"]?.array ?? [] { Artifact(json: artifact).map { apply(.artifact($0)) } }
        for event in json["github_events"]?.array ?? [] { GitHubEvent(json: event).map { apply(.githubEvent($0)) } }
    }
}
