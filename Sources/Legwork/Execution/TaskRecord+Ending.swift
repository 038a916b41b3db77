import LegworkCore

extension TaskRecord {
    /// Ends an attempt as its tool ended.
    ///
    /// - Parameters:
    ///   - outcome: what the tool gave; a result must be limited already.
    ///   - isInterrupted: whether the tool was told to stop because its process does.
    ///   - now: the time.
    mutating func end(with outcome: ToolOutcome, isInterrupted: Bool, at now: Timestamp) throws(IllegalTransition) -> Transition {
        let goesOnLater = isInterrupted && !lifecycle.isCancelRequested
        switch outcome {
        case .returned(let result):
            // A tool may well answer the interruption with an error; that is no fault of the work.
            if result.isError, goesOnLater { return try interrupt(.shutdown, at: now) }
            self.result = result
            return try apply(result.isError ? .failed(.toolError) : .completed, at: now)
        case .cancelled:
            if goesOnLater { return try interrupt(.shutdown, at: now) }
            // Whoever wanted the cancel could not record the wish.
            let wish = lifecycle.isCancelRequested ? [] : try apply(.cancelRequested, at: now).events
            var transition = try apply(.cancelled, at: now)
            transition.events = wish + transition.events
            return transition
        }
    }

    /// Ends an attempt whose tool did not stop when it was told to.
    mutating func abandon(isInterrupted: Bool, at now: Timestamp) throws(IllegalTransition) -> Transition {
        if isInterrupted, !lifecycle.isCancelRequested { return try interrupt(.shutdown, at: now) }
        let wish = lifecycle.isCancelRequested ? [] : try apply(.cancelRequested, at: now).events
        var transition = try apply(.cancelForced, at: now)
        transition.events = wish + transition.events
        return transition
    }

    /// Ends an attempt whose process goes or is gone, as the task's recovery policy says.
    mutating func interrupt(_ reason: TaskReason, at now: Timestamp) throws(IllegalTransition) -> Transition {
        switch recovery {
        case .restart: return try apply(.interrupted(reason), at: now)
        case .stop, .adopt: return try apply(.stopped(reason), at: now)
        case .fail:
            failure =
                reason == .shutdown
                ? "the process that executed the task shut down"
                : "the process that executed the task is gone, and the tool cannot go on elsewhere"
            return try apply(.failed(reason), at: now)
        }
    }
}

extension ToolResult {
    /// The result itself, or in the place of one that is too large an error that says so.
    func limited(to limit: Int) -> ToolResult {
        let size = approximateBytes
        let fault: String
        if size > limit {
            fault = "the tool returned about \(size) bytes, more than the \(limit) that are kept"
        } else if let excess = values.lazy.compactMap({ $0.excess(bytes: .max, depth: JSONLimits.greatestDepth - 2) }).first {
            fault = "the result of the tool cannot be kept: \(excess)"
        } else {
            return self
        }
        return .error(fault + "; let it write a file or raw output instead. It began:\n" + text.truncated(toBytes: 4096))
    }

    /// About how many bytes the result has as JSON.
    var approximateBytes: Int {
        let texts = content.reduce(0) { sum, block in
            if case .text(let text) = block { sum + text.utf8.count } else { sum }
        }
        return values.reduce(texts) { $0 + $1.approximateBytes }
    }

    /// All that may be nested.
    private var values: [JSONValue] {
        var values = content.compactMap { block in
            if case .other(let object) = block { JSONValue.object(object) } else { nil }
        }
        if let structuredContent { values.append(structuredContent) }
        if let meta { values.append(.object(meta)) }
        return values
    }
}
