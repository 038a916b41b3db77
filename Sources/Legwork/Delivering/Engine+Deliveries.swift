import LegworkCore

extension Engine {
    /// What became of a change of a delivery.
    enum RecordedDelivery: Sendable {
        /// The delivery as it now stands.
        case written(Delivery)
        /// Somebody has dropped it, or it was sent otherwise.
        case gone
        /// It cannot be written, or the process ends.
        case refused
    }

    /// Writes the next version of a delivery that is pending, until the store takes it.
    func record(
        _ delivery: Delivery,
        _ body: @escaping @Sendable (inout Delivery, Timestamp) -> Void
    ) async -> RecordedDelivery {
        // The same at every try, by which it is seen that one was written though no answer said so.
        let now = clock.now
        let recorded = await insistently("what became of \(delivery.id) cannot be recorded") { [self] () throws(StoreError) in
            var current = delivery
            for _ in 0..<1000 {
                var next = current
                body(&next, now)
                switch try await store.commit(DeliveryChange(next, replacing: current.version)) {
                case .applied: return RecordedDelivery.written(next)
                case .stale(let stored?) where stored == next: return .written(next)
                // Such as one that somebody wants sent again at once.
                case .stale(let stored?) where stored.state == .pending && stored.sent == delivery.sent: current = stored
                case .stale: return .gone
                }
            }
            return .refused
        }
        return recorded ?? .refused
    }

    /// Has a delivery that was held back sent at once.
    ///
    /// - Returns: the delivery; nil when it is not held back, or not any more.
    @discardableResult
    func release(_ id: DeliveryID) async throws(StoreError) -> Delivery? {
        let found = try await store.deliveries(DeliveryQuery(in: .operator, id: id, limit: 1)).deliveries.first
        guard let delivery = found, delivery.isHeldBack else { return nil }
        var next = delivery
        next.replayed(at: clock.now)
        guard case .applied = try await store.commit(DeliveryChange(next, replacing: delivery.version)) else { return nil }
        dispatcher.wake(next.channel)
        return next
    }

    /// Takes what was held back out of the outbox, but for what somebody has asked for meanwhile.
    func withdraw(_ heldBack: [DeliveryID], of id: TaskID) async throws {
        try await update(id) { record in
            let asked = Set(record.redirects.filter { !$0.isStanding }.map(\.number))
            let superfluous = heldBack.filter { !asked.contains($0.redirect) }
            guard !superfluous.isEmpty else { return nil }
            record.touch(at: clock.now)
            return TaskRecord.Transition(withdrawing: superfluous)
        }
    }

    /// Says in a task's timeline what became of a delivery.
    func note(_ delivery: Delivery) async {
        let kind: TaskEvent.Kind
        var data: JSONObject = ["delivery": .string(delivery.id.description), "channel": .string(delivery.channel)]
        switch delivery.state {
        case .pending: return
        case .delivered:
            kind = .delivered
            data["messages"] = JSONValue(delivery.sent)
        case .dead: kind = .undelivered
        }
        let entry = JSONValue.object(data)
        _ = await insistently("what became of \(delivery.id) cannot be said in the timeline") { [self] in
            try await update(delivery.task) { record in
                let now = clock.now
                let event = record.newEvent(kind, at: now, text: kind == .undelivered ? delivery.problem : nil, data: entry)
                record.touch(at: now)
                return TaskRecord.Transition(events: [event])
            }
        }
    }
}
