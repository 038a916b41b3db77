/// A priority queue of deadlines: the earliest first. A pure value; entries can be removed wherever they are.
struct DeadlineQueue<Payload: Sendable>: Sendable {
    /// Names an entry for its removal.
    final class Ticket: Sendable {
        fileprivate let index = IndexBox()
        init() {}
    }

    /// An entry's place in the heap. Guarded by whoever guards the queue.
    fileprivate final class IndexBox: @unchecked Sendable {
        var value = -1
    }

    private struct Entry {
        var deadline: Duration
        /// Orders entries of one deadline by arrival.
        var arrival: UInt64
        var payload: Payload
        var ticket: Ticket
    }

    private var heap: [Entry] = []
    private var arrivals: UInt64 = 0

    /// The earliest deadline.
    var earliest: Duration? { heap.first?.deadline }
    var count: Int { heap.count }

    mutating func insert(_ payload: Payload, at deadline: Duration) -> Ticket {
        let ticket = Ticket()
        arrivals += 1
        heap.append(Entry(deadline: deadline, arrival: arrivals, payload: payload, ticket: ticket))
        ticket.index.value = heap.count - 1
        siftUp(heap.count - 1)
        return ticket
    }

    /// Removes an entry; an entry that has left already is no mistake.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    mutating func remove(_ ticket: Ticket) -> Bool {
        let index = ticket.index.value
        guard index >= 0 else { return false }
        take(at: index)
        return true
    }

    /// Takes the entries whose deadline has come, the earliest first.
    mutating func takeDue(at now: Duration) -> [Payload] {
        var due: [Payload] = []
        while let first = heap.first, first.deadline <= now {
            due.append(first.payload)
            take(at: 0)
        }
        return due
    }

    private mutating func take(at index: Int) {
        heap[index].ticket.index.value = -1
        let last = heap.removeLast()
        guard index < heap.count else { return }
        heap[index] = last
        last.ticket.index.value = index
        siftDown(index)
        siftUp(index)
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (heap[left].deadline, heap[left].arrival) < (heap[right].deadline, heap[right].arrival)
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        heap[left].ticket.index.value = left
        heap[right].ticket.index.value = right
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(child, parent) else { return }
            exchange(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, smallest) { smallest = child }
            guard smallest != parent else { return }
            exchange(parent, smallest)
            parent = smallest
        }
    }
}
