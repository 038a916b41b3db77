/// What a reader of an inbox does next.
enum InboxTurn: Sendable, Hashable {
    /// Look: give back the messages up to this place, and take the next.
    case take(acknowledging: Int)
    /// Nothing: the attempt is over.
    case over
    /// Nothing: the time is over.
    case timeUp
    /// Nothing: the reader was cancelled.
    case cancelled
}

/// The rules of an attempt that reads its inbox: who looks next, what that acknowledges, and who waits. Pure.
///
/// One reader looks at a time. Those who find nothing wait until there may be something, and the one who has waited longest looks first.
struct InboxReading<Reader: Sendable>: Sendable {
    /// A reader that has waited, and what it does now.
    struct Wake: Sendable {
        var reader: Reader
        var turn: InboxTurn
    }

    private struct Waiting: Sendable {
        var key: Int
        var reader: Reader
    }

    private var nextKey = 0
    private var waiting: [Waiting] = []
    /// The readers that are here, and what those do that were told to leave before they began to wait.
    private var entered: [Int: InboxTurn?] = [:]
    private var isLooking = false
    /// Whether the store could not be read, and is left alone for a while.
    private var isPausing = false
    /// Whether there may be a message that nobody has looked for.
    private var hasNews = true
    private(set) var isOver = false
    /// The place of the last message that was given, and of the last one that was acknowledged.
    private(set) var given = 0
    private var acknowledged = 0
    private var toolHasReturned = false

    /// What the end of the task acknowledges: a tool that returned has dealt with what it was given.
    var dealtWith: Int { toolHasReturned ? given : acknowledged }

    /// Whether a message was given that is not acknowledged.
    var isOwing: Bool { given > acknowledged }

    private var mayLook: Bool { !isLooking && !isPausing && (hasNews || isOwing) }

    /// A name for a reader, by which it can be told to leave.
    mutating func enter() -> Int {
        nextKey += 1
        entered[nextKey] = .some(nil)
        return nextKey
    }

    /// Forgets a reader that has had its turn.
    mutating func exit(_ key: Int) { entered[key] = nil }

    /// A reader wants to look.
    ///
    /// - Parameters:
    ///   - isFirst: whether it has not looked yet; it then does, for nobody else may have.
    ///   - mayWait: whether there is time to wait.
    /// - Returns: nil when it has to wait.
    mutating func ask(_ key: Int, _ reader: Reader, isFirst: Bool, mayWait: Bool = true) -> InboxTurn? {
        if case .some(.some(let turn)) = entered[key] { return turn }
        if isOver { return .over }
        if isFirst { hasNews = true }
        if mayLook, isFirst || mayWait { return look() }
        guard mayWait else { return .timeUp }
        waiting.append(Waiting(key: key, reader: reader))
        return nil
    }

    private mutating func look() -> InboxTurn {
        isLooking = true
        hasNews = false
        return .take(acknowledging: given)
    }

    private mutating func wake() -> Wake? {
        guard mayLook, !waiting.isEmpty else { return nil }
        return Wake(reader: waiting.removeFirst().reader, turn: look())
    }

    /// A reader has looked.
    ///
    /// - Parameters:
    ///   - place: the message's, if there was one.
    ///   - acknowledging: what that acknowledged.
    ///   - mayBeMore: whether there may be another message.
    mutating func looked(found place: Int?, acknowledging: Int, mayBeMore: Bool) -> Wake? {
        isLooking = false
        acknowledged = max(acknowledged, acknowledging)
        given = max(given, place ?? 0)
        hasNews = hasNews || mayBeMore
        return wake()
    }

    /// The store could not be read; ``pauseOver()`` follows.
    mutating func failed() {
        isLooking = false
        isPausing = true
        hasNews = true
    }

    /// The store may be read again.
    mutating func pauseOver() -> Wake? {
        isPausing = false
        return wake()
    }

    /// A message may have come.
    mutating func arrived() -> Wake? {
        hasNews = true
        return wake()
    }

    /// Tells a reader to stop waiting.
    ///
    /// - Returns: the reader, if it waits.
    mutating func leave(_ key: Int, _ turn: InboxTurn) -> Wake? {
        guard let index = waiting.firstIndex(where: { $0.key == key }) else {
            if entered[key] != nil { entered[key] = .some(turn) }
            return nil
        }
        return Wake(reader: waiting.remove(at: index).reader, turn: turn)
    }

    /// The tool has returned.
    mutating func toolReturned() { toolHasReturned = true }

    /// The attempt is over.
    ///
    /// - Returns: all who wait.
    mutating func end() -> [Wake] {
        isOver = true
        defer { waiting = [] }
        return waiting.map { Wake(reader: $0.reader, turn: .over) }
    }
}
