public import LegworkCore

extension TaskManager {
    /// Has told in a channel what becomes of a task, or what has become of it.
    ///
    /// Of a task that stands as the wish says already, such as one that has ended, it is told at once. The same wish again changes nothing and
    /// sends nothing twice.
    ///
    /// - Parameters:
    ///   - reference: the task, as for ``task(_:in:)-(String,_)``.
    ///   - wish: what is to be told where.
    ///   - caller: who wants it; it says which channels may be used.
    ///   - scope: what he may see.
    /// - Throws: ``TaskManagerError/Code/notFound``; ``TaskManagerError/Code/noChannel`` for a channel that is not there or that the caller
    ///   may not use, with those that he may; ``TaskManagerError/Code/invalidArgument`` for a place or a number that cannot be;
    ///   ``TaskManagerError/Code/tooManyRedirects``; ``StoreError``.
    @discardableResult
    public func redirect(_ reference: String, to wish: RedirectWish, as caller: Caller, in scope: Scope) async throws -> RedirectReceipt {
        try CallLimits.check(caller)
        while true {
            // The task is looked for first: whoever may not see it learns nothing but that.
            let seen = try await task(reference, in: scope)
            if let receipt = try await redirect(seen, to: wish, as: caller, in: scope) { return receipt }
        }
    }

    /// - Returns: nil when the task went on meanwhile, so that all is to be looked at anew.
    private func redirect(
        _ seen: TaskRecord,
        to wish: RedirectWish,
        as caller: Caller,
        in scope: Scope
    ) async throws -> RedirectReceipt? {
        let redirect = try engine.channels.redirect(for: wish, of: caller, tool: seen.tool, queue: seen.queue)
        // What a rule wanted may have been told, or be held back or withdrawn because a caller got it as his answer.
        let ruled = seen.redirects.first { $0.isStanding && $0.isSame(as: redirect) }
        var told: Delivery?
        if let ruled { told = try await delivery(of: seen, for: ruled) }
        var receipt: RedirectReceipt?
        var wentOn = false
        let update = try await engine.update(seen.id, in: scope, from: seen) { record in
            // What it went on to may have been told since that was asked, and what was held back be withdrawn.
            let isSame = record.status == seen.status && record.attempts == seen.attempts
            wentOn = ruled != nil && !(isSame && (!record.status.isTerminal || record.version == seen.version))
            if wentOn { return nil }
            let before = record.redirects
            guard let (added, isNew) = record.add(redirect) else { throw TaskManagerError.tooManyRedirects }
            receipt = RedirectReceipt(added, isNew: isNew)
            guard record.redirects != before else { return nil }
            let now = engine.clock.now
            record.touch(at: now)
            guard added.statuses.contains(record.status), told == nil else { return TaskRecord.Transition() }
            let delivery = record.delivery(for: added, at: now)
            receipt?.delivery = delivery
            return TaskRecord.Transition(deliveries: [delivery])
        }
        if wentOn { return nil }
        // Should this fail, it is sent later: it is asked for by now, and nobody withdraws it.
        if let told, told.isHeldBack { receipt?.delivery = try? await engine.release(told.id) }
        guard update != nil, let receipt else { throw TaskManagerError.notFound(seen.id) }
        return receipt
    }

    /// What a redirect has told of a task as it stands: not what was told before, such as the end of an attempt before this.
    private func delivery(of record: TaskRecord, for redirect: Redirect) async throws(StoreError) -> Delivery? {
        var query = DeliveryQuery(in: .operator, task: record.id, channel: redirect.channel, limit: 100)
        while true {
            let page = try await engine.store.deliveries(query)
            let told = page.deliveries.first {
                $0.id.redirect == redirect.number && $0.content.status == record.status && $0.content.attempts == record.attempts
            }
            guard told == nil, let next = page.next else { return told }
            query.after = next
        }
    }

    /// Reads where it is told what becomes of a task, and what was written to be told, the oldest first.
    ///
    /// - Returns: the redirects, and at most ``DeliveryQuery/maximumLimit`` deliveries.
    /// - Throws: as ``task(_:in:)-(String,_)``.
    public func redirects(of reference: String, in scope: Scope) async throws -> (redirects: [Redirect], deliveries: [Delivery]) {
        let record = try await task(reference, in: scope)
        let query = DeliveryQuery(in: scope, task: record.id, limit: DeliveryQuery.maximumLimit)
        return (record.redirects, try await engine.store.deliveries(query).deliveries)
    }

    /// Takes redirects of a task away. What was written for them is delivered all the same, unless it is dropped.
    ///
    /// - Parameter number: which; nil takes all away.
    /// - Returns: how many there were.
    /// - Throws: as ``task(_:in:)-(String,_)``.
    @discardableResult
    public func removeRedirects(of reference: String, number: Int? = nil, in scope: Scope) async throws -> Int {
        let seen = try await task(reference, in: scope)
        var count = 0
        let update = try await engine.update(seen.id, in: scope, from: seen) { record in
            let meant = record.redirects.map(\.number).filter { number == nil || $0 == number }
            count = meant.count
            guard count > 0 else { return nil }
            for number in meant { _ = record.removeRedirect(number) }
            record.touch(at: engine.clock.now)
            return TaskRecord.Transition()
        }
        guard update != nil else { throw TaskManagerError.notFound(seen.id) }
        return count
    }
}
