import LegworkCore

/// How far a mirror has come, as it is kept in Redis: `{"written_until": …, "unfinished_since": …}`, in milliseconds since 1970.
struct MirrorPosition: Sendable, Hashable {
    /// Everything that changed until this time was written.
    var writtenUntil: Timestamp
    /// No task that was recorded before this time was unfinished then.
    var unfinishedSince: Timestamp

    var text: String {
        JSONValue.object([
            "written_until": .integer(writtenUntil.milliseconds), "unfinished_since": .integer(unfinishedSince.milliseconds),
        ]).json()
    }

    init(writtenUntil: Timestamp, unfinishedSince: Timestamp) {
        self.writtenUntil = writtenUntil
        self.unfinishedSince = unfinishedSince
    }

    /// Reads a position; nil for anything else, which means: from the beginning.
    init?(_ text: String) {
        guard let json = try? JSONValue(parsing: text, limits: JSONLimits(depth: 4, bytes: 1024, values: 16)) else { return nil }
        guard case .integer(let until) = json["written_until"], case .integer(let since) = json["unfinished_since"] else { return nil }
        // A time that was made up must not overflow anything later.
        guard abs(until) < 1 << 52, abs(since) < 1 << 52 else { return nil }
        self.init(writtenUntil: Timestamp(milliseconds: until), unfinishedSince: Timestamp(milliseconds: since))
    }
}
