public import LegworkCore

/// The wish to take over the tasks of a queue of prompts that kept them in files.
public struct ImportRequest: Sendable, Hashable {
    /// The folder that holds `tasks`, `queue.json` and `artifacts`; an absolute path.
    public var folder: String
    /// Whose the tasks are to be.
    public var caller: Caller
    /// The agent's tool, of which they become tasks.
    public var tool: String
    /// Whether those that waited wait here; otherwise they stand still until somebody resumes them.
    public var enqueues: Bool

    /// Makes a request.
    public init(folder: String, as caller: Caller, tool: String, enqueues: Bool = false) {
        self.folder = folder
        self.caller = caller
        self.tool = tool
        self.enqueues = enqueues
    }
}

/// What came of an import.
public struct ImportReport: Sendable, Hashable {
    /// A task that was taken over.
    public struct Item: Sendable, Hashable {
        /// Its id there, which is its name here.
        public var source: String
        /// Its id here.
        public var id: TaskID
        /// Where it stands here.
        public var status: TaskStatus
    }

    /// A file that could not be used.
    public struct Damage: Sendable, Hashable {
        /// The file, within the folder.
        public var file: String
        /// What is wrong with it.
        public var problem: String
    }

    /// Those that were taken over now.
    public var imported: [Item] = []
    /// How many had been taken over before.
    public var known = 0
    /// What could not be read; everything else was taken over all the same.
    public var damaged: [Damage] = []
}

extension TaskManager {
    /// Takes over the tasks of a queue of prompts that kept them in files, with their timelines, calls, evidence and artifacts. The files stay
    /// as they are; a task that was taken over before is left alone, whatever became of it.
    ///
    /// What had ended is pinned, so that it stays however long ago that was. What ran is stopped: whether its work was done is not known.
    ///
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` when there is no such folder; ``StoreError``. Damaged files are in the report.
    public func importTasks(_ request: ImportRequest) async throws -> ImportReport {
        let folder = PromptQueueFolder(path: request.folder)
        var report = ImportReport()
        // What the order needs is read first: whole files may be large, and there may be many.
        var places: [PromptQueueFolder.Place] = []
        for id in try folder.ids() {
            do {
                let file = try folder.task(id)
                places.append(.init(id: id, isQueued: file.status == .queued, createdAt: file.createdAt))
            } catch {
                report.damaged.append(.init(file: "tasks/\(id).json", problem: "\(error)"))
            }
        }
        var queue: [String] = []
        do {
            queue = try folder.queue()
        } catch {
            report.damaged.append(.init(file: "queue.json", problem: "\(error)"))
        }
        for id in PromptQueueFolder.ordered(places, queue: queue) {
            let file: PromptTaskFile
            do {
                file = try folder.task(id)
            } catch {
                // It could be read before, and is another one by now.
                report.damaged.append(.init(file: "tasks/\(id).json", problem: "\(error)"))
                continue
            }
            try await take(file, folder, request, &report)
        }
        if report.imported.contains(where: { $0.status == .queued }) { engine.workers.wake() }
        return report
    }

    private func take(
        _ file: PromptTaskFile,
        _ folder: PromptQueueFolder,
        _ request: ImportRequest,
        _ report: inout ImportReport
    ) async throws {
        let key = "import:\(file.id)"
        if try await isImported(file.id, key, request.caller) {
            report.known += 1
            return
        }
        if let excess = JSONValue.object(file.prompt.arguments(for: nil)).excess(bytes: configuration.maximumArgumentBytes) {
            report.damaged.append(.init(file: "tasks/\(file.id).json", problem: "its prompt cannot be taken: \(excess)"))
            return
        }
        let id = configuration.makeID()
        // Held open, so that nobody takes for a leftover what has no task yet.
        var hold: ArtifactHold?
        let copied = copyArtifacts(of: file, folder, to: id, &hold, &report)
        defer { hold = nil }
        var plan = PromptTaskFile.Plan(
            id: id,
            caller: request.caller,
            tool: request.tool,
            schema: tools[request.tool]?.descriptor.inputSchema,
            enqueues: request.enqueues,
            key: key,
            artifacts: copied,
            now: engine.clock.now
        )
        plan.result = fullResult(of: file, folder, &report)
        var insert = file.request(plan)
        insert.record.take([], engine.channels)
        let result: InsertResult
        do {
            result = try await insertWithOrWithoutName(&insert)
        } catch let error as StoreError where error.code == .invalid {
            // The store will never take it; it takes others.
            engine.artifacts?.remove(id)
            report.damaged.append(.init(file: "tasks/\(file.id).json", problem: error.message))
            return
        }
        switch result {
        case .inserted:
            engine.watchers.recordChanged(insert.record)
            report.imported.append(.init(source: file.id, id: id, status: insert.record.status))
        case .existing, .nameTaken, .refused:
            engine.artifacts?.remove(id)
            report.known += 1
        }
    }

    private func insertWithOrWithoutName(_ insert: inout InsertRequest) async throws -> InsertResult {
        let result = try await engine.store.insert(insert)
        guard case .nameTaken = result else { return result }
        insert.record.name = nil
        return try await engine.store.insert(insert)
    }

    private func isImported(_ name: String, _ key: String, _ caller: Caller) async throws -> Bool {
        for found in try await engine.store.find(TaskSearch(.name(name), in: caller.scope)) {
            if try await engine.store.task(TaskLookup(found.id, in: caller.scope))?.idempotencyKey == key { return true }
        }
        return false
    }

    /// - Returns: the names here by the paths there.
    private func copyArtifacts(
        of file: PromptTaskFile,
        _ folder: PromptQueueFolder,
        to id: TaskID,
        _ hold: inout ArtifactHold?,
        _ report: inout ImportReport
    ) -> [String: String] {
        var names: [String: String] = [:]
        guard let artifacts = engine.artifacts else { return names }
        for name in folder.artifacts(of: file.id) {
            let path = PromptQueueFolder.reference(name, of: file.id)
            do {
                let open = try hold ?? artifacts.open(id)
                hold = open
                let draft = ArtifactHold.Draft(label: name, ending: "txt", bytes: try folder.artifact(name, of: file.id))
                names[path] = try open.write([draft])[0].get()
            } catch {
                report.damaged.append(.init(file: path, problem: "\(error)"))
            }
        }
        return names
    }

    private func fullResult(of file: PromptTaskFile, _ folder: PromptQueueFolder, _ report: inout ImportReport) -> String? {
        guard let path = file.resultPath else { return nil }
        // Only what is the task's own is read, wherever the file points.
        guard let name = folder.artifacts(of: file.id).first(where: { PromptQueueFolder.reference($0, of: file.id) == path }) else {
            report.damaged.append(
                .init(file: "tasks/\(file.id).json", problem: "its result '\(path.truncated(toBytes: 200))' is not there")
            )
            return nil
        }
        guard let bytes = try? folder.artifact(name, of: file.id), bytes.count <= configuration.maximumResultBytes else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
