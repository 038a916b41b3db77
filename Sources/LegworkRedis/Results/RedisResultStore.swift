public import LegworkCore

/// Results in Redis, beside whatever store the tasks live in: keys that the first system's programs read, and its results for us.
///
/// `task_result:ID` has the outcome of a finished task as JSON, and `sg:task:ID` is a hash that exists from a task's start. Both expire 24
/// hours after the end. ``ResultMirror`` writes them for a whole task store.
public final class RedisResultStore: Sendable {
    /// What became of a write.
    public enum WriteResult: Sendable, Hashable {
        /// It is in Redis.
        case written
        /// A newer version is there already; nothing was changed.
        case newerExists
        /// The task ended longer ago than its keys would stay; nothing was written.
        case expired
    }

    /// The longest id that is looked for, in bytes.
    public static let maximumIDLength = 256

    let configuration: RedisConfiguration
    let connection: RedisConnection
    let clock: any TaskClock

    /// Prepares a store. It connects when first used.
    ///
    /// - Throws: ``RedisError/Code/invalidConfiguration``, or ``RedisError/Code/unavailable`` when the system gives no thread.
    public init(_ configuration: RedisConfiguration = RedisConfiguration(), clock: any TaskClock = SystemClock()) throws(RedisError) {
        self.configuration = configuration
        self.clock = clock
        connection = try RedisConnection(configuration)
    }

    /// Asks whether Redis can be reached and listens.
    public func ping() async throws(RedisError) {
        _ = try await connection.send(RedisCommand("PING"), isRepeatable: true)
    }

    /// Writes what a record says: both keys at once, or of an unfinished task the hash alone.
    ///
    /// Doing it again changes nothing, and an older version never replaces a newer one.
    @discardableResult
    public func write(_ record: TaskRecord) async throws(RedisError) -> WriteResult {
        guard let command = writeCommand(for: record) else { return .expired }
        return try writeResult(try await connection.send(command, isRepeatable: true))
    }

    /// Lets go of the connection. What was not sent is given up; later calls throw ``RedisError/Code/closed``.
    public func close() async { await connection.close() }
}

// MARK: - Writing

extension RedisResultStore {
    /// The command that writes a record; nil when it would expire at once.
    func writeCommand(for record: TaskRecord) -> RedisCommand? {
        var lifetime = configuration.expiry
        if let finishedAt = record.finishedAt { lifetime = min(lifetime, lifetime - (clock.now - finishedAt)) }
        guard lifetime.milliseconds > 0 else { return nil }
        let layout = ResultLayout(record, keeping: configuration.inlineLimit)
        return RedisCommand(
            [
                "EVAL", Self.script, "2", configuration.resultPrefix + layout.id, configuration.taskPrefix + layout.id,
                String(layout.version), String(lifetime.milliseconds), layout.json ?? "",
            ] + layout.fields
        )
    }

    /// What the answer to a write command means.
    func writeResult(_ reply: RedisReply) throws(RedisError) -> WriteResult {
        switch try connection.checked(reply) {
        case .integer(1): .written
        case .integer(0): .newerExists
        case let other: throw RedisError(.refused, "Redis at \(configuration.address) gave an answer that was not expected: \(other)")
        }
    }

    /// Keys: the result, the hash. Arguments: version, lifetime in milliseconds, the result's JSON or nothing, then the hash's fields and values.
    ///
    /// Redis runs it as one step. The types are looked at first, so that nothing of anybody else's is overwritten.
    private static let script = """
        for i, wanted in ipairs({'string', 'hash'}) do
          local found = redis.call('TYPE', KEYS[i]).ok
          if found ~= 'none' and found ~= wanted then return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' holds a ' .. found) end
        end
        local stored = tonumber(redis.call('HGET', KEYS[2], 'version') or '')
        if stored and stored > tonumber(ARGV[1]) then return 0 end
        redis.call('DEL', KEYS[2])
        redis.call('HSET', KEYS[2], unpack(ARGV, 4))
        redis.call('PEXPIRE', KEYS[2], ARGV[2])
        if ARGV[3] ~= '' then redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2]) end
        return 1
        """
}
