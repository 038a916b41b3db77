import LegworkCore

/// What a tool said and what is not in its record yet. Pure; bounded.
struct UnwrittenReports: Sendable {
    /// The most timeline entries that are held; more are dropped, and their number is told in the last one.
    static let maximumEntries = 1000
    /// The most bytes of an entry's data, as JSON; larger data is left out.
    static let maximumDataBytes = 64 << 10
    /// About the most bytes that are held: a tool that says much must not fill the memory while the store is slow.
    static let maximumHeldBytes = 4 << 20

    private var progress: TaskProgress?
    private var message: String?
    private var checkpoint: JSONValue?
    private var entries: [TimelineEntryDraft] = []
    private var heldBytes = 0
    private var dropped = 0
    private var outputBytes: Int?

    /// Whether there is anything to write.
    var isEmpty: Bool { progress == nil && message == nil && checkpoint == nil && entries.isEmpty && outputBytes == nil }

    mutating func add(_ report: ToolReport) {
        progress = report.progress ?? progress
        message = report.message ?? message
    }

    /// Takes an entry in the tool's own words.
    mutating func add(text: String?, data: JSONValue?, at time: Timestamp) {
        add(TimelineEntryDraft(text: text, data: data, at: time, threshold: nil))
    }

    /// Takes an entry for the timeline.
    ///
    /// - Parameter threshold: from how many bytes on something becomes an artifact.
    mutating func add(_ entry: TimelineEntryDraft, threshold: Int? = nil) {
        if let last = entries.indices.last {
            let before = entries[last].heldBytes
            if entries[last].join(entry, threshold: threshold) {
                heldBytes += entries[last].heldBytes - before
                return
            }
        }
        hold(entry)
    }

    /// Holds an entry, if there is room. Evidence is held in any case: it was promised, and its artifacts have a limit of their own.
    private mutating func hold(_ entry: TimelineEntryDraft) {
        guard entry.update != nil || entries.count < Self.maximumEntries && heldBytes < Self.maximumHeldBytes else {
            dropped += 1
            return
        }
        heldBytes += entry.heldBytes
        entries.append(entry)
    }

    /// What is to become artifacts before the entries can be written.
    var overflow: [TimelineEntryDraft.Overflow] { entries.flatMap(\.overflow) }

    /// Says what has become of each of ``overflow``.
    mutating func settleOverflow(_ results: [Result<String, OutputError>]) {
        var results = results[...]
        for index in entries.indices {
            while !entries[index].overflow.isEmpty, let result = results.popFirst() { entries[index].settleOverflow(result) }
        }
    }

    mutating func add(checkpoint: JSONValue) { self.checkpoint = checkpoint }

    mutating func outputGrew(to bytes: Int) { outputBytes = bytes }

    /// Takes everything, to be written; what cannot be written is given back with ``putBack(_:)``.
    mutating func take() -> UnwrittenReports {
        defer { self = UnwrittenReports() }
        return self
    }

    /// Puts older reports, which could not be written, before those that came since.
    mutating func putBack(_ older: UnwrittenReports) {
        let newer = self
        self = older
        progress = newer.progress ?? progress
        message = newer.message ?? message
        checkpoint = newer.checkpoint ?? checkpoint
        outputBytes = newer.outputBytes ?? outputBytes
        dropped += newer.dropped
        for entry in newer.entries { hold(entry) }
    }

    /// Drops everything, which the store will never take, and says so in its place.
    mutating func refuse(_ reason: some Error, at now: Timestamp) {
        self = UnwrittenReports()
        add(text: "what the tool reported here could not be recorded: \(reason)", data: nil, at: now)
    }

    /// Puts everything into a record.
    ///
    /// - Returns: the timeline entries that belong to it.
    func apply(to record: inout TaskRecord, at now: Timestamp) -> [TaskEvent] {
        var events: [TaskEvent] = []
        if let progress { record.progress = progress }
        if let outputBytes { record.outputBytes = outputBytes }
        if let checkpoint {
            record.checkpoint = checkpoint
            record.losses = 0
            events.append(record.newEvent(.checkpoint, at: now))
        }
        for entry in entries {
            if let update = entry.update {
                events.append(record.record(update, at: entry.time))
            } else {
                events.append(record.newEvent(.custom, at: entry.time, text: entry.text, data: entry.data))
            }
        }
        if let message, message != record.statusMessage {
            record.statusMessage = message
            events.append(record.newEvent(.message, at: now, text: message))
        }
        if dropped > 0 {
            let text = "\(dropped) more came faster than they could be written"
            events.append(record.newEvent(.custom, at: now, text: text, data: ["dropped": JSONValue(dropped)]))
        }
        return events
    }
}
