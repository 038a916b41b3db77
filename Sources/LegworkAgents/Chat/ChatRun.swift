import LegworkCore

/// One attempt of an agent's task: does what ``ChatTurnMachine`` decides.
struct ChatRun {
    let configuration: ChatAgentConfiguration
    let model: String
    let toolbox: ChatToolbox
    let caller: any AgentToolCaller
    let endpoint: ChatEndpointClient
    let key: String?
    let redactor: SecretRedactor
    let context: ToolContext
    let clock: any TaskClock
    let chance: @Sendable () -> Double

    /// What became of a piece of work.
    private enum Report: Sendable {
        case approved(String)
        case finished(String, result: String, isError: Bool)
    }

    /// Runs to the end.
    ///
    /// - Throws: ``AgentError``, `CancellationError`, and what saving a checkpoint throws.
    func run(prompt: String) async throws -> ToolResult {
        var machine: ChatTurnMachine
        if let checkpoint = context.checkpoint {
            machine = try ChatTurnMachine(checkpoint: checkpoint, configuration, toolbox)
        } else {
            machine = ChatTurnMachine(prompt: prompt, configuration, toolbox)
        }
        var step = try await resume(&machine)
        while true {
            try context.checkCancellation()
            try Task.checkCancellation()
            switch step {
            case .ask: step = try await ask(&machine)
            case .askAfter(let delay, let reason):
                context.emit("asked again in \(Self.seconds(delay)) s: \(redactor.redact(reason))", data: ["kind": "warning"])
                context.status("waiting for the model's endpoint")
                try await clock.sleep(until: clock.uptime + delay)
                step = .ask
            case .work(let work): step = try await doWork(work, &machine)
            case .wait:
                throw AgentError(.damagedCheckpoint, "the saved state of this agent has calls that nobody makes; call the agent anew")
            case .end: return result(of: machine)
            case .fail(let error): return failure(error, machine)
            }
        }
    }

    /// Begins, with what can be learnt of calls that an earlier attempt has begun.
    private func resume(_ machine: inout ChatTurnMachine) async throws -> ChatTurnMachine.Step {
        let before = machine.calls
        let begun = before.all.filter { $0.state == .started }.map(\.call)
        var known: [String: String] = [:]
        for call in begun {
            guard let result = try await caller.earlierResult(of: call.id, ChatTurnMachine.object(call.arguments) ?? [:], context) else {
                continue
            }
            known[call.id] = (result.isError ? "error: " : "") + redactor.redact(Self.text(of: result))
        }
        let step = machine.begin(known: known)
        // Also when only one that waited has been begun: a configuration may grant today what had to be asked for yesterday.
        guard machine.calls != before else { return step }
        var again: Set<String> = []
        if case .work(let work) = step { again = Set(work.map(\.id)) }
        for id in begun.map(\.id) where !again.contains(id) {
            context.endToolCall(id: id, result: known[id] ?? "unknown outcome", isError: known[id] == nil)
        }
        try await save(machine)
        return step
    }

    private func save(_ machine: ChatTurnMachine) async throws {
        try await context.save(checkpoint: machine.checkpoint)
    }

    // MARK: - Asking

    private func ask(_ machine: inout ChatTurnMachine) async throws -> ChatTurnMachine.Step {
        let messages: [JSONValue]
        do { messages = try machine.messages() } catch { return .fail(error) }
        let turn = machine.turns + 1
        context.progress(Double(machine.turns), of: nil, "turn \(turn): the model is asked")
        var answer: ChatAnswer
        do {
            answer = try await endpoint.ask(body(messages), key: key) { text in
                let end = text.suffix(120).split(whereSeparator: \.isNewline).last ?? ""
                context.status("turn \(turn): \(redactor.redact(String(end)))")
            }
        } catch let fault as ChatFault {
            return machine.failed(fault, chance: chance())
        }
        // What the endpoint repeats of the key must not stand in the checkpoint either.
        answer.text = redactor.redact(answer.text)
        for index in answer.calls.indices { answer.calls[index].arguments = redactor.redact(answer.calls[index].arguments) }
        let step = machine.answered(answer)
        try await save(machine)
        if !answer.text.isEmpty { context.emit(answer.text, data: ["kind": "message", "turn": JSONValue(turn)]) }
        return step
    }

    private func body(_ messages: [JSONValue]) -> JSONValue {
        var body: JSONObject = ["model": .string(model), "messages": .array(messages), "stream": true]
        if configuration.endpoint.reportsUsage { body["stream_options"] = ["include_usage": true] }
        if !toolbox.json.isEmpty { body["tools"] = .array(toolbox.json) }
        body["max_tokens"] = configuration.maximumOutputTokens.map { JSONValue($0) }
        for member in configuration.extraBody.members { body[member.key] = member.value }
        return .object(body)
    }

    // MARK: - Calls

    /// Does work until all calls of the answer are done.
    private func doWork(_ work: [ChatTurnMachine.Work], _ machine: inout ChatTurnMachine) async throws -> ChatTurnMachine.Step {
        var machineNow = machine
        defer { machine = machineNow }
        return try await withThrowingTaskGroup(of: Report.self) { group in
            var queue = work
            var running = 0
            // Those that were rejected are done already; what remains may be to ask again.
            var step: ChatTurnMachine.Step = machineNow.calls.isEmpty ? .ask : .wait
            while true {
                while running < configuration.maximumParallelCalls, !queue.isEmpty {
                    let work = queue.removeFirst()
                    if case .reject(let call, let why) = work {
                        tell(call, nil)
                        context.endToolCall(id: call.id, result: why, isError: true)
                        continue
                    }
                    running += 1
                    group.addTask { try await self.perform(work) }
                }
                guard running > 0, let report = try await group.next() else { return step }
                running -= 1
                switch report {
                case .approved(let id): step = machineNow.approved(id)
                case .finished(let id, let result, let isError): step = machineNow.finished(id, result, isError: isError)
                }
                try await save(machineNow)
                if case .work(let more) = step { queue = more + queue }
            }
        }
    }

    private func perform(_ work: ChatTurnMachine.Work) async throws -> Report {
        switch work {
        case .run(let call, let arguments):
            tell(call, arguments)
            let (result, isError) = try await make(call, arguments)
            context.endToolCall(id: call.id, result: result, isError: isError)
            return .finished(call.id, result: result, isError: isError)
        case .approve(let call, let arguments, let key):
            if let refusal = try await refusal(of: call, arguments, key) {
                tell(call, arguments)
                context.endToolCall(id: call.id, result: refusal, isError: true)
                return .finished(call.id, result: refusal, isError: true)
            }
            return .approved(call.id)
        case .reject(let call, let why): return .finished(call.id, result: why, isError: true)
        }
    }

    private func make(_ call: ChatToolCall, _ arguments: JSONValue) async throws -> (String, Bool) {
        guard let name = toolbox[call.name]?.descriptor.name else { return (toolbox.unknown(call.name), true) }
        do {
            let result = try await caller.call(name, arguments, id: call.id, context)
            return (redactor.redact(Self.text(of: result)), result.isError)
        } catch {
            // The agent's own end is no result.
            try Task.checkCancellation()
            return (redactor.redact("\(error)"), true)
        }
    }

    /// Why a call may not be made; nil when it may.
    private func refusal(of call: ChatToolCall, _ arguments: JSONValue, _ key: String) async throws -> String? {
        let shown = redactor.redact(hidden(call, arguments)).json().truncated(toBytes: 4000)
        let name = toolbox[call.name]?.descriptor.name ?? call.name
        do {
            let answer = try await context.ask(
                "The agent '\(configuration.name)' wants to call '\(name)' with \(shown). Is it allowed to?",
                schema: ["type": "boolean"],
                key: key
            )
            return answer.bool == true ? nil : "this call was not allowed"
        } catch {
            try Task.checkCancellation()
            if error is CancellationError { throw error }
            return "this call needs somebody's permission, which was not given: \(error)"
        }
    }

    private func tell(_ call: ChatToolCall, _ arguments: JSONValue?) {
        let shown = arguments.map { redactor.redact(hidden(call, $0)) } ?? .string(redactor.redact(call.arguments))
        context.beginToolCall(id: call.id, name: toolbox[call.name]?.descriptor.name ?? call.name, arguments: shown)
    }

    private func hidden(_ call: ChatToolCall, _ arguments: JSONValue) -> JSONValue {
        ToolDescriptor.redacting(arguments, hiding: toolbox[call.name]?.descriptor.sensitiveArguments ?? [])
    }

    /// A result as a model reads it: its texts, or its structured content where there are none.
    private static func text(of result: ToolResult) -> String {
        let texts = result.content.map { block in block.text ?? "[\(block.json["type"]?.string ?? "content") that is no text]" }
        let text = texts.joined(separator: "\n")
        return text.isEmpty ? result.structuredContent?.json() ?? "(no content)" : text
    }

    private static func seconds(_ duration: Duration) -> Double { (duration.seconds * 10).rounded() / 10 }

    // MARK: - The end

    private func failure(_ error: AgentError, _ machine: ChatTurnMachine) -> ToolResult {
        var facts = facts(of: machine)
        facts["error"] = .string(error.code.name)
        return .error(redactor.redact(error.message), structured: redactor.redact(.object(facts)))
    }

    private func facts(of machine: ChatTurnMachine) -> JSONObject {
        var facts: JSONObject = [
            "model": .string(machine.model ?? model), "turns": JSONValue(machine.turns), "tool_calls": JSONValue(machine.callCount),
            "usage": machine.usage.json,
        ]
        facts["cost_usd"] = machine.cost.map { JSONValue($0) }
        facts["finish_reason"] = machine.finishReason.map(JSONValue.string)
        return facts
    }

    private func result(of machine: ChatTurnMachine) -> ToolResult {
        let structured = redactor.redact(.object(facts(of: machine)))
        let text = redactor.redact(machine.text)
        switch (text.isEmpty, machine.finishReason) {
        case (true, "content_filter"): return .error("the model's endpoint held the answer back (content_filter)", structured: structured)
        case (true, _): return .error("the model ended without an answer", structured: structured)
        case (false, "length"):
            return ToolResult(
                content: [.text(text), .text("[the answer was cut off at the most tokens of one answer]")],
                structuredContent: structured
            )
        case (false, _): return .text(text, structured: structured)
        }
    }
}
