import Testing

@testable import Legwork

@Suite("A queue of deadlines")
struct DeadlineQueueTests {
    @Test(
        "gives the earliest first, those of one time in the order they came, and forgets what is removed",
        arguments: 0..<20 as Range<UInt64>
    )
    func model(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var queue = DeadlineQueue<Int>()
        // Sorted by deadline, then by arrival, as the payloads are.
        var model: [(deadline: Int, payload: Int)] = []
        var tickets: [DeadlineQueue<Int>.Ticket] = []
        var now = 0
        for _ in 0..<2000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                // Few times, so that many are the same; some have passed already.
                let deadline = now + Int.random(in: -2...20, using: &random)
                let payload = tickets.count
                tickets.append(queue.insert(payload, at: .seconds(deadline)))
                let place = model.firstIndex { $0.deadline > deadline } ?? model.count
                model.insert((deadline, payload), at: place)
            case 5..<8:
                // Also those that have left, or were removed before.
                guard let payload = tickets.indices.randomElement(using: &random) else { continue }
                let place = model.firstIndex { $0.payload == payload }
                #expect(queue.remove(tickets[payload]) == (place != nil))
                if let place { model.remove(at: place) }
            default:
                now += Int.random(in: 0...3, using: &random)
                let due = model.prefix { $0.deadline <= now }.map(\.payload)
                #expect(queue.takeDue(at: .seconds(now)) == due)
                model.removeFirst(due.count)
            }
            #expect(queue.count == model.count)
            #expect(queue.earliest == model.first.map { .seconds($0.deadline) })
        }
        #expect(queue.takeDue(at: .seconds(1_000_000)) == model.map(\.payload))
        #expect(queue.earliest == nil)
    }
}
