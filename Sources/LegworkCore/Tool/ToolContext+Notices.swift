extension ToolContext {
    /// Tells the owner something while the call goes on. The notice stays until the owner acknowledges it, whatever becomes of the task.
    ///
    /// A call that is no task yet keeps what it has to say, and posts it when it becomes one; when it ends before, its result says all.
    ///
    /// - Parameters:
    ///   - text: for people and models; at most ``Notice/maximumTextBytes``, longer ones are cut.
    ///   - data: for programs; at most 64 KiB as JSON.
    ///   - key: while nobody has taken the notice, a later one with the same key takes its place. 1 to 256 bytes.
    /// - Returns: what became of it. `full` when 64 notices of this task wait for the owner: say less, or try again later. Sequence 0 when
    ///   the call is no task yet.
    /// - Throws: when data or key cannot be taken, or the notice cannot be written; the message says why.
    @discardableResult
    public func notify(_ text: String, data: JSONValue? = nil, key: String? = nil) async throws -> PostResult {
        try await host.notify(text, data: data, key: key)
    }
}

extension ToolContextHost {
    /// Puts it into the timeline, for want of somebody to tell.
    public func notify(_ text: String, data: JSONValue?, key: String?) async throws -> PostResult {
        emit(text: text, data: data)
        return .posted(sequence: 0)
    }
}
