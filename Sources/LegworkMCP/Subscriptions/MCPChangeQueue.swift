/// What has changed and has not been told yet: each thing once, in the order in which it changed first. Pure.
struct MCPChangeQueue<Topic: Hashable & Sendable>: Sendable {
    private var order: [Topic] = []
    private var known: Set<Topic> = []

    /// Takes a change.
    mutating func add(_ topic: Topic) {
        if known.insert(topic).inserted { order.append(topic) }
    }

    /// Forgets what nobody wants to hear of any more.
    mutating func remove(_ topic: Topic) {
        if known.remove(topic) != nil { order.removeAll { $0 == topic } }
    }

    /// Gives what has changed, and begins anew.
    mutating func take() -> [Topic] {
        defer { (order, known) = ([], []) }
        return order
    }
}
