public import LegworkCore

/// An artifact as it lies in its file.
public struct StoredArtifact: Sendable, Hashable {
    /// Its name, by which it is read.
    public var name: String
    /// How many bytes it has.
    public var bytes: Int
    /// When it was written.
    public var createdAt: Timestamp
    /// What it is called by people, where that was said.
    public var label: String?
    /// What it is, where that was said.
    public var summary: String?
}

/// A part of an artifact.
public struct ArtifactChunk: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The bytes.
    public var bytes: [UInt8]
    /// Where they begin.
    public var offset: Int
    /// How many bytes there are in all.
    public var total: Int
}

extension TaskManager {
    /// The artifacts of a task, the oldest first.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``; ``StoreError``.
    public func artifacts(of id: TaskID, in scope: Scope) async throws -> [StoredArtifact] {
        let record = try await task(id, in: scope)
        var named: [String: Artifact] = [:]
        for artifact in record.evidence.artifacts { named[artifact.path] = artifact }
        return (try engine.artifacts?.entries(of: id) ?? []).map { entry in
            let known = named[entry.name.text]
            return StoredArtifact(
                name: entry.name.text,
                bytes: entry.bytes,
                createdAt: entry.createdAt,
                label: known?.label,
                summary: known.flatMap { $0.summary.isEmpty ? nil : $0.summary }
            )
        }
    }

    /// Reads a part of an artifact.
    ///
    /// - Parameters:
    ///   - name: its name; a path is none.
    ///   - id: the task.
    ///   - offset: the first byte wanted.
    ///   - limit: the most bytes, at most ``maximumOutputChunk``.
    ///   - scope: who reads.
    /// - Throws: ``TaskManagerError/Code/notFound`` when there is no such task or artifact.
    public func artifact(
        _ name: String,
        of id: TaskID,
        from offset: Int = 0,
        limit: Int = maximumOutputChunk,
        in scope: Scope
    ) async throws -> ArtifactChunk {
        _ = try await task(id, in: scope)
        guard offset >= 0, limit >= 0 else {
            throw TaskManagerError(.invalidArgument, "offset and limit of an artifact must be 0 or more")
        }
        guard let valid = ArtifactName(name),
            let part = try engine.artifacts?.read(valid, of: id, from: offset, limit: min(limit, Self.maximumOutputChunk))
        else {
            let shown = name.truncated(toBytes: ArtifactName.maximumLength)
            throw TaskManagerError(.notFound, "task \(id) has no artifact '\(shown)'; 'artifacts' lists those it has")
        }
        return ArtifactChunk(name: name, bytes: part.bytes, offset: offset, total: part.total)
    }

    /// Keeps a named output beside a task's record, as evidence of its work. Durable when this returns.
    ///
    /// - Parameters:
    ///   - bytes: all of it.
    ///   - label: what it is called by people; its name is made of that.
    ///   - summary: what it is, in a line.
    ///   - id: the task.
    ///   - scope: who keeps it.
    /// - Throws: ``TaskManagerError/Code/notFound``, ``TaskManagerError/Code/noOutput`` where there is no place for it or it cannot be written.
    public func keep(
        _ bytes: [UInt8],
        asArtifact label: String,
        summary: String = "",
        of id: TaskID,
        in scope: Scope
    ) async throws -> Artifact {
        _ = try await task(id, in: scope)
        let name = try await engine.write(ArtifactHold.Draft(label: label, ending: "txt", bytes: bytes), of: id)
        let artifact = Artifact(label: label, path: name, summary: summary, createdAt: engine.clock.now)
        try await record(.artifact(artifact), of: id, in: scope)
        return artifact
    }
}

extension Engine {
    /// Opens the artifacts of a task that is recorded, for writing.
    func openArtifacts(of id: TaskID) async throws(TaskManagerError) -> ArtifactHold {
        guard let artifacts else {
            throw TaskManagerError(.noOutput, "this manager keeps no artifacts; set 'outputFolder' in its configuration")
        }
        return try await Self.onThread { () throws(OutputError) in try artifacts.open(id) }
    }

    /// Writes an artifact of a task that is recorded.
    ///
    /// - Returns: its name.
    func write(_ draft: ArtifactHold.Draft, of id: TaskID) async throws(TaskManagerError) -> String {
        try await write(draft, to: try await openArtifacts(of: id))
    }

    /// Writes an artifact where it is open.
    ///
    /// - Returns: its name.
    func write(_ draft: ArtifactHold.Draft, to hold: ArtifactHold) async throws(TaskManagerError) -> String {
        try await Self.onThread { () throws(OutputError) in try hold.write([draft])[0].get() }
    }

    private static func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws(OutputError) -> Value
    ) async throws(TaskManagerError) -> Value {
        do {
            return try await BlockingThread.run(body) { OutputError("cannot write", "of a task", $0) }
        } catch {
            throw TaskManagerError(.noOutput, "\(error)")
        }
    }
}
