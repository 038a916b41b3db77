import LegworkCore

/// Redirects and the outbox.
extension Player {
    static let channels = ["ops", "mail"]

    mutating func redirect(_ record: inout TaskRecord) {
        let statuses = Set(Redirect.tellable.filter { _ in random.once(in: 2) })
        let redirect = Redirect(to: random.pick(Self.channels), target: random.once(in: 3) ? "room" : nil, on: statuses)
        if random.once(in: 5) { _ = record.removeRedirect(random.number(1...3)) } else { _ = record.add(redirect) }
    }

    mutating func deliver() async throws {
        let due = DueDeliveryQuery(
            channel: random.pick(Self.channels),
            now: now + .milliseconds(random.number(-3000...3000)),
            limit: random.number(1...4)
        )
        let found = try await pair.ask("what is due \(due)") { try await $0.dueDeliveries(due) }?.deliveries ?? []
        for delivery in found { deliveries[delivery.id, default: []].append(delivery) }
        // Now and then one that somebody else has changed meanwhile.
        let known = deliveries.keys.sorted()
        guard let id = random.once(in: 3) ? random.perhaps(known, nilOnceIn: 9) : found.first?.id, let versions = deliveries[id],
            let newest = versions.last
        else { return }
        let base = random.once(in: 5) ? random.pick(versions) : newest
        var next = base
        switch random.number(0...5) {
        case 0: next.took(random.once(in: 2) ? nil : ["ts": "1"], at: now)
        case 1...2: next.arrived(nil, at: now)
        case 3: next.postponed(until: now + .milliseconds(random.number(0...9000)), "away", counts: random.once(in: 2), at: now)
        case 4: next.gaveUp("no", at: now)
        case _: next.replayed(at: now)
        }
        let change = DeliveryChange(next, replacing: base.version)
        switch try await pair.ask("the change of \(id)", { try await $0.commit(change) }) {
        case .applied: deliveries[id]?.append(next)
        case .stale(let stored?): deliveries[id]?.append(stored)
        case .stale(nil): deliveries[id] = nil
        case nil: break
        }
    }

    mutating func readDeliveries() async throws {
        var query = DeliveryQuery(in: anyScope(), limit: random.number(1...9))
        if random.once(in: 3) { query.task = random.perhaps(ids, nilOnceIn: 9) }
        if random.once(in: 3) { query.channel = random.pick(Self.channels) }
        if random.once(in: 2) { query.states = Set(Delivery.State.allCases.filter { _ in random.once(in: 2) }) }
        let asked = query
        try await pair.ask("the deliveries \(asked)") { try await $0.deliveries(asked).deliveries }
        let scope = anyScope()
        try await pair.ask("how the channels stand") { try await $0.channelStandings(scope) }
        guard random.once(in: 8), case .owner = asked.scope else { return }
        try await pair.ask("the deletion of \(asked)") { try await $0.delete(asked) }
    }
}
