import LegworkCore

extension Reader {
    func dueDeliveries(_ query: DueDeliveryQuery) throws(StoreError) -> DueDeliveries {
        try snapshot { () throws(StoreError) in
            // An older one of the same task for the same place goes first, however late it is due.
            let statement = try connection.statement(
                """
                SELECT \(trusted: Delivery.columns) FROM deliveries AS this INDEXED BY deliveries_due
                WHERE channel = \(query.channel) AND state = 'pending' AND NOT EXISTS (
                SELECT 1 FROM deliveries AS other INDEXED BY deliveries_by_task WHERE other.task = this.task
                AND other.position < this.position AND other.state = 'pending' AND other.channel = this.channel
                AND other.target IS this.target) ORDER BY due_at, position
                """
            )
            defer { statement.reset() }
            var answer = DueDeliveries([], next: nil)
            while try statement.step() {
                do throws(RowDamage) {
                    let delivery = try Delivery(statement.row)
                    guard delivery.dueAt <= query.now, answer.deliveries.count < query.limit else {
                        answer.next = delivery.dueAt
                        break
                    }
                    answer.deliveries.append(delivery)
                } catch {
                    noteDamage(.delivery(position: statement.row.rawInteger(0)))
                }
            }
            return answer
        }
    }

    func deliveries(_ query: DeliveryQuery) throws(StoreError) -> DeliveryPage {
        try snapshot { () throws(StoreError) in
            let found = try DeliverySearch(query).run(connection) { (place) throws(StoreError) in noteDamage(.delivery(position: place)) }
            return DeliveryPage(found.deliveries, next: found.hasMore ? found.places.last : nil)
        }
    }

    func channelStandings(_ scope: Scope) throws(StoreError) -> [ChannelStanding] {
        try snapshot { () throws(StoreError) in
            var standings: [ChannelStanding] = []
            var last: String?
            while let channel = try channel(after: last) {
                last = channel
                let pending = try count("pending", of: channel, scope)
                let dead = try count("dead", of: channel, scope)
                guard pending + dead > 0 else { continue }
                let oldest = try connection.integer(
                    "SELECT created_at \(Self.standing(channel, "pending", scope)) ORDER BY position LIMIT 1"
                ).map(Timestamp.init(milliseconds:))
                standings.append(ChannelStanding(channel: channel, pending: pending, dead: dead, oldestPending: oldest))
            }
            return standings
        }
    }

    private static func standing(_ channel: String, _ state: String, _ scope: Scope) -> SQL {
        """
        FROM deliveries INDEXED BY deliveries_standing
        WHERE state <> 'delivered' AND channel = \(channel) AND state = \(state)\(and: scope)
        """
    }

    private func count(_ state: String, of channel: String, _ scope: Scope) throws(StoreError) -> Int {
        let number = try connection.integer(
            "SELECT count(*) FROM (SELECT 1 \(Self.standing(channel, state, scope)) LIMIT \(ChannelStanding.greatestCount))"
        )
        return Int(number ?? 0)
    }

    /// The next channel in the order of its bytes; the first one behind nil.
    private func channel(after last: String?) throws(StoreError) -> String? {
        var next: String?
        let behind: SQL = if let last { "channel > \(last)" } else { "channel >= ''" }
        try connection.each(
            """
            SELECT channel FROM deliveries INDEXED BY deliveries_standing WHERE state <> 'delivered' AND \(behind)
            ORDER BY channel LIMIT 1
            """
        ) { row in next = row.rawText(0) }
        return next
    }
}
