import Legwork
import LegworkCore

extension MCPServer {
    /// A prompt with its blanks filled in, or what the client is asked first.
    func prompt(
        _ name: String,
        _ arguments: [String: String],
        _ retry: MCPRetry,
        for request: MCPOpenRequest,
        _ notify: @escaping @Sendable (MCPNotification) -> Void
    ) async throws -> MCPAnswer {
        let prompt = try prompt(named: name)
        for argument in prompt.arguments where argument.isRequired && arguments[argument.name] == nil {
            throw MCPError(.invalidParams, "the prompt '\(prompt.name)' needs params.arguments.\(argument.name), a string")
        }
        var inquiry = MCPPromptInquiry(prompt, at: clock.now)
        try inquiry.take(retry.inputResponses)
        if let open = try inquiry.open(for: request.exchange) {
            // Nothing of the client is kept: what it was asked it answers with the whole request (2026-07-28, basic/utilities/mrtr).
            if request.exchange.revision.isModern { return request.exchange.inputRequired(open, state: nil) }
            for question in open {
                switch await send(question.json(in: request.exchange.revision), request, notify) {
                case .none where request.isLeft: throw CancellationError()
                case .none: throw MCPError(.invalidParams, "the client did not answer '\(question.key)' in time; ask for the prompt again")
                case .error: try inquiry.decline(question.key)
                case .result(let result): try inquiry.take([question.key: result])
                }
            }
            if let left = try inquiry.open(for: request.exchange)?.first {
                throw MCPError(.invalidParams, "what the client answered to '\(left.key)' does not fit")
            }
        }
        let filled = MCPPrompt.Request(arguments: arguments, answers: inquiry.answers, caller: request.caller)
        return request.exchange.prompt(prompt, try await prompt.make(filled))
    }

    private func prompt(named name: String) throws(MCPError) -> MCPPrompt {
        guard let prompt = options.prompts.first(where: { $0.name == name }) else {
            throw MCPError(.invalidParams, "there is no prompt named '\(name.truncated(toBytes: 100))'; prompts/list names all")
        }
        return prompt
    }

    // MARK: - Completion

    /// How an argument may go on.
    func completion(_ asked: MCPCompletionRequest, for caller: Caller) async throws -> MCPCompletion {
        switch asked.reference {
        case .prompt(let name):
            let prompt = try prompt(named: name)
            guard let argument = prompt.arguments.first(where: { $0.name == asked.argument }) else {
                throw Self.noArgument(asked.argument, of: "the prompt '\(prompt.name)'")
            }
            return try await argument.complete(asked.value, caller)
        case .resource(let pattern):
            if MCPTaskResource.patterns.contains(pattern) {
                guard asked.argument == "id" else { throw Self.noArgument(asked.argument, of: "'\(pattern)'") }
                return try await taskIDs(beginningWith: asked.value, for: caller)
            }
            guard let template = options.resourceTemplates.first(where: { $0.pattern.text == pattern }) else {
                let shown = pattern.truncated(toBytes: 100)
                throw MCPError(.invalidParams, "there is no template '\(shown)'; resources/templates/list names all")
            }
            guard template.pattern.variables.contains(asked.argument) else { throw Self.noArgument(asked.argument, of: "'\(pattern)'") }
            return try await template.complete(asked.argument, asked.value, caller)
        }
    }

    private static func noArgument(_ name: String, of what: String) -> MCPError {
        MCPError(.invalidParams, "\(what) has no argument '\(name.truncated(toBytes: 100))'")
    }

    /// The caller's newest tasks whose ids begin with what is typed, with or without the ids' own beginning.
    private func taskIDs(beginningWith typed: String, for caller: Caller) async throws -> MCPCompletion {
        let page = try await manager.tasks(TaskQuery(in: caller.scope, limit: TaskQuery.maximumLimit))
        let prefix = typed.hasPrefix(TaskID.marker) || TaskID.marker.hasPrefix(typed) ? typed : TaskID.marker + typed
        return MCPCompletion(page.tasks.map(\.id.description).filter { $0.hasPrefix(prefix) }, isComplete: page.next == nil)
    }
}
