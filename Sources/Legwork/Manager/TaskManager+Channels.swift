public import LegworkCore

extension TaskManager {
    /// Lists the channels that somebody may use, in the order of their names, and how they stand.
    ///
    /// - Parameter caller: who asks; what waits is counted of his own tasks only. Nil is the operator, who sees all, and also channels that the
    ///   configuration has no more while something waits for them.
    /// - Throws: ``StoreError``.
    public func channels(for caller: Caller?) async throws -> [ChannelReport] {
        let standings = try await engine.store.channelStandings(caller.map(\.scope) ?? .operator)
        let book = engine.channels
        var reports = (caller.map(book.names(for:)) ?? book.names).compactMap { name in
            book[name].map { entry in
                let (state, problem) = engine.dispatcher.state(of: name)
                return ChannelReport(
                    name: name,
                    kind: entry.kind,
                    isDefault: book.isDefault(name, for: caller),
                    state: state,
                    problem: problem
                )
            }
        }
        if caller == nil {
            reports += standings.filter { book[$0.channel] == nil }.map {
                ChannelReport(
                    name: $0.channel,
                    kind: "",
                    isDefault: false,
                    state: .blocked,
                    problem: DeliveryDispatcher.noChannel($0.channel)
                )
            }
        }
        for index in reports.indices {
            guard let standing = standings.first(where: { $0.channel.isExactly(reports[index].name) }) else { continue }
            reports[index].pending = standing.pending
            reports[index].dead = standing.dead
            reports[index].oldestPending = standing.oldestPending
        }
        return reports.sorted { $0.name < $1.name }
    }

    /// Puts other channels and rules in the place of those that the manager has.
    ///
    /// What waits is sent by the new channels, and what waits for one that is there no more is given up. A message that is being sent has five
    /// seconds to arrive; after that it is sent again, under the same id.
    public func configure(channels: [ChannelEntry], redirectRules: [RedirectRule]) {
        engine.dispatcher.replace(with: ChannelBook(channels, redirectRules), engine)
    }

    /// Sends a message to a channel now, beside all that waits, to see whether it works.
    ///
    /// - Parameters:
    ///   - name: the channel.
    ///   - caller: who wants it; nil is the operator, who may use all.
    /// - Returns: what the other side said.
    /// - Throws: ``TaskManagerError/Code/noChannel``; ``TaskManagerError/Code/deliveryFailed`` with what the channel said.
    @discardableResult
    public func testChannel(_ name: String, as caller: Caller?) async throws -> PieceReceipt {
        let entry =
            if let caller {
                try engine.channels.entry(name, for: caller)
            } else {
                try engine.channels.entry(name)
            }
        return try await engine.dispatcher.test(entry, for: caller?.owner ?? "operator", engine)
    }

    /// Reads deliveries in the order in which they were written.
    ///
    /// - Throws: ``StoreError``.
    public func deliveries(_ query: DeliveryQuery) async throws -> DeliveryPage { try await engine.store.deliveries(query) }

    /// Has a delivery sent again: one that was given up from where it stood, one that has arrived as a whole, one that waits at once.
    ///
    /// - Returns: the delivery; nil when there is none in the scope.
    /// - Throws: ``TaskManagerError/Code/noChannel`` when the configuration has its channel no more; ``StoreError``.
    @discardableResult
    public func replay(_ id: DeliveryID, in scope: Scope) async throws -> Delivery? {
        var stored = try await engine.store.deliveries(DeliveryQuery(in: scope, id: id, limit: 1)).deliveries.first
        for _ in 0..<1000 {
            guard let delivery = stored, scope.includes(delivery.owner) else { return nil }
            guard engine.channels[delivery.channel] != nil else {
                throw TaskManagerError(.noChannel, DeliveryDispatcher.noChannel(delivery.channel))
            }
            var next = delivery
            next.replayed(at: engine.clock.now)
            switch try await engine.store.commit(DeliveryChange(next, replacing: delivery.version)) {
            case .applied:
                engine.dispatcher.wake(delivery.channel)
                return next
            case .stale(let current): stored = current
            }
        }
        throw TaskManagerError(.conflict, "delivery \(id) keeps changing; try again")
    }

    /// Deletes deliveries, whatever became of them, at most as many as the query's limit. A message that is being sent at this moment arrives
    /// all the same.
    ///
    /// - Returns: how many there were.
    /// - Throws: ``StoreError``.
    @discardableResult
    public func drop(_ query: DeliveryQuery) async throws -> Int {
        let count = try await engine.store.delete(query)
        // Others may have waited behind them.
        if count > 0 { engine.dispatcher.wakeAll() }
        return count
    }

    /// What was sent since this manager was made.
    public var deliveryFigures: DeliveryFigures { engine.dispatcher.figures }
}
