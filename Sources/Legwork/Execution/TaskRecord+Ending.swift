import LegworkCore

extension TaskRecord {
    /// Ends an attempt as its tool ended.
    mutating func end(with outcome: ToolOutcome, isInterrupted: Bool, at now: Timestamp, limit: Int) throws(IllegalTransition) -> Transition
    {
        switch outcome {
        case .returned(let result):
            let kept = result.limited(to: limit)
            self.result = kept
            return try apply(kept.isError ? .failed(.toolError) : .completed, at: now)
        case .cancelled:
            if lifecycle.isCancelRequested { return try apply(.cancelled, at: now) }
            if isInterrupted { return try interrupt(.shutdown, at: now) }
            failure = "the tool stopped itself, though nobody asked it to"
            return try apply(.failed(.toolError), at: now)
        }
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
        guard size > limit else { return self }
        let text = "the tool returned about \(size) bytes, more than the \(limit) that are kept; let it write a file or raw output instead"
        return .error(text + ". It began:\n" + self.text.truncated(toBytes: 4096))
    }

    /// About how many bytes the result has as JSON.
    var approximateBytes: Int {
        content.reduce(structuredContent?.approximateBytes ?? 0) { sum, block in
            switch block {
            case .text(let text): sum + text.utf8.count
            case .other(let object): sum + JSONValue.object(object).approximateBytes
            }
        }
    }
}

extension JSONValue {
    /// About how many bytes the value has as JSON; never much less.
    var approximateBytes: Int {
        var sum = 0
        var pending = [self]
        while let value = pending.popLast() {
            switch value {
            case .null, .bool: sum += 5
            case .integer: sum += 8
            case .number(let number): sum += number.lexeme.utf8.count
            case .string(let text): sum += text.utf8.count + 2
            case .array(let elements):
                sum += elements.count + 2
                pending += elements
            case .object(let object):
                sum += 2
                for member in object.members {
                    sum += member.key.utf8.count + 4
                    pending.append(member.value)
                }
            }
        }
        return sum
    }
}
