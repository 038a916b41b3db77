extension ToolContext {
    /// Keeps a named output beside the task's record, where it is read by its name. Durable when this returns.
    ///
    /// - Parameters:
    ///   - bytes: all of it.
    ///   - label: what it is called by people, such as `report.md`; its name is made of that.
    ///   - summary: what it is, in a line.
    /// - Returns: the artifact, whose `path` is its name.
    /// - Throws: when it cannot be kept; the message says why.
    @discardableResult
    public func keep(_ bytes: [UInt8], asArtifact label: String, summary: String? = nil) async throws -> Artifact {
        try await host.keep(bytes, asArtifact: label, summary: summary)
    }

    /// Adds a piece of a message that is being written. Pieces that follow each other become one entry of the timeline, as long as it is not
    /// written: `{"kind": "message", "delta": true}`.
    public func emit(delta piece: String) {
        host.emit(text: piece, data: ["kind": "message", "delta": true])
    }

    /// Says how far a call has come that ``beginToolCall(id:name:arguments:)`` told of. Of those that follow each other closely the newest is
    /// kept: `{"kind": "tool_progress", "call_id", "count"?}`.
    public func emit(progress text: String, ofToolCall id: String) {
        host.emit(text: text, data: ["kind": "tool_progress", "call_id": .string(id)])
    }
}
