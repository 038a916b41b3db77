/// Who waits for how long, when all wait equally long. Pure.
///
/// Most leave soon, and in any order: a place that was left is empty until all before it are, so that nothing is searched and little moved.
struct MCPPatienceQueue<Element> {
    private var places: [(element: Element, due: Duration)?] = []
    /// The first place that is taken.
    private var head = 0
    /// The number of the first place that is held.
    private var base = 0

    /// When the first is due; nil when nobody waits.
    var nextDue: Duration? { head < places.count ? places[head]?.due : nil }

    /// How many places are held, empty ones too.
    var capacity: Int { places.count }

    /// Takes a place at the end.
    ///
    /// - Parameter due: not sooner than of those before.
    /// - Returns: its number.
    mutating func append(_ element: Element, due: Duration) -> Int {
        places.append((element, due))
        return base + places.count - 1
    }

    /// Leaves a place; one that is empty already stays so.
    mutating func remove(_ number: Int) -> Element? {
        let index = number - base
        guard index >= head, index < places.count else { return nil }
        defer { shrink() }
        return places[index].take()?.element
    }

    /// Takes out the first, when it is due.
    mutating func takeFirst(dueAt now: Duration) -> Element? {
        guard let nextDue, nextDue <= now else { return nil }
        return remove(base + head)
    }

    private mutating func shrink() {
        while head < places.count, places[head] == nil { head += 1 }
        // What is moved was left often enough before to be paid for.
        guard head == places.count || head >= 32 && head > places.count / 2 else { return }
        base += head
        places.removeFirst(head)
        head = 0
    }
}
