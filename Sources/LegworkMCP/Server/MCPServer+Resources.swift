import Legwork
import LegworkCore

extension MCPServer {
    /// The most bytes of raw output in one answer.
    static let outputLimit = 64 << 10

    /// A page of the resources: those that the program has added, then the caller's tasks, the newest first.
    func resources(from cursor: String?, for request: MCPOpenRequest) async throws -> MCPAnswer {
        let size = MCPExchange.resourcesPerPage
        let added: ArraySlice<MCPResource>
        let place: TaskCursor?
        if let cursor, let tasks = TaskCursor(cursor) {
            (added, place) = ([], tasks)
        } else {
            let page = try MCPListPage(of: options.resources, from: cursor, mark: "r", size: size)
            if let next = page.next { return request.exchange.resources(page.elements, [], next: next) }
            (added, place) = (page.elements, nil)
        }
        // The tasks begin on the page on which the others end, be it full: then with the newest of them.
        let query = TaskQuery(in: request.caller.scope, limit: max(1, size - added.count), cursor: place)
        let page = try await manager.tasks(query)
        return request.exchange.resources(added, page.tasks, next: page.next?.description)
    }

    /// What a resource holds; one that is missing and one of another owner look alike.
    func resource(_ uri: String, for request: MCPOpenRequest) async throws -> MCPAnswer {
        guard let contents = try await contents(of: uri, for: request) else { throw request.exchange.resourceNotFound(uri) }
        return request.exchange.resource(uri, contents)
    }

    private func contents(of uri: String, for request: MCPOpenRequest) async throws -> [MCPResourceContents]? {
        if let part = MCPTaskResource(uri) {
            do {
                return try await contents(of: part, for: request)
            } catch let error as TaskManagerError where error.code == .notFound {
                return nil
            }
        }
        if let resource = options.resources.first(where: { $0.uri == uri }) { return [try await resource.read(request.caller)] }
        for template in options.resourceTemplates {
            guard let values = template.pattern.values(in: uri) else { continue }
            if let contents = try await template.read(values, request.caller) { return [contents] }
        }
        return nil
    }

    /// Whether a caller could read a resource; nothing is read of it that might be large.
    func hasResource(_ uri: String, for caller: Caller) async throws -> Bool {
        if let part = MCPTaskResource(uri) {
            do {
                _ = try await manager.task(part.id, in: caller.scope)
                return true
            } catch let error as TaskManagerError where error.code == .notFound {
                return false
            }
        }
        if options.resources.contains(where: { $0.uri == uri }) { return true }
        for template in options.resourceTemplates {
            guard let values = template.pattern.values(in: uri) else { continue }
            if try await template.read(values, caller) != nil { return true }
        }
        return false
    }

    // MARK: - Tasks

    private func contents(of part: MCPTaskResource, for request: MCPOpenRequest) async throws -> [MCPResourceContents] {
        let scope = request.caller.scope
        switch part {
        case .state(let id):
            let record = try await manager.task(id, in: scope)
            await manager.noteReading([record], in: scope, session: request.caller.session)
            let state = JSONValue.object(TaskReport(record, now: clock.now).object)
            return [.text(state.json(), mimeType: MCPTaskResource.stateType)]
        case .timeline(let id, let after):
            // A timeline is bounded in the store.
            let events = try await manager.events(EventQuery(of: id, in: scope, after: after, limit: 10_000))
            return [.text(events.map { $0.json.json() + "\n" }.joined(), mimeType: MCPTaskResource.timelineType)]
        case .output(let id, let offset):
            let range: TaskManager.OutputRange = offset.map { .from($0, limit: Self.outputLimit) } ?? .tail(Self.outputLimit)
            let chunk = try await manager.output(of: id, range, in: scope)
            return MCPOutputPart(chunk, of: id, startsAnywhere: offset == nil).contents
        }
    }
}
