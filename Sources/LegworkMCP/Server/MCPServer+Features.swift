import Legwork
import LegworkCore

extension MCPServer {
    /// Does what a request asks of resources, prompts and completions.
    ///
    /// - Returns: the answer; nil when its sender has called it off in time.
    func perform(
        _ feature: MCPFeatureRequest,
        for request: MCPOpenRequest,
        notify: @escaping @Sendable (MCPNotification) -> Void
    ) async throws -> MCPAnswer? {
        let exchange = request.exchange
        switch feature {
        case .listResources(let cursor): return try await resources(from: cursor, for: request)
        case .listResourceTemplates(let cursor): return try exchange.resourceTemplates(options.resourceTemplates, cursor: cursor)
        case .readResource(let uri): return try await resource(uri, for: request)
        case .subscribe(let uri):
            guard try await hasResource(uri, for: request.caller) else { throw exchange.resourceNotFound(uri) }
            try request.subscriptions.add(uri)
            return exchange.acknowledged
        case .unsubscribe(let uri):
            request.subscriptions.remove(uri)
            return exchange.acknowledged
        case .listen(let filter): return try await listen(filter, for: request, notify)
        case .listPrompts(let cursor): return try exchange.prompts(options.prompts, cursor: cursor)
        case .getPrompt(let name, let arguments, let retry): return try await prompt(name, arguments, retry, for: request, notify)
        case .complete(let asked): return exchange.completion(try await completion(asked, for: request.caller))
        }
    }
}
