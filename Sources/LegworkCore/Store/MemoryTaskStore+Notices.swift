extension MemoryTaskStore {
    /// The notices that are not acknowledged, found by sequence, owner or task.
    struct NoticeShelf {
        private var notices: [Int64: Notice] = [:]
        /// In order of sequence, as are those below.
        private var all: [Int64] = []
        private var owners: [Owner: [Int64]] = [:]
        private var tasks: [TaskID: [Int64]] = [:]
        private var last: Int64 = 0

        mutating func add(_ notice: Notice) -> Int64 {
            last += 1
            notices[last] = notice.placed(at: last)
            all.append(last)
            owners[notice.owner, default: []].append(last)
            tasks[notice.task, default: []].append(last)
            return last
        }

        mutating func post(_ notice: Notice, limit: Int) -> PostResult {
            let others = tasks[notice.task] ?? []
            if notice.key != nil, let said = others.last(where: { notices[$0]?.takes(notice) ?? false }) {
                notices[said]?.coalesce(with: notice)
                return .coalesced(sequence: said)
            }
            if notice.kind == .event, others.count(where: { notices[$0]?.kind == .event }) >= limit { return .full }
            return .posted(sequence: add(notice))
        }

        func find(_ query: NoticeQuery) -> [Notice] {
            let sequences =
                switch (query.task, query.scope) {
                case (let task?, _): tasks[task] ?? []
                case (nil, .owner(let owner)): owners[owner] ?? []
                case (nil, .operator): all
                }
            return Array(
                sequences[sequences.partitioningIndex { $0 > query.after }...].lazy
                    .compactMap { notices[$0] }
                    .filter { query.scope.includes($0.owner) && query.states.contains($0.state) && $0.isFor(query.session) }
                    .prefix(query.limit)
            )
        }

        mutating func mark(_ request: NoticeMark) -> Int {
            let meant = sequences(request).filter { sequence in
                notices[sequence].map { request.scope.includes($0.owner) && $0.isFor(request.session) } ?? false
            }
            let state: Notice.State
            switch request.step {
            case .acknowledged:
                for sequence in meant { remove(sequence) }
                return meant.count
            case .pending: state = .pending
            case .delivered: state = .delivered
            }
            return meant.count { notices[$0]?.mark(state, at: request.now) ?? false }
        }

        private func sequences(_ request: NoticeMark) -> [Int64] {
            switch request.selection {
            case .sequences(let sequences): return Array(Set(sequences))
            case .task(let task): return tasks[task] ?? []
            case .upTo(let last):
                let sequences: [Int64] =
                    switch request.scope {
                    case .owner(let owner): owners[owner] ?? []
                    case .operator: all
                    }
                return Array(sequences[..<sequences.partitioningIndex { $0 > last }])
            }
        }

        func isHandedOut(_ sequence: Int64) -> Bool { notices[sequence]?.state == .delivered }

        mutating func remove(_ sequence: Int64) {
            guard let notice = notices.removeValue(forKey: sequence) else { return }
            Self.remove(sequence, from: &all)
            if Self.remove(sequence, from: &owners[notice.owner, default: []]) { owners[notice.owner] = nil }
            if Self.remove(sequence, from: &tasks[notice.task, default: []]) { tasks[notice.task] = nil }
        }

        /// - Returns: whether nothing is left.
        @discardableResult
        private static func remove(_ sequence: Int64, from sequences: inout [Int64]) -> Bool {
            let index = sequences.partitioningIndex { $0 >= sequence }
            if index < sequences.count, sequences[index] == sequence { sequences.remove(at: index) }
            return sequences.isEmpty
        }
    }
}

extension Notice {
    /// Whether a conversation may have it; nil stands for whoever speaks for all of them.
    package func isFor(_ session: String?) -> Bool { session == nil || self.session == nil || self.session.isExactly(session) }

    /// Whether a later one takes its place.
    fileprivate func takes(_ later: Notice) -> Bool {
        state == .pending && key.isExactly(later.key) && kind.rawValue.isExactly(later.kind.rawValue)
    }
}

extension MemoryTaskStore.Contents {
    mutating func post(_ request: NoticePost) throws(StoreError) -> PostResult {
        try checkOpen()
        guard let entry = entries[request.notice.task] else { return .lost }
        if let token = request.token, entry.record.lease?.token != token { return .lost }
        guard request.notice.kind.isTerminal else { return notices.post(request.notice, limit: request.limit) }
        if entry.told != 0 {
            guard notices.isHandedOut(entry.told) else { return .coalesced(sequence: entry.told) }
            notices.remove(entry.told)
        }
        let sequence = notices.add(request.notice)
        entry.told = sequence
        return .posted(sequence: sequence)
    }

    /// Writes the notices of a change of a task. Its end is told once.
    mutating func tell(_ told: [Notice], of entry: MemoryTaskStore.Entry) {
        for notice in told {
            if notice.kind.isTerminal, entry.told != 0 { continue }
            let sequence = notices.add(notice)
            if notice.kind.isTerminal { entry.told = sequence }
        }
    }
}
