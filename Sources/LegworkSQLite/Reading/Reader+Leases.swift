import LegworkCore

extension Reader {
    /// What is executed, in the index of leases.
    private static let executing: SQL = "FROM tasks INDEXED BY tasks_by_lease WHERE status IN ('running', 'input_required')"

    func leaseHolders() throws(StoreError) -> [LeaseHolder] {
        var holders: [LeaseHolder] = []
        try connection.each(
            """
            SELECT lease_node, min(lease_expires_at) \(Self.executing)
            AND lease_node IS NOT NULL AND lease_expires_at IS NOT NULL GROUP BY lease_node ORDER BY lease_node
            """
        ) { row in
            holders.append(LeaseHolder(NodeID(row.rawText(0)), firstEnd: Timestamp(milliseconds: row.rawInteger(1))))
        }
        return holders
    }

    func lostLeases(_ query: LostLeaseQuery) throws(StoreError) -> [TaskRecord] {
        try snapshot { () throws(StoreError) in
            var positions: Set<Int64> = []
            let expired: SQL = "lease_expires_at < \(query.expiredBefore.milliseconds)"
            var conditions: [SQL] = ["lease_expires_at IS NULL"]
            conditions.append(query.alive.isEmpty ? expired : "\(expired) AND lease_node NOT IN (\(Self.list(query.alive)))")
            if let node = query.notHeldBy { conditions.append("lease_node <> \(node.name)") }
            if !query.gone.isEmpty { conditions.append("lease_node IN (\(Self.list(query.gone)))") }
            for condition in conditions {
                try connection.each("SELECT position \(Self.executing) AND \(condition)") { row in positions.insert(row.rawInteger(0)) }
            }
            var lost: [TaskRecord] = []
            for position in positions.sorted() where lost.count < query.limit {
                try connection.each("\(Self.record) WHERE t.position = \(position)") { row in
                    if let record = record(row) { lost.append(record) }
                }
            }
            return lost
        }
    }

    private static func list(_ nodes: Set<NodeID>) -> SQL {
        nodes.reduce("") { list, node in list.text.isEmpty ? "\(node.name)" : "\(list), \(node.name)" }
    }
}
