public import LegworkCore

extension TaskManager {
    /// The most dead letters that are replayed in one go: as many as one owner can have.
    private static let maximumReplay = DeadLetter.maximumPerOwner

    /// Reads the messages that could not be delivered: those that the owner's tasks and callers sent. At most 10,000 are kept for an owner.
    ///
    /// - Parameters:
    ///   - scope: whose.
    ///   - after: only letters with greater numbers; the last number read goes on from there.
    ///   - limit: the most letters, 1 to 1,000.
    public func deadLetters(in scope: Scope, after: Int64 = 0, limit: Int = 100) async throws -> [DeadLetter] {
        try await engine.store.deadLetters(DeadLetterQuery(in: scope, after: after, limit: limit))
    }

    /// Sends dead letters again, with the ids they had: to the recipient, or when that has ended to the live task of the same owner and name. A
    /// letter that nobody takes is kept.
    ///
    /// - Parameters:
    ///   - scope: whose.
    ///   - numbers: only these, at most 10,000; empty means all.
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` for too many numbers; ``StoreError``, and then some may have been sent.
    public func replayDeadLetters(in scope: Scope, numbers: [Int64] = []) async throws -> DeadLetterReplay {
        try check(numbers)
        var replay = DeadLetterReplay()
        if numbers.isEmpty {
            var after: Int64 = 0
            var seen = 0
            while true {
                let letters = try await deadLetters(in: scope, after: after, limit: 1000)
                guard let last = letters.last else { break }
                // Letters that die again have new numbers; they are not sent in circles.
                guard seen < Self.maximumReplay else {
                    replay.hasMore = true
                    break
                }
                for letter in letters { try await self.replay(letter.number, isNamed: false, in: scope, &replay) }
                seen += letters.count
                after = last.number
            }
        } else {
            for number in numbers { try await self.replay(number, isNamed: true, in: scope, &replay) }
        }
        return replay
    }

    private func replay(_ number: Int64, isNamed: Bool, in scope: Scope, _ replay: inout DeadLetterReplay) async throws {
        let request = ReplayRequest(number, in: scope, limit: engine.configuration.inboxLimit)
        guard let answer = try await engine.store.replay(request) else {
            if isNamed { replay.missing.append(number) }
            return
        }
        guard answer.result.isAccepted else {
            replay.failures.append(.init(number: number, recipient: answer.recipient, result: answer.result))
            return
        }
        replay.sent += 1
        engine.watchers.messageArrived(at: answer.recipient)
    }

    /// Deletes dead letters.
    ///
    /// - Parameters:
    ///   - scope: whose.
    ///   - numbers: only these, at most 10,000; empty means all.
    /// - Returns: how many there were.
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` for too many numbers; ``StoreError``, and then some may be gone.
    public func clearDeadLetters(in scope: Scope, numbers: [Int64] = []) async throws -> Int {
        try check(numbers)
        let atOnce = 1000
        var count = 0
        if numbers.isEmpty {
            while true {
                let cleared = try await engine.store.clear(DeadLetterQuery(in: scope, limit: atOnce))
                count += cleared
                if cleared < atOnce { return count }
            }
        }
        for start in stride(from: 0, to: numbers.count, by: atOnce) {
            let some = Array(numbers[start..<min(start + atOnce, numbers.count)])
            count += try await engine.store.clear(DeadLetterQuery(in: scope, numbers: some, limit: atOnce))
        }
        return count
    }

    private func check(_ numbers: [Int64]) throws(TaskManagerError) {
        guard numbers.count <= Self.maximumReplay else {
            throw TaskManagerError(.invalidArgument, "give at most \(Self.maximumReplay) numbers of dead letters, or none for all")
        }
    }
}
