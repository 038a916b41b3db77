import LegworkCore

/// What is sent to one channel, how much at once, and when to look again. Pure.
///
/// What does not work because the channel does not holds up the channel and keeps its place, so that what waits arrives in order. Only what
/// does not work while something else does is put off by itself: when the first in the line has failed so often that the channel is taken
/// for dead, the second is tried too, and after the next try the third, until one arrives: then it was the fault of those before it.
struct DeliveryLane: Sendable {
    /// How many calls that did not end in time, though they were told to, are borne before nothing more is sent.
    static let maximumOverdue = 8
    /// How many beside the first are tried in turn while the channel does not work, before the turn begins anew.
    static let maximumOpinions = 100
    /// How long to wait before a look that found nothing that can be sent, though something was due, and after a fault of the store.
    static let pauseAfterFault = Duration.seconds(1)

    /// What to do now.
    enum Step: Sendable, Hashable {
        /// Read so many of those that are due, and call ``take(_:next:at:)``.
        case look(limit: Int)
        /// Wait until a time, or until something happens.
        case rest(until: Duration?)
    }

    /// What becomes of a delivery that was not taken.
    enum Verdict: Sendable, Hashable {
        /// It is tried again when the channel is, in its place.
        case keep(counts: Bool)
        /// It is tried again later, and others before it.
        case postpone(Duration)
        /// It is given up.
        case giveUp
        /// It is given up because it is too old.
        case expire
    }

    private let concurrency: Int
    private let interval: Duration
    private let policy: DeliveryPolicy
    private(set) var circuit: ChannelCircuit
    /// What is being sent.
    private var sending: Set<DeliveryID> = []
    /// Of which a call did not end in time, so that they must not be sent once more yet.
    private var overdue: Set<DeliveryID> = []
    /// Of which nothing can be recorded.
    private var unrecorded: Set<DeliveryID> = []
    /// What was being sent when the look began that goes on, and is not any more: the look may find it as it was before.
    private var leftSinceLook: Set<DeliveryID> = []
    /// Of which some messages are sent and the others have to wait: nothing comes between.
    private var begun: DeliveryID?
    /// The first in the line while the channel does not work, and how often it has failed.
    private var suspect: (id: DeliveryID, failures: Int)?
    /// Whether another is to be tried because the suspect may be the one at fault; which is; and which were, and did not work either.
    private var wantsOpinion = false
    private var opinion: DeliveryID?
    private var doubted: Set<DeliveryID> = []
    /// Those that failed while others were taken.
    private var difficult: Set<DeliveryID> = []
    /// When the next message may begin.
    private var nextStart = Duration.zero
    private var mustLook = true
    private var nextLook: Duration?
    private var storeFailsUntil = Duration.zero

    init(concurrency: Int, interval: Duration, _ policy: DeliveryPolicy) {
        self.concurrency = max(1, concurrency)
        self.interval = max(.zero, interval)
        self.policy = policy
        circuit = ChannelCircuit(policy)
    }

    // MARK: - What is next

    /// Something may be due that was not.
    mutating func lookAgain() { mustLook = true }

    /// Decides what to do.
    mutating func step(at now: Duration) -> Step {
        guard overdue.count < Self.maximumOverdue else { return .rest(until: nil) }
        if wantsOpinion {
            if let time = circuit.quietEnd(at: now) { return .rest(until: time) }
        } else if case .after(let time) = circuit.permission(at: now) {
            return .rest(until: time)
        }
        let room = room(at: now)
        guard room > 0 else { return .rest(until: nil) }
        let start = max(nextStart, storeFailsUntil)
        guard now >= start else { return .rest(until: start) }
        guard mustLook || nextLook.map({ $0 <= now }) ?? false else { return .rest(until: nextLook) }
        // Not later: what is written while it is being looked is to be looked for again.
        mustLook = false
        leftSinceLook = []
        return .look(limit: room + sending.count + overdue.count + unrecorded.count + (wantsOpinion ? 1 + doubted.count : 0))
    }

    private func room(at now: Duration) -> Int {
        if wantsOpinion { return sending.isEmpty ? 1 : 0 }
        return switch circuit.permission(at: now) {
        case .all: concurrency - sending.count
        case .probe: sending.isEmpty ? 1 : 0
        case .after: 0
        }
    }

    /// Takes those that are to be sent now.
    ///
    /// - Parameters:
    ///   - due: what is due, in order.
    ///   - next: when the next one is due that is not among them.
    mutating func take(_ due: [Delivery], next: Duration?, at now: Duration) -> [Delivery] {
        let waiting = due.filter { !isSending($0.id) && !leftSinceLook.contains($0.id) }
        leftSinceLook = []
        var free = waiting.filter { !wantsOpinion || suspect?.id != $0.id && !doubted.contains($0.id) }
        if let begun, let index = free.firstIndex(where: { $0.id == begun }) { free.insert(free.remove(at: index), at: 0) }
        let taken = Array(free.prefix(interval > .zero ? min(1, room(at: now)) : room(at: now)))
        opinion = wantsOpinion ? taken.first?.id : nil
        if wantsOpinion, opinion == nil { doubted = [] }
        wantsOpinion = false
        begun = nil
        for delivery in taken { sending.insert(delivery.id) }
        if !taken.isEmpty { nextStart = now + interval }
        if waiting.count > taken.count { mustLook = true }
        nextLook = next
        // Whatever stands in the way, there is no sense in asking for it again at once.
        if taken.isEmpty, let next, next <= now { nextLook = now + Self.pauseAfterFault }
        return taken
    }

    /// What is due cannot be read, or not be taken for sending.
    mutating func lookFailed(at now: Duration) {
        mustLook = true
        storeFailsUntil = now + Self.pauseAfterFault
    }

    /// Whether the next message of a delivery may follow at once. If not, its turn comes again.
    mutating func goOn(_ id: DeliveryID, at now: Duration) -> Bool {
        guard now >= nextStart, case .all = circuit.permission(at: now) else {
            begun = id
            return false
        }
        nextStart = now + interval
        return true
    }

    // MARK: - What came of it

    /// A message was taken.
    ///
    /// - Parameter pause: how long the other side wants to hear nothing more.
    mutating func took(_ id: DeliveryID, pause: Duration, at now: Duration) {
        circuit.worked()
        circuit.rest(pause, at: now)
        let isSuspect = suspect?.id == id
        clear(id)
        if let suspect, concurrency > 1 || suspect.failures >= failuresToBlame { difficult.insert(suspect.id) }
        suspect = nil
        // When the first in the line arrives, nothing is known of those that were tried beside it.
        if !isSuspect { difficult.formUnion(doubted) }
        doubted = []
    }

    /// A message was not taken.
    ///
    /// - Parameters:
    ///   - now: the time since the start.
    ///   - time: the time of the wall clock, by which deliveries are too old.
    ///   - chance: a number of 0 to 1.
    mutating func failed(_ delivery: Delivery, _ error: ChannelError, at now: Duration, _ time: Timestamp, chance: Double) -> Verdict {
        let id = delivery.id
        let isOpinion = opinion == id
        if isOpinion { opinion = nil }
        guard error.code == .unavailable || error.code == .rateLimited else {
            if error.code == .rejected { circuit.worked() } else { circuit.failed(error, at: now, chance: chance) }
            clear(id)
            return .giveUp
        }
        let isTooOld = policy.isTooOld(delivery, at: time)
        if difficult.contains(id), error.code == .unavailable {
            if isTooOld { clear(id) }
            return isTooOld ? .expire : .postpone(policy.pause(after: delivery.tries + 1, chance: chance))
        }
        // While none arrives it is the channel's fault, not theirs.
        if isOpinion {
            circuit.rest(error.retryAfter ?? .zero, at: now)
            if doubted.count >= Self.maximumOpinions { doubted = [] }
            doubted.insert(id)
            return .keep(counts: false)
        }
        let wasOpen = circuit.isOpen
        circuit.failed(error, at: now, chance: chance)
        if isTooOld {
            clear(id)
            return .expire
        }
        if error.code == .unavailable {
            let failures = suspect?.id == id ? (suspect?.failures ?? 0) + 1 : 1
            suspect = (id, failures)
            wantsOpinion = failures >= failuresToBlame
        }
        return .keep(counts: !wasOpen)
    }

    /// How often something has to fail until it may be its own fault.
    private var failuresToBlame: Int { max(2, policy.failuresToOpen) }

    private mutating func clear(_ id: DeliveryID) {
        difficult.remove(id)
        doubted.remove(id)
        if suspect?.id == id { suspect = nil }
        if opinion == id { opinion = nil }
    }

    /// The channel worked for something that is no delivery.
    mutating func worked() {
        circuit.worked()
        mustLook = true
    }

    /// Whether a delivery is being sent, or a call of it has not ended.
    func isSending(_ id: DeliveryID) -> Bool { sending.contains(id) || overdue.contains(id) || unrecorded.contains(id) }

    /// A delivery is not being sent any more.
    mutating func left(_ id: DeliveryID) {
        sending.remove(id)
        leftSinceLook.insert(id)
        mustLook = true
    }

    /// A call did not end when its time was over: what it sends must not be sent once more yet, but holds up nothing else.
    mutating func isOverdue(_ id: DeliveryID) { overdue.insert(id) }

    /// A call that was overdue has ended.
    mutating func returned(_ id: DeliveryID) {
        overdue.remove(id)
        leftSinceLook.insert(id)
        mustLook = true
    }

    /// What was sent of a delivery cannot be recorded: it is left alone until the next start.
    mutating func setAside(_ id: DeliveryID) { unrecorded.insert(id) }
}
