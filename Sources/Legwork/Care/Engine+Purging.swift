import LegworkCore

extension Engine {
    /// Deletes finished tasks, and their files after them.
    ///
    /// - Returns: the ids of those deleted.
    func purge(_ request: PurgeRequest) async throws(StoreError) -> [TaskID] {
        let ids = try await store.purge(request)
        // A file that stays, because the disk fails or the process ends here, is a leftover and goes later.
        let faults = ids.compactMap { output?.remove($0) } + ids.compactMap { artifacts?.remove($0) }
        if let fault = faults.first { problem("\(fault)\(faults.count > 1 ? ", and \(faults.count - 1) more" : "")") }
        return ids
    }

    /// Removes output files and artifacts whose task does not exist: what a process that died left of calls that were no tasks yet, or of
    /// tasks that were being deleted, and the files of tasks that a store let go by itself; and what it left half written.
    func removeLeftovers() async throws {
        if let output {
            try await removeLeftovers(output.ids(), isOpen: output.isOpen) { output.removeUnlessOpen($0) }
        }
        if let artifacts {
            let ids = try artifacts.ids()
            try await removeLeftovers(ids, isOpen: artifacts.isOpen) { artifacts.removeUnlessOpen($0) }
            for id in ids { artifacts.removeUnfinished(id) }
        }
    }

    private func removeLeftovers(
        _ ids: [TaskID],
        isOpen: (TaskID) -> Bool,
        _ remove: (TaskID) -> OutputError?
    ) async throws {
        for id in ids {
            try Task.checkCancellation()
            // In this order: a call whose file is open may be no task yet, and one that has closed it is a task or is gone.
            guard !isOpen(id), try await !isKnown(id) else { continue }
            // What a damaged row belonged to may be mended.
            guard try await !store.quarantined().contains(where: { $0.id == id.description }) else { continue }
            if let fault = remove(id) { problem("\(fault)") }
        }
    }

    /// Whether there is such a task, found out without reading what may be large.
    private func isKnown(_ id: TaskID) async throws(StoreError) -> Bool {
        try await store.events(EventQuery(of: id, in: .operator, after: .max, limit: 1)) != nil
    }
}
