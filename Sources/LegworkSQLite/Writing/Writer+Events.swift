import LegworkCore

extension Writer {
    /// Adds timeline entries, gives each its place in the feed, and drops from the middle what the timeline has no room for.
    func append(_ events: EncodedEvents, of owner: String, at position: Int64) throws(StoreError) {
        if events.count == 0 { return }
        let insert = statements.insertEvent
        try insert.bind([.integer(position), .text(owner)])
        for index in 0..<events.count {
            let start = index * EncodedEvents.fieldsPerEvent
            try insert.bind(.integer(numbers.feed.take()), at: 3)
            try insert.run(events.row, start..<start + EncodedEvents.fieldsPerEvent, at: 4)
        }
        if let range = timeline.droppable(last: events.last) {
            // Only what was added since the last time is still there, so that this costs one search in the table.
            try deleteEvents(of: owner, at: position, Int64(range.lowerBound)...Int64(range.upperBound))
        }
    }

    /// Deletes timeline entries of a task, all or some, and notes that whoever has not come past them in the feed has missed them.
    func deleteEvents(of owner: String, at position: Int64, _ range: ClosedRange<Int64> = 0...(.max)) throws(StoreError) {
        let drop = statements.dropEvents
        try drop.bind([.integer(position), .integer(range.lowerBound), .integer(range.upperBound)])
        var gone: Int64 = 0
        defer { drop.reset() }
        while try drop.step() { gone = max(gone, drop.row.rawInteger(0)) }
        try noteFeedGap(upTo: gone, of: owner)
    }

    /// Notes as far as which place entries of an owner are gone.
    func noteFeedGap(upTo place: Int64, of owner: String) throws(StoreError) {
        guard place > 0 else { return }
        for key in [SQLValue.text(owner), Self.everybody] { try statements.raiseFeedGap.run([key, .integer(place)]) }
    }
}
