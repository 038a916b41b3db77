import LegworkCore

extension ResultMirror {
    /// How many tasks are read and written in one go.
    static let chunk = 256
    /// How many bytes of commands are sent in one go.
    private static let chunkBytes = 1 << 20

    /// Looks through the task store for what may be unwritten: everything that is unfinished, and what ended since the position, unless its
    /// keys would have expired by now.
    func scan(_ round: MirrorState.Round) async throws {
        var query = TaskQuery(in: .operator, limit: TaskQuery.maximumLimit)
        var since = round.startedAt + (.zero - results.configuration.expiry)
        if let position = round.position {
            query.createdSince = position.unfinishedSince + (.zero - Self.overlap)
            since = max(since, position.writtenUntil + (.zero - Self.overlap))
        }
        while true {
            let page = try await readPersistently { () throws(StoreError) in try await self.tasks.tasks(query) }
            let missing = page.tasks.filter { task in task.finishedAt.map { $0 >= since } ?? true }.map(\.id)
            for start in stride(from: 0, to: missing.count, by: Self.chunk) {
                try await write(Array(missing[start..<min(start + Self.chunk, missing.count)]))
            }
            guard let next = page.next else { return }
            query.cursor = next
        }
    }

    /// Writes tasks as they stand now, as often as it takes.
    func write(_ ids: [TaskID]) async throws {
        var (left, backoff) = (ids, Backoff())
        while true {
            left = try await writeOnce(left)
            if left.isEmpty { return }
            try await clock.sleep(until: clock.uptime + backoff.failed())
        }
    }

    /// Tries once.
    ///
    /// - Returns: those to be tried again.
    private func writeOnce(_ ids: [TaskID]) async throws -> [TaskID] {
        var left: [TaskID] = []
        var (batch, commands, bytes): ([TaskSummary], [RedisCommand], Int) = ([], [], 0)
        for id in ids {
            do throws(StoreError) {
                guard let record = try await tasks.task(TaskLookup(id, in: .operator)) else {
                    note { state, _ in state.isGone(id) }
                    continue
                }
                guard let command = results.writeCommand(for: record) else {
                    note { state, _ in state.wrote(id, createdAt: record.createdAt, isFinished: true) }
                    continue
                }
                batch.append(TaskSummary(record))
                commands.append(command)
                bytes += command.encoded.count
            } catch {
                if try canWait(error) { left.append(id) } else { note { state, _ in state.refuse(id, because: Self.unreadable(error)) } }
            }
            if bytes >= Self.chunkBytes {
                left += try await send(batch, commands)
                (batch, commands, bytes) = ([], [], 0)
            }
        }
        return left + (try await send(batch, commands))
    }

    /// Sends the commands that write some tasks.
    ///
    /// - Returns: the tasks to be tried again.
    private func send(_ batch: [TaskSummary], _ commands: [RedisCommand]) async throws -> [TaskID] {
        do {
            let replies = try await results.connection.send(commands, isRepeatable: true)
            var left: [TaskID] = []
            for (task, reply) in zip(batch, replies) {
                do throws(RedisError) {
                    _ = try results.writeResult(reply)
                    note { state, report in
                        state.wrote(task.id, createdAt: task.createdAt, isFinished: task.status.isTerminal)
                        (report.written, report.problem) = (report.written + 1, nil)
                    }
                } catch {
                    if try canWait(error) { left.append(task.id) } else { note { state, _ in state.refuse(task.id, because: error) } }
                }
            }
            return left
        } catch let error as RedisError {
            if try canWait(error) { return batch.map(\.id) }
            for task in batch { note { state, _ in state.refuse(task.id, because: error) } }
            return []
        }
    }

    /// Does something until it succeeds or can never succeed.
    func persistently<Value>(_ body: () async throws(RedisError) -> Value) async throws -> Value {
        var backoff = Backoff()
        while true {
            do throws(RedisError) {
                let value = try await body()
                note { _, report in report.problem = nil }
                return value
            } catch {
                guard try canWait(error) else { throw error }
            }
            try await clock.sleep(until: clock.uptime + backoff.failed())
        }
    }

    private func readPersistently<Value>(_ body: () async throws(StoreError) -> Value) async throws -> Value {
        var backoff = Backoff()
        while true {
            do throws(StoreError) {
                return try await body()
            } catch {
                guard try canWait(error) else { throw error }
            }
            try await clock.sleep(until: clock.uptime + backoff.failed())
        }
    }

    /// Whether the same may succeed later; throws what ends the mirror.
    private func canWait(_ error: RedisError) throws -> Bool {
        if error.code == .cancelled || error.isHopeless { throw error }
        if error.isTransient { note { _, report in report.problem = error } }
        return error.isTransient
    }

    private func canWait(_ error: StoreError) throws -> Bool {
        if error.code == .closed { throw error }
        guard [.unavailable, .full, .locked].contains(error.code) else { return false }
        note { _, report in report.problem = Self.unreadable(error) }
        return true
    }

    private static func unreadable(_ error: StoreError) -> RedisError {
        RedisError(.unavailable, "the task store cannot be read: \(error.message)")
    }
}
