import LegworkCore
import Synchronization

extension ChannelPost {
    /// Sends the messages of a delivery that are left, and records each.
    ///
    /// - Returns: the deliveries that have come to their end.
    func deliver(_ delivery: Delivery, _ engine: Engine) async -> [Delivery] {
        let outgoing = OutgoingDelivery(
            delivery.content,
            maximumCharacters: delivery.maximumCharacters,
            for: entry,
            engine.configuration
        )
        let due = delivery.dueAt
        var delivery = delivery
        // What is laid out otherwise since, and shorter, may have been sent already.
        while delivery.sent < outgoing.count {
            guard state.withLock({ !$0.isStopping }) else { return [] }
            if engine.store.isShared {
                guard let claimed = await claim(delivery, engine) else { return [] }
                delivery = claimed
            }
            let piece = await piece(of: delivery, outgoing, engine)
            guard let call = begin(piece, of: delivery) else { return [] }
            let answer = await call.answer(within: entry.timeLimit, engine.deadlines)
            state.withLock { $0.calls[delivery.id] = nil }
            switch answer {
            case .success(let receipt)?:
                guard let next = await took(receipt, delivery, of: outgoing.count, due, engine) else { return [] }
                if next.state == .delivered { return [next] }
                delivery = next
                let now = engine.clock.uptime
                guard state.withLock({ !$0.isStopping && $0.lane.goOn(delivery.id, at: now) }) else { return [] }
            case .failure(let error)?: return await failed(delivery, error, due, engine)
            case nil: return await overdue(delivery, call, of: outgoing.count, due, engine)
            }
        }
        return await record(delivery, engine) { $0.arrived($0.receipt, at: $1) }.map { [$0] } ?? []
    }

    /// Begins a call, unless nothing new is to be begun: who stops finds each call that there is.
    private func begin(_ piece: DeliveryPiece, of delivery: Delivery) -> PieceCall? {
        state.withLock { state in
            if state.isStopping { return nil }
            let call = PieceCall(entry.channel, piece)
            state.calls[delivery.id] = call
            return call
        }
    }

    private func piece(of delivery: Delivery, _ outgoing: OutgoingDelivery, _ engine: Engine) async -> DeliveryPiece {
        var attachment: MessageAttachment?
        if let limit = outgoing.attachmentLimit(at: delivery.sent) {
            // Without it, what the delivery itself knows is attached.
            let record = try? await engine.store.task(TaskLookup(delivery.task, in: .operator))
            attachment = MessageAttachment(of: delivery.content, record, atMost: limit)
        }
        return outgoing.piece(
            delivery.sent,
            of: delivery.id.description,
            delivery.content,
            target: delivery.target,
            attachment: attachment,
            previous: delivery.receipt,
            now: engine.clock.now
        )
    }

    // MARK: - What came of a message

    private func took(
        _ receipt: PieceReceipt,
        _ delivery: Delivery,
        of count: Int,
        _ due: Timestamp,
        _ engine: Engine
    ) async -> Delivery? {
        change(engine) { state, now in
            state.lane.took(delivery.id, pause: receipt.pause, at: now)
            state.figures.messages += 1
        }
        let isTooLong = receipt.receipt?.excess(bytes: Delivery.maximumReceiptBytes) != nil
        if isTooLong { engine.problem("what the channel '\(entry.name)' said of \(delivery.id) is too long to be kept") }
        let said = isTooLong ? nil : receipt.receipt
        let isLast = delivery.sent + 1 >= count
        let next = await record(delivery, engine) { delivery, now in
            if isLast { delivery.arrived(said, at: now) } else { delivery.took(said, at: now) }
            delivery.dueAt = due
        }
        if isLast, next != nil { state.withLock { $0.figures.delivered += 1 } }
        return next
    }

    private func failed(_ delivery: Delivery, _ error: ChannelError, _ due: Timestamp, _ engine: Engine) async -> [Delivery] {
        let chance = engine.configuration.chance()
        var delivery = delivery
        // Not as long as other processes were to leave it alone.
        delivery.dueAt = due
        let verdict = change(engine) { state, now in
            state.figures.failures[error.code, default: 0] += 1
            return state.lane.failed(delivery, error, at: now, engine.clock.now, chance: chance)
        }
        switch verdict {
        case .keep(let counts):
            _ = await record(delivery, engine) { $0.postponed(until: due, error.message, counts: counts, at: $1) }
            return []
        case .postpone(let pause):
            _ = await record(delivery, engine) { $0.postponed(until: $1 + pause, error.message, at: $1) }
            return []
        case .giveUp: return await giveUp(delivery, error.message, engine).map { [$0] } ?? []
        case .expire:
            let words = "it could not be delivered in time; the last time: \(error.message)"
            guard let dead = await giveUp(delivery, words, engine) else { return [] }
            return [dead] + (await expireOthers(words, engine))
        }
    }

    private func giveUp(_ delivery: Delivery, _ words: String, _ engine: Engine) async -> Delivery? {
        guard let dead = await record(delivery, engine, { $0.gaveUp(words, at: $1) }) else { return nil }
        engine.problem("\(dead.id) to the channel '\(entry.name)' is given up: \(words)")
        state.withLock { $0.figures.givenUp += 1 }
        return dead
    }

    /// Gives up what is too old as well, while the channel does not work.
    private func expireOthers(_ words: String, _ engine: Engine) async -> [Delivery] {
        guard state.withLock({ $0.lane.circuit.isOpen }) else { return [] }
        let now = engine.clock.now
        let query = DueDeliveryQuery(channel: entry.name, now: now, limit: 1000)
        guard let due = try? await engine.store.dueDeliveries(query).deliveries else { return [] }
        var dead: [Delivery] = []
        for delivery in due where engine.configuration.deliveryPolicy.isTooOld(delivery, at: now) {
            if state.withLock({ $0.lane.isSending(delivery.id) }) { continue }
            if let delivery = await giveUp(delivery, words, engine) { dead.append(delivery) }
        }
        return dead
    }

    /// The time of a call is over. Whatever it still does, the same is not sent again from here before it has ended; other processes leave it
    /// alone as long once more.
    private func overdue(
        _ delivery: Delivery,
        _ call: PieceCall,
        of count: Int,
        _ due: Timestamp,
        _ engine: Engine
    ) async -> [Delivery] {
        let isStopping = state.withLock { state in
            if !state.isStopping { state.lane.isOverdue(delivery.id) }
            return state.isStopping
        }
        // What is cut short now is sent at the next start.
        if isStopping { return [] }
        let error = ChannelError(.unavailable, "it took longer than \(entry.timeLimit.seconds) s")
        let ended = await failed(delivery, error, engine.store.isShared ? claimEnd(from: engine.clock.now) : due, engine)
        Task {
            if case .success(let receipt) = await call.lateAnswer {
                // It was recorded as failed meanwhile.
                let stored = try? await engine.store.deliveries(DeliveryQuery(in: .operator, id: delivery.id, limit: 1)).deliveries.first
                if let stored, stored.state == .pending, stored.sent == delivery.sent,
                    let next = await took(receipt, stored, of: count, due, engine), next.state == .delivered
                {
                    await engine.note(next)
                }
            }
            state.withLock { $0.lane.returned(delivery.id) }
            decideAgain()
        }
        return ended
    }

    // MARK: - Writing

    /// The channel took something that is no delivery.
    func works(_ engine: Engine) {
        change(engine) { state, _ in state.lane.worked() }
        decideAgain()
    }

    /// Changes the state, and says so when the channel stops working or works again.
    @discardableResult
    func change<Value>(_ engine: Engine, _ body: (inout State, Duration) -> sending Value) -> sending Value {
        let now = engine.clock.uptime
        var before = ChannelReport.State.ok
        var (after, problem): (ChannelReport.State, String?) = (.ok, nil)
        let value = state.withLock { state in
            before = state.lane.circuit.state
            let value = body(&state, now)
            (after, problem) = (state.lane.circuit.state, state.lane.circuit.problem)
            return value
        }
        guard before != after else { return value }
        switch after {
        case .ok: engine.problem("the channel '\(entry.name)' works again")
        case .waiting: engine.problem("the channel '\(entry.name)' does not work, what is for it waits: \(problem ?? "")")
        case .blocked: engine.problem("the channel '\(entry.name)' takes nothing until somebody mends it: \(problem ?? "")")
        }
        return value
    }

    /// Writes the next version of a delivery, until the store takes it.
    ///
    /// - Returns: that version; nil when there is nothing more to do for it here.
    private func record(
        _ delivery: Delivery,
        _ engine: Engine,
        _ body: @escaping @Sendable (inout Delivery, Timestamp) -> Void
    ) async -> Delivery? {
        switch await engine.record(delivery, body) {
        case .written(let next): return next
        case .gone: return nil
        case .refused:
            state.withLock { $0.lane.setAside(delivery.id) }
            return nil
        }
    }
}
