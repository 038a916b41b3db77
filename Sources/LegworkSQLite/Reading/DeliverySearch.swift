import LegworkCore

/// How deliveries of a query are found: by the index that has the fewest of them, in the order of writing.
struct DeliverySearch {
    private static let all: SQL = "SELECT \(trusted: Delivery.columns) FROM deliveries"

    private let query: DeliveryQuery
    private let rows: SQL

    init(_ query: DeliveryQuery) {
        self.query = query
        let states = query.states.map(\.rawValue).sorted()
        var filter: SQL = "position > \(query.after)\(and: query.scope)"
        if let channel = query.channel { filter = "\(filter) AND channel = \(channel)" }
        let isOpen = !states.isEmpty && !query.states.contains(.delivered)
        if !isOpen, !states.isEmpty, states.count < Delivery.State.allCases.count {
            let words = states.dropFirst().reduce("\(states[0])" as SQL) { "\($0), \($1)" }
            filter = "\(filter) AND state IN (\(words))"
        }
        if let id = query.id {
            rows = "\(Self.all) WHERE id = \(id.description) AND \(filter)"
        } else if let task = query.task {
            rows = "\(Self.all) INDEXED BY deliveries_by_task WHERE task = \(task.description) AND \(filter) ORDER BY position"
        } else if isOpen {
            // Each state has its own order; they are merged, not sorted.
            var merged: SQL = ""
            for state in states {
                let index: SQL = query.channel == nil ? "deliveries_open" : "deliveries_standing"
                let one: SQL = "\(Self.all) INDEXED BY \(index) WHERE state <> 'delivered' AND state = \(state) AND \(filter)"
                merged = merged.text.isEmpty ? one : "\(merged) UNION ALL \(one)"
            }
            rows = "\(merged) ORDER BY position"
        } else if case .owner = query.scope {
            rows = "\(Self.all) INDEXED BY deliveries_by_owner WHERE \(filter) ORDER BY position"
        } else if query.channel != nil {
            rows = "\(Self.all) INDEXED BY deliveries_by_channel WHERE \(filter) ORDER BY position"
        } else {
            rows = "\(Self.all) NOT INDEXED WHERE \(filter) ORDER BY position"
        }
    }

    /// What a query finds.
    struct Found {
        var places: [Int64] = []
        var deliveries: [Delivery] = []
        /// Whether there are more than the limit.
        var hasMore = false
    }

    /// Reads what the query is for.
    ///
    /// - Parameter onDamage: hears of the place of each row that cannot be read.
    func run(_ connection: Connection, onDamage: (Int64) throws(StoreError) -> Void) throws(StoreError) -> Found {
        let statement = try connection.statement(rows)
        defer { statement.reset() }
        var found = Found()
        while try statement.step() {
            do throws(RowDamage) {
                let delivery = try Delivery(statement.row)
                guard query.includes(delivery) else { continue }
                if found.places.count == query.limit {
                    found.hasMore = true
                    break
                }
                found.places.append(statement.row.rawInteger(0))
                found.deliveries.append(delivery)
            } catch {
                try onDamage(statement.row.rawInteger(0))
            }
        }
        return found
    }
}
