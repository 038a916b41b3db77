import LegworkCore

/// How deliveries of a query are found: by the index that has the fewest of them, in the order of writing.
struct DeliverySearch {
    private static let all: SQL = "SELECT \(trusted: Delivery.columns) FROM deliveries"

    private let query: DeliveryQuery
    private let rows: SQL

    init(_ query: DeliveryQuery) {
        self.query = query
        let behind: SQL = "position > \(query.after)\(and: query.scope)"
        if let id = query.id {
            rows = "\(Self.all) WHERE id = \(id.description) AND \(behind)"
        } else if let task = query.task {
            rows = "\(Self.all) INDEXED BY deliveries_by_task WHERE task = \(task.description) AND \(behind) ORDER BY position"
        } else if !query.states.isEmpty, !query.states.contains(.delivered) {
            rows = "\(Self.all) INDEXED BY deliveries_open WHERE state <> 'delivered' AND \(behind) ORDER BY position"
        } else if case .owner = query.scope {
            rows = "\(Self.all) INDEXED BY deliveries_by_owner WHERE \(behind) ORDER BY position"
        } else {
            rows = "\(Self.all) WHERE \(behind) ORDER BY position"
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
