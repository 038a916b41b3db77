import LegworkCore

extension TaskRecord {
    /// Ends an attempt as its tool ended.
    ///
    /// - Parameters:
    ///   - outcome: what the tool gave; a result must be limited already.
    ///   - isInterrupted: whether the tool was told to stop because its process does.
    ///   - limit: the limit that was reached, when the tool was told to stop because of it.
    ///   - plan: decides whether there is another attempt; nil for none.
    ///   - now: the time.
    mutating func end(
        with outcome: ToolOutcome,
        isInterrupted: Bool,
        limit: TaskReason? = nil,
        _ plan: RetryPlan? = nil,
        at now: Timestamp
    ) throws(IllegalTransition) -> Transition {
        let goesOnLater = isInterrupted && !lifecycle.isCancelRequested
        losses = 0
        switch outcome {
        case .returned(let result):
            guard result.isError else {
                self.result = result
                return try apply(.completed, at: now)
            }
            // A tool may well answer the interruption with an error; that is no fault of the work.
            if goesOnLater { return try interrupt(.shutdown, at: now) }
            if let time = plan?.next(for: self, after: result, at: now) {
                return try tryAgain(at: time, limit ?? .toolError, limit.map(Self.words) ?? result.text, now)
            }
            self.result = result
            if let limit { return try reach(limit, at: now) }
            return try apply(.failed(.toolError), at: now)
        case .snoozed(let duration):
            notBefore = now + duration
            return try apply(.interrupted(.snoozed), at: now)
        case .cancelled:
            if goesOnLater { return try interrupt(.shutdown, at: now) }
            if let limit, !lifecycle.isCancelRequested { return try end(at: limit, plan, at: now) }
            // Whoever wanted the cancel could not record the wish.
            let wish = lifecycle.isCancelRequested ? [] : try apply(.cancelRequested, at: now).events
            var transition = try apply(.cancelled, at: now)
            transition.events = wish + transition.events
            return transition
        }
    }

    /// Ends an attempt whose tool did not stop when it was told to.
    mutating func abandon(
        isInterrupted: Bool,
        limit: TaskReason? = nil,
        _ plan: RetryPlan? = nil,
        at now: Timestamp
    ) throws(IllegalTransition) -> Transition {
        losses = 0
        if isInterrupted, !lifecycle.isCancelRequested { return try interrupt(.shutdown, at: now) }
        if let limit, !lifecycle.isCancelRequested { return try end(at: limit, plan, at: now) }
        let wish = lifecycle.isCancelRequested ? [] : try apply(.cancelRequested, at: now).events
        var transition = try apply(.cancelForced, at: now)
        transition.events = wish + transition.events
        return transition
    }

    private mutating func end(at limit: TaskReason, _ plan: RetryPlan?, at now: Timestamp) throws(IllegalTransition) -> Transition {
        if let time = plan?.next(for: self, after: nil, at: now) { return try tryAgain(at: time, limit, Self.words(limit), now) }
        return try reach(limit, at: now)
    }

    private mutating func reach(_ limit: TaskReason, at now: Timestamp) throws(IllegalTransition) -> Transition {
        failure = Self.words(limit)
        return try apply(.limitReached(limit), at: now)
    }

    private static func words(_ limit: TaskReason) -> String {
        limit == .idleLimit
            ? "it showed no sign of life for longer than it may (idle limit)"
            : "it took longer than it may (wall limit, or its deadline)"
    }

    /// Puts the task back into its queue for another attempt, and says in the timeline what this one came to.
    private mutating func tryAgain(
        at time: Timestamp,
        _ reason: TaskReason,
        _ text: String,
        _ now: Timestamp
    ) throws(IllegalTransition) -> Transition {
        notBefore = time
        let attempt = attempts
        var transition = try apply(.retried(reason), at: now)
        let data: JSONValue = [
            "attempt": JSONValue(attempt), "reason": .string(reason.rawValue), "next_at": .string(time.description),
        ]
        transition.events = transition.events.map { $0.kind == .requeued ? $0.saying(text, data) : $0 }
        return transition
    }

    /// Ends an attempt whose process goes or is gone, as the task's recovery policy says.
    mutating func interrupt(_ reason: TaskReason, at now: Timestamp) throws(IllegalTransition) -> Transition {
        switch recovery {
        case .restart: return reason == .orphaned ? try lose(at: now) : try apply(.interrupted(reason), at: now)
        case .stop, .adopt: return try apply(.stopped(reason), at: now)
        case .fail:
            failure =
                reason == .shutdown
                ? "the process that executed the task shut down"
                : "the process that executed the task is gone, and the tool cannot go on elsewhere"
            return try apply(.failed(reason), at: now)
        }
    }

    /// Goes back to the queue after its process was lost. What takes its process with it each time would do so for ever: it is tried later
    /// each time, and not together with what it was lost with, so that others can end; and at last it is not tried any more.
    private mutating func lose(at now: Timestamp) throws(IllegalTransition) -> Transition {
        guard !lifecycle.isCancelRequested else { return try apply(.interrupted(.orphaned), at: now) }
        losses += 1
        if losses == Self.mostLosses {
            losses = 0
            failure =
                "\(Self.mostLosses) processes in a row were lost while they executed it, so it may be what ends them; "
                + "it is not tried again by itself"
            return try apply(.failed(.orphaned), at: now)
        }
        if losses > 1 { notBefore = now + .milliseconds((1000 + Int(id.low % 1000)) << (2 * (losses - 2))) }
        return try apply(.interrupted(.orphaned), at: now)
    }

    /// With how many processes in a row a task may be lost that goes on by itself.
    private static let mostLosses = 5
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
