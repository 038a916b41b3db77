import LegworkCore

extension Writer {
    /// Puts deliveries into the outbox; those that are there already stay as they are.
    func put(_ deliveries: [EncodedDelivery]) throws(StoreError) {
        for encoded in deliveries {
            let delivery = encoded.delivery
            try connection.run(
                """
                INSERT INTO deliveries (position, id, task, owner, channel, target, maximum_characters, created_at, content, state, due_at,
                tries, sent, receipt, problem, updated_at, version)
                VALUES (\(numbers.deliveries.take()), \(delivery.id.description), \(delivery.task.description), \(delivery.owner.name),
                \(delivery.channel), \(delivery.target), \(delivery.maximumCharacters), \(delivery.createdAt.milliseconds),
                \(encoded.content), \(delivery.state.rawValue), \(delivery.dueAt.milliseconds), \(delivery.tries), \(delivery.sent),
                \(encoded.receipt), \(delivery.problem), \(delivery.updatedAt.milliseconds), \(delivery.version))
                ON CONFLICT (id) DO NOTHING
                """
            )
        }
    }

    /// Takes a delivery that is still to be sent out of the outbox.
    func withdraw(_ id: DeliveryID) throws(StoreError) {
        try connection.run("DELETE FROM deliveries WHERE id = \(id.description) AND state = 'pending'")
    }

    func commit(_ change: DeliveryChange, _ encoded: EncodedDelivery) throws(StoreError) -> DeliveryCommitResult {
        let delivery = change.delivery
        let id = delivery.id.description
        var standing: (version: Int64, isSame: Bool)?
        try connection.each(
            """
            SELECT version, channel = \(delivery.channel) AND target IS \(delivery.target)
            AND maximum_characters IS \(delivery.maximumCharacters) AND created_at = \(delivery.createdAt.milliseconds)
            AND owner = \(delivery.owner.name) FROM deliveries WHERE id = \(id)
            """
        ) { row in standing = (row.rawInteger(0), row.rawInteger(1) != 0) }
        guard let standing, standing.version == Int64(change.expectedVersion) else { return .stale(try soundDelivery(id)) }
        guard standing.isSame else {
            throw StoreError(.invalid, "the channel, target and content of \(id) are fixed; commit the delivery with those it has")
        }
        try connection.run(
            """
            UPDATE deliveries SET state = \(delivery.state.rawValue), due_at = \(delivery.dueAt.milliseconds), tries = \(delivery.tries),
            sent = \(delivery.sent), receipt = \(encoded.receipt), problem = \(delivery.problem),
            updated_at = \(delivery.updatedAt.milliseconds), version = \(delivery.version) WHERE id = \(id)
            """
        )
        // What has arrived of a task that is deleted goes as it would have gone with it.
        if delivery.state == .delivered,
            try connection.integer("SELECT position FROM tasks WHERE id = \(delivery.task.description)") == nil
        {
            try connection.run("DELETE FROM deliveries WHERE id = \(id)")
        }
        return .applied
    }

    func delete(_ query: DeliveryQuery) throws(StoreError) -> Int {
        let found = try DeliverySearch(query).run(connection) { (_) throws(StoreError) in }
        for place in found.places { try connection.run("DELETE FROM deliveries WHERE position = \(place)") }
        return found.places.count
    }

    /// The delivery of an id; nil when there is none, or when it is damaged and had to be set aside.
    private func soundDelivery(_ id: String) throws(StoreError) -> Delivery? {
        var found: Delivery?
        var damaged: (place: Int64, damage: RowDamage)?
        try connection.each("SELECT \(trusted: Delivery.columns) FROM deliveries WHERE id = \(id)") { row in
            do throws(RowDamage) { found = try Delivery(row) } catch { damaged = (row.rawInteger(0), error) }
        }
        if let damaged { try setAsideDelivery(damaged.place, damaged.damage) }
        return found
    }
}
