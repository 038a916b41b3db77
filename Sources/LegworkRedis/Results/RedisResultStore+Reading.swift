public import LegworkCore

extension RedisResultStore {
    /// Reads what Redis has of a task, ours or the first system's.
    ///
    /// An owner sees what names that owner; what names nobody is the operator's alone. A foreign task and a missing one give nil.
    ///
    /// - Throws: ``RedisError/Code/malformed``, ``RedisError/Code/wrongType`` or ``RedisError/Code/tooLarge`` for what is stored and cannot be
    ///   used, and what is said of connections.
    public func read(_ id: String, as scope: Scope) async throws(RedisError) -> RedisResult? {
        guard (1...Self.maximumIDLength).contains(id.utf8.count) else { return nil }
        let (resultKey, taskKey) = (configuration.resultPrefix + id, configuration.taskPrefix + id)
        let replies = try await connection.send(
            [
                RedisCommand("TYPE", resultKey),
                // One byte more than may be, which tells that there is more.
                RedisCommand("GETRANGE", resultKey, "0", String(configuration.readLimit)),
                RedisCommand("TYPE", taskKey),
                RedisCommand("HMGET", taskKey, "user_id", "status", "tool_name", "created_at", "finished_at", "total_bytes"),
            ],
            isRepeatable: true
        )
        var found: RedisResult?
        if try isThere(resultKey, as: "string", replies[0]) {
            guard case .bytes(let bytes) = try connection.checked(replies[1]) else { throw strange(resultKey) }
            try checkSize(bytes.count, of: resultKey)
            found = try RedisResult(id: id, json: bytes)
        }
        if try isThere(taskKey, as: "hash", replies[2]) {
            guard case .list(let values) = try connection.checked(replies[3]), values.count == 6 else { throw strange(taskKey) }
            let fields = TaskFields(values.map(\.text))
            var result: RedisResult
            if let found { result = found } else { result = try await read(fields, id: id, key: taskKey) }
            result.add(fields)
            found = result
        }
        guard let found else { return nil }
        switch scope {
        case .operator: return found
        case .owner(let owner): return found.owner == owner ? found : nil
        }
    }

    /// Reads a task of which there is only the hash.
    private func read(_ fields: TaskFields, id: String, key: String) async throws(RedisError) -> RedisResult {
        guard let status = fields.status.flatMap(RedisResult.Status.init) else {
            throw RedisError(.malformed, "the hash '\(key)' has no status of running, completed and failed; remove the key")
        }
        var result = RedisResult(id: id, status: status)
        if status == .running { return result }
        let sizes = try await connection.send(
            [RedisCommand("HSTRLEN", key, "result"), RedisCommand("HSTRLEN", key, "error")],
            isRepeatable: true
        )
        for size in sizes { if case .integer(let size) = try connection.checked(size) { try checkSize(Int(size), of: key) } }
        let texts = try await connection.send(RedisCommand("HMGET", key, "result", "error"), isRepeatable: true)
        guard case .list(let values) = texts, values.count == 2 else { throw strange(key) }
        (result.text, result.error) = (values[0].text, values[1].text)
        return result
    }

    private func isThere(_ key: String, as wanted: String, _ reply: RedisReply) throws(RedisError) -> Bool {
        let type = try connection.checked(reply).text
        if type == "none" { return false }
        if type == wanted { return true }
        throw RedisError(
            .wrongType,
            "the key '\(key)' holds a \(type ?? "thing without a name") where a \(wanted) belongs; remove it or choose other key prefixes"
        )
    }

    private func checkSize(_ bytes: Int, of key: String) throws(RedisError) {
        guard bytes > configuration.readLimit else { return }
        throw RedisError(.tooLarge, "'\(key)' holds more than the \(configuration.readLimit) bytes that are read; raise readLimit")
    }

    private func strange(_ key: String) -> RedisError {
        RedisError(.refused, "Redis at \(configuration.address) gave an answer for '\(key)' that was not expected")
    }
}

/// What a task's hash says, in the order in which it is asked.
private struct TaskFields {
    let user, status, tool: String?
    let createdAt, finishedAt: Timestamp?
    let totalBytes: Int?

    init(_ values: [String?]) {
        (user, status, tool) = (values[0], values[1], values[2])
        (createdAt, finishedAt) = (Self.time(values[3]), Self.time(values[4]))
        totalBytes = values[5].flatMap { Int($0) }
    }

    private static func time(_ text: String?) -> Timestamp? {
        guard let seconds = text.flatMap({ Double($0) }), abs(seconds) < 1e12 else { return nil }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
    }
}

extension RedisResult {
    /// Adds what only the hash says.
    fileprivate mutating func add(_ fields: TaskFields) {
        owner = owner ?? fields.user.map { Owner($0) }
        tool = fields.tool
        createdAt = fields.createdAt
        finishedAt = fields.finishedAt
        totalBytes = totalBytes ?? fields.totalBytes
    }
}
