import LegworkCore
import Synchronization

// What is too large for the timeline, and what an agent's calls leave in it.
extension Attempt {
    func beginToolCall(id: String, name: String, arguments: JSONValue?) {
        let id = Self.word(id)
        let call = TimelineEntryDraft.OpenCall(name: Self.word(name), startedAt: engine.clock.now)
        state.withLock { state in
            // An agent that begins and never ends must not fill the memory; what it loses is only how long a call took.
            if state.keeping.openCalls.count < 1000 { state.keeping.openCalls[id] = call }
        }
        take(.began(id, call, arguments: arguments, threshold: engine.artifactThreshold))
    }

    func endToolCall(id: String, result: String?, isError: Bool) {
        let id = Self.word(id)
        let call = state.withLock { $0.kept?.openCalls.removeValue(forKey: id) }
        take(.ended(id, call, result: result, isError: isError, at: engine.clock.now, threshold: engine.artifactThreshold))
    }

    /// A call's id or name as it is kept: an agent's model may make them of any length.
    private static func word(_ text: String) -> String { text.truncated(toBytes: 200) }

    func keep(_ bytes: [UInt8], asArtifact label: String, summary: String?) async throws -> Artifact {
        let id = taskID
        let draft = ArtifactHold.Draft(label: label, ending: "txt", bytes: bytes)
        guard let name = try await write([draft], of: id).first?.get() else {
            throw TaskManagerError(.noOutput, "this manager keeps no artifacts; set 'outputFolder' in its configuration")
        }
        let artifact = Artifact(label: label, path: name, summary: summary ?? "", createdAt: engine.clock.now)
        take(TimelineEntryDraft(.artifact(artifact), at: artifact.createdAt))
        if state.withLock({ $0.machine.isRecorded }) { try await writeUnwritten() }
        return artifact
    }

    /// Reports whose large parts are written as artifacts. That it cannot be done is told in their entries, and is no reason to write nothing
    /// at all.
    func withOverflowKept(_ reports: UnwrittenReports, of id: TaskID) async -> UnwrittenReports {
        let overflow = reports.overflow
        guard !overflow.isEmpty else { return reports }
        var kept = reports
        kept.settleOverflow(await write(overflow.map { .init(label: $0.label, ending: $0.ending, bytes: $0.bytes) }, of: id))
        return kept
    }

    /// Writes artifacts, on a thread of their own.
    ///
    /// - Returns: what became of each; nothing where there are none.
    private func write(_ drafts: [ArtifactHold.Draft], of id: TaskID) async -> [Result<String, OutputError>] {
        guard let folder = engine.artifacts else { return [] }
        let known = state.withLock { $0.kept?.artifacts }
        do {
            let (hold, results) = try await BlockingThread.run { () throws(OutputError) in
                let hold = if let known { known } else { try folder.open(id) }
                return (hold, hold.write(drafts))
            } orThrow: {
                OutputError("cannot write to", folder.path, $0)
            }
            state.withLock { $0.keeping.artifacts = hold }
            return results
        } catch {
            return drafts.map { _ in .failure(error) }
        }
    }
}
