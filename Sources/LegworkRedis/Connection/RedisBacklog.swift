/// The orders that wait to be sent, in order, and how many there may be. A pure value.
struct RedisBacklog {
    /// The most commands in one round trip, and the most bytes; one order may exceed either.
    static let batchCommands = 512
    static let batchBytes = 1 << 20

    private let limit: Int
    private let byteLimit: Int
    /// Those before `head` were taken out; a place that was left holds nothing, for an order may be large.
    private var orders: [RedisOrder?] = []
    private var head = 0
    private(set) var commands = 0
    private(set) var bytes = 0
    /// What is out to be sent while Redis is away, and will come back: else each try to reach it would let in as many again.
    private var away: (commands: Int, bytes: Int)?

    init(limit: Int, bytes: Int) {
        self.limit = limit
        byteLimit = bytes
    }

    var isEmpty: Bool { head == orders.count }

    /// When the oldest order has waited long enough. Later ones never have an earlier end.
    var nextDeadline: ContinuousClock.Instant? { first?.deadline }

    private var first: RedisOrder? { isEmpty ? nil : orders[head] }

    /// Takes an order in, or says why not.
    mutating func add(_ order: RedisOrder) -> RedisError? {
        if order.bytes > byteLimit {
            return RedisError(.tooLarge, "a command of \(order.bytes) bytes exceeds the limit of \(byteLimit); raise queueBytes")
        }
        let (commands, bytes) = (commands + (away?.commands ?? 0), bytes + (away?.bytes ?? 0))
        // An order of many commands is let in when nothing else waits, whatever the limit.
        if commands > 0, commands + order.commands.count > limit {
            return RedisError(
                .queueFull,
                "\(commands) commands wait for Redis already, and \(limit) may; try again later or raise queueLimit"
            )
        }
        if bytes + order.bytes > byteLimit {
            return RedisError(
                .queueFull,
                "\(bytes) bytes wait for Redis already, and \(byteLimit) may; try again later or raise queueBytes"
            )
        }
        orders.append(order)
        count(order, by: 1)
        return nil
    }

    /// Takes out what goes into one round trip; without what nobody waits for any more.
    mutating func takeBatch() -> [RedisOrder] {
        var (batch, count, size): ([RedisOrder], Int, Int) = ([], 0, 0)
        while let order = first {
            if !order.isOver {
                count += order.commands.count
                size += order.bytes
                if !batch.isEmpty, count > Self.batchCommands || size > Self.batchBytes { break }
                batch.append(order)
            }
            remove(order)
        }
        if away != nil { away = (batch.reduce(0) { $0 + $1.commands.count }, batch.reduce(0) { $0 + $1.bytes }) }
        return batch
    }

    /// Redis is there: what is taken out does not come back.
    mutating func reached() { away = nil }

    /// Puts orders back to the front, in their order.
    mutating func putBack(_ batch: [RedisOrder]) {
        orders.replaceSubrange(..<head, with: batch)
        head = 0
        for order in batch { count(order, by: 1) }
        away = (0, 0)
    }

    /// Takes out those that have waited long enough.
    mutating func takeOverdue(at now: ContinuousClock.Instant) -> [RedisOrder] {
        var overdue: [RedisOrder] = []
        while let order = first, order.deadline <= now {
            overdue.append(order)
            remove(order)
        }
        return overdue
    }

    /// Takes out all.
    mutating func takeAll() -> [RedisOrder] {
        defer { (orders, head, commands, bytes) = ([], 0, 0, 0) }
        return orders[head...].compactMap(\.self)
    }

    /// Takes the first order out.
    private mutating func remove(_ order: RedisOrder) {
        count(order, by: -1)
        orders[head] = nil
        head += 1
        if head == orders.count || (head > 1024 && head > orders.count / 2) {
            orders.removeFirst(head)
            head = 0
        }
    }

    private mutating func count(_ order: RedisOrder, by sign: Int) {
        commands += sign * order.commands.count
        bytes += sign * order.bytes
    }
}
