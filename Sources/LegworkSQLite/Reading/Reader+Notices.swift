import LegworkCore

extension Reader {
    func notices(_ query: NoticeQuery) throws(StoreError) -> [Notice] {
        try snapshot { () throws(StoreError) in
            let limit = min(max(1, query.limit), 1000)
            var merge = try RangeMerge(connection, Self.sources(query), isRising: true)
            defer { merge.reset() }
            var notices: [Notice] = []
            while notices.count < limit, let row = try merge.next() {
                do throws(RowDamage) {
                    let notice = try Notice(row)
                    if query.states.contains(notice.state) { notices.append(notice) }
                } catch {
                    noteDamage(.notice(sequence: row.rawInteger(0)))
                }
            }
            return notices
        }
    }

    /// The ranges of indexes that hold the notices asked for, each from the oldest up.
    private static func sources(_ query: NoticeQuery) -> [SQL] {
        let select: SQL = "SELECT \(trusted: Notice.columns) FROM notices"
        let rest: SQL = "AND sequence > \(query.after) ORDER BY sequence"
        if let task = query.task {
            // Whatever their state, which may be damaged: a task has few.
            return [
                """
                \(select) INDEXED BY notices_by_task WHERE task = \(task.description)\(and: query.scope)\(andFor: query.session) \(rest)
                """
            ]
        }
        return NoticeRange.all(query.scope, query.session, states: query.states).map { range in
            "\(select) \(range.index) WHERE \(range.filter) \(rest)"
        }
    }

    func deadLetters(_ query: DeadLetterQuery) throws(StoreError) -> [DeadLetter] {
        try snapshot { () throws(StoreError) in
            try connection.deadLetters(query) { number, _ in noteDamage(.letter(number: number)) }
        }
    }
}

extension Connection {
    /// Reads dead letters. A damaged one is left out, and told.
    func deadLetters(_ query: DeadLetterQuery, onDamage: (Int64, RowDamage) -> Void) throws(StoreError) -> [DeadLetter] {
        let limit = min(max(1, query.limit), 1000)
        let select: SQL = "SELECT \(trusted: DeadLetter.columns) FROM dead_letters"
        var letters: [DeadLetter] = []
        func read(_ sql: SQL) throws(StoreError) {
            let statement = try statement(sql)
            defer { statement.reset() }
            while letters.count < limit, try statement.step() {
                do throws(RowDamage) {
                    letters.append(try DeadLetter(statement.row))
                } catch {
                    onDamage(statement.row.rawInteger(0), error)
                }
            }
        }
        if query.numbers.isEmpty {
            switch query.scope {
            case .owner(let owner):
                try read(
                    """
                    \(select) INDEXED BY dead_letters_by_owner
                    WHERE sender_owner = \(owner.name) AND number > \(query.after) ORDER BY number
                    """
                )
            case .operator:
                try read("\(select) WHERE number > \(query.after) ORDER BY number")
            }
        } else {
            for number in Set(query.numbers).sorted() where number > query.after {
                try read("\(select) WHERE number = \(number)\(and: query.scope, column: "sender_owner")")
            }
        }
        return letters
    }
}
