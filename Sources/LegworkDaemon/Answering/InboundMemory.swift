import LegworkCore

/// What was answered to webhooks that came in, so that the same one again is answered alike and does nothing. Pure, and bounded.
struct InboundMemory: Sendable {
    /// How many answers are kept; of more, the oldest are forgotten, and then only their time keeps them out.
    static let capacity = 4096

    /// What becomes of a webhook.
    enum Admission: Sendable, Hashable {
        /// It is new: act, and say what came of it.
        case act
        /// It was answered so.
        case answered(JSONValue)
        /// It is just being acted upon.
        case busy
    }

    private struct Entry {
        let number: Int
        var answer: JSONValue?
    }

    private var known: [String: Entry] = [:]
    private var order: [(id: String, number: Int)] = []
    private var first = 0
    private var numbers = 0

    /// A webhook has come.
    mutating func admit(_ id: String) -> Admission {
        if let seen = known[id] { return seen.answer.map(Admission.answered) ?? .busy }
        numbers += 1
        known[id] = Entry(number: numbers, answer: nil)
        order.append((id, numbers))
        if order.count - first > Self.capacity {
            let oldest = order[first]
            // One that was forgotten and came again has another number, and stands further behind.
            if known[oldest.id]?.number == oldest.number { known[oldest.id] = nil }
            first += 1
            if first == Self.capacity {
                order.removeFirst(first)
                first = 0
            }
        }
        return .act
    }

    /// It was acted upon.
    mutating func settle(_ id: String, _ answer: JSONValue) { known[id]?.answer = answer }

    /// Nothing was done, so it may come again.
    mutating func forget(_ id: String) { known[id] = nil }
}
