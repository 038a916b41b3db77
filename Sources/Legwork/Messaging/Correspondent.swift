import LegworkCore

/// Who sends a message, with what is needed to find those it calls by their relation.
struct Correspondent: Sendable {
    var sender: TaskMessage.Sender
    /// The task that made the sender.
    var parent: TaskID?

    init(_ sender: TaskMessage.Sender, parent: TaskID? = nil) {
        self.sender = sender
        self.parent = parent
    }

    /// A task that sends.
    init(_ record: TaskRecord) {
        let name = record.name ?? record.lineage.agent ?? record.tool
        self.init(.init(owner: record.owner, task: record.id, name: name), parent: record.lineage.parent)
    }
}
