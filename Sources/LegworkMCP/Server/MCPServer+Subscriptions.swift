import Legwork
import LegworkCore

extension MCPServer {
    /// Says that a resource which the program adds has changed; clients that have subscribed to it are told.
    public func resourceChanged(_ uri: String) { hub.changed(uri) }

    /// Ends all `subscriptions/listen`, with the answer that says so; to be called when the process is about to stop.
    public func endSubscriptions() { hub.end() }

    /// Watches over what a resource holds.
    ///
    /// - Returns: what ends that.
    func observe(_ uri: String, _ changed: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        guard let part = MCPTaskResource(uri) else { return hub.observe(uri, changed) }
        let observation =
            switch part {
            case .state(let id), .timeline(let id, _): manager.observe(id, .record, changed)
            case .output(let id, _): manager.observe(id, .output, changed)
            }
        return { observation.cancel() }
    }

    /// Tells of changes until the client or the server ends it (2026-07-28, basic/patterns/subscriptions).
    ///
    /// Of a task the client is told at once where it stands, for it may have ended before anybody listened.
    func listen(
        _ filter: MCPSubscriptionFilter,
        for request: MCPOpenRequest,
        _ notify: @Sendable (MCPNotification) -> Void
    ) async throws -> MCPAnswer {
        let exchange = request.exchange
        let scope = request.caller.scope
        let changes = MCPChanges(clock: clock)
        defer { changes.end() }
        // It is watched first and then looked at, so that no change falls between the two.
        var accepted = MCPSubscriptionFilter(tasks: filter.tasks.map { _ in [] })
        for uri in filter.resources {
            changes.watch(.resource(uri)) { observe(uri, $0) }
            if try await hasResource(uri, for: request.caller) {
                accepted.resources.append(uri)
            } else {
                changes.forget(.resource(uri))
            }
        }
        for text in filter.tasks ?? [] {
            guard let id = TaskID(text) else { continue }
            changes.watch(.task(id)) { changed in
                let observation = manager.observe(id, .record, changed)
                return { observation.cancel() }
            }
            if try await exists(id, in: scope) {
                accepted.tasks?.append(text)
            } else {
                changes.forget(.task(id))
            }
        }
        hub.add(changes)
        defer { hub.remove(changes) }
        notify(exchange.subscribed(accepted))
        for text in accepted.tasks ?? [] { TaskID(text).map { changes.changed(.task($0)) } }

        var told: [TaskID: Int] = [:]
        try await changes.tell { topics in
            for topic in topics {
                switch topic {
                case .resource(let uri): notify(.resourceUpdated(uri, meta: exchange.subscriptionMeta))
                case .task(let id):
                    // One that is deleted has nothing more to say.
                    guard let record = try? await manager.task(id, in: scope), told[id] != record.version else { continue }
                    told[id] = record.version
                    notify(exchange.taskChanged(record, now: clock.now))
                }
            }
        }
        return exchange.unsubscribed
    }

    private func exists(_ id: TaskID, in scope: Scope) async throws -> Bool {
        do {
            _ = try await manager.task(id, in: scope)
            return true
        } catch let error as TaskManagerError where error.code == .notFound {
            return false
        }
    }
}
