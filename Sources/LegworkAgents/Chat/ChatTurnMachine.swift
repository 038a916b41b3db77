import LegworkCore

/// The decisions of an agent's loop: a value without clock, lock or I/O. It is told what happened and answers what has to follow.
///
/// Whoever acts on it saves ``checkpoint`` after each answer of the model, before each call begins and after each call has ended, and goes on
/// only then: so no answer is paid for twice, and no call is made twice.
struct ChatTurnMachine: Sendable {
    /// What has to follow.
    enum Step: Sendable, Hashable {
        /// Ask the model with ``request()``.
        case ask
        /// Wait, then ask.
        case askAfter(Duration, because: String)
        /// Go on with these calls, side by side.
        case work([Work])
        /// Wait for the calls that are under way.
        case wait
        /// It is done.
        case end
        /// It cannot go on.
        case fail(AgentError)
    }

    /// What has to be done for a call.
    enum Work: Sendable, Hashable {
        /// Make it.
        case run(ChatToolCall, JSONValue)
        /// Have somebody allow it, by a question with a key of its own.
        case approve(ChatToolCall, JSONValue, key: String)
        /// Nothing: its result stands, for the timeline.
        case reject(ChatToolCall, String)

        /// The call's id.
        var id: String {
            switch self {
            case .run(let call, _), .approve(let call, _, _), .reject(let call, _): call.id
            }
        }
    }

    /// The most calls of one answer.
    static let maximumCalls = 128

    private let configuration: ChatAgentConfiguration
    private let toolbox: ChatToolbox
    private let toolBytes: Int
    private(set) var conversation: ChatConversation
    private(set) var calls = ChatCalls()
    private(set) var turns = 0
    private(set) var callCount = 0
    private(set) var usage = AgentUsage()
    private(set) var finishReason: String?
    private(set) var model: String?
    private(set) var isEnded = false
    /// How often the request has failed since it was last answered.
    private var failures = 0
    /// How many tokens the conversation may have, when the endpoint has refused more.
    private var tighterBudget: Int?

    /// Begins a conversation.
    init(prompt: String, _ configuration: ChatAgentConfiguration, _ toolbox: ChatToolbox) {
        self.configuration = configuration
        self.toolbox = toolbox
        toolBytes = JSONValue.array(toolbox.json).jsonBytes().count
        conversation = ChatConversation(messages: [])
        if let instructions = configuration.instructions { conversation.add(["role": "system", "content": .string(instructions)]) }
        conversation.add(["role": "user", "content": .string(prompt)])
    }

    /// What was said last.
    var text: String {
        conversation.messages.last { $0["role"] == "assistant" }?["content"]?.string ?? ""
    }

    /// What it has cost, in US dollars; nil when nobody knows the prices.
    var cost: Double? { configuration.prices.map { $0.cost(of: usage) } }

    // MARK: - Asking

    /// What follows at the beginning, and after an attempt that was interrupted.
    ///
    /// - Parameter known: results of calls that the earlier attempt has begun, by their ids, as far as somebody knows them.
    mutating func begin(known: [String: String] = [:]) -> Step {
        if isEnded { return .end }
        if calls.isEmpty { return turns >= configuration.maximumTurns ? .fail(tooManyTurns) : .ask }
        var work: [Work] = []
        for (index, call) in calls.all.enumerated() {
            switch call.state {
            case .done: break
            case .waiting: work.append(decide(call.call, index))
            case .started:
                if let result = known[call.call.id] {
                    calls.set(call.call.id, .done(cut(result)))
                } else if toolbox[call.call.name]?.isRepeatable == true {
                    work.append(decide(call.call, index))
                } else {
                    calls.set(
                        call.call.id,
                        .done(
                            "error: unknown outcome, it may have happened: the process was interrupted after this call had begun. Look whether "
                                + "it took effect before you repeat it"
                        )
                    )
                }
            }
        }
        return follow(work)
    }

    /// The messages for the endpoint, shortened where they have to be.
    ///
    /// - Throws: ``AgentError/Code/contextExceeded`` when they are too long all the same.
    mutating func messages() throws(AgentError) -> [JSONValue] {
        let reserve = configuration.maximumOutputTokens ?? min(4096, configuration.contextTokens / 4)
        let budget = min(configuration.contextTokens - reserve, tighterBudget ?? .max)
        guard conversation.shorten(to: budget, beside: toolBytes) else { throw contextExceeded }
        return conversation.messages
    }

    private var contextExceeded: AgentError {
        AgentError(
            .contextExceeded,
            "the conversation has about \(conversation.tokens(beside: toolBytes)) tokens, also with the results of its tools shortened; the "
                + "model takes \(configuration.contextTokens), its answer included. Start a new task with a shorter prompt or smaller parts of "
                + "the work, or take a model with a larger context"
        )
    }

    private var tooManyTurns: AgentError {
        AgentError(
            .tooManyTurns,
            "the model still calls tools in its answer \(turns), the last that it may give (max_turns); what it has done stands in the "
                + "timeline"
        )
    }

    /// The model has answered. Save before acting on the step.
    mutating func answered(_ answer: ChatAnswer) -> Step {
        failures = 0
        tighterBudget = nil
        turns += 1
        model = answer.model ?? model
        finishReason = answer.finishReason
        if let used = answer.usage {
            usage = usage + used
            conversation.learn(tokens: used.inputTokens, beside: toolBytes)
        }
        let wanted = withOwnIDs(answer.calls)
        var message: JSONObject = ["role": "assistant", "content": .string(answer.text)]
        if !wanted.isEmpty { message["tool_calls"] = .array(wanted.map(\.json)) }
        conversation.add(.object(message))
        guard !wanted.isEmpty else {
            isEnded = true
            return .end
        }
        callCount += wanted.count
        if turns >= configuration.maximumTurns {
            // Endpoints refuse a conversation in which a call has no result, should somebody go on with it.
            for call in wanted { conversation.add(["role": "tool", "tool_call_id": .string(call.id), "content": "error: not called"]) }
            return .fail(tooManyTurns)
        }
        calls = ChatCalls(wanted.map { .init(call: $0, state: .waiting) })
        return follow(wanted.enumerated().map { decide($1, $0) })
    }

    /// There is no answer.
    ///
    /// - Parameter chance: from 0 up to 1.
    mutating func failed(_ fault: ChatFault, chance: Double) -> Step {
        switch fault.kind {
        case .final: return .fail(AgentError(.endpoint, fault.message))
        case .contextExceeded:
            let tokens = conversation.tokens(beside: toolBytes)
            let tighter = min(tokens, tighterBudget ?? .max) * 2 / 3
            // Each time it is tried with a third less, until nothing more can be shortened.
            if conversation.shorten(to: tighter, beside: toolBytes) {
                tighterBudget = tighter
                return .ask
            }
            // Less than a third was gained; it may be enough.
            let left = conversation.tokens(beside: toolBytes)
            guard left < tokens else { return .fail(AgentError(.contextExceeded, "\(contextExceeded.message) (\(fault.message))")) }
            tighterBudget = left
            return .ask
        case .retryable(let wish):
            failures += 1
            guard let delay = configuration.retry.delay(before: failures, wish: wish, chance: chance) else {
                let tries = failures == 1 ? "" : " (tried \(failures) times)"
                let asked = wish.map { ". It asks to wait \($0.seconds) s" } ?? ""
                return .fail(AgentError(.endpoint, "\(fault.message)\(asked)\(tries)"))
            }
            return .askAfter(delay, because: fault.message)
        }
    }

    // MARK: - Calls

    /// Somebody has allowed a call. Save before acting on the step.
    mutating func approved(_ id: String) -> Step {
        guard let call = calls[id]?.call, let arguments = Self.object(call.arguments) else { return .wait }
        calls.set(id, .started)
        return .work([.run(call, arguments)])
    }

    /// A call has ended, or was not allowed. Save before acting on the step.
    mutating func finished(_ id: String, _ result: String, isError: Bool) -> Step {
        calls.set(id, .done(cut(isError ? "error: \(result)" : result)))
        return follow([])
    }

    private mutating func follow(_ work: [Work]) -> Step {
        if calls.areDone, !calls.isEmpty {
            for message in calls.messages { conversation.add(message) }
            calls = ChatCalls()
            // What was rejected is told of before the model is asked.
            return work.isEmpty ? .ask : .work(work)
        }
        return work.isEmpty ? .wait : .work(work)
    }

    /// What a call needs; it is begun when that is nothing.
    private mutating func decide(_ call: ChatToolCall, _ index: Int) -> Work {
        func reject(_ why: String) -> Work {
            calls.set(call.id, .done("error: \(why)"))
            return .reject(call, why)
        }
        guard index < Self.maximumCalls else { return reject("at most \(Self.maximumCalls) tools can be called in one answer") }
        guard let entry = toolbox[call.name] else { return reject(toolbox.unknown(call.name)) }
        guard let arguments = Self.object(call.arguments) else {
            return reject("the arguments are no JSON object: \(Self.fault(of: call.arguments)). Call it again with valid JSON")
        }
        var needing = entry
        if entry.handsOn, let name = arguments["tool"]?.string {
            // What may not be called now may not be called later either.
            guard let target = toolbox.entry(of: name) else { return reject(toolbox.unknown(name)) }
            guard !target.handsOn else { return reject("'\(name)' cannot be called that way; call it itself") }
            if !entry.needsApproval { needing = target }
        }
        if needing.needsApproval {
            guard configuration.approval == .ask else {
                return reject("this agent may not call '\(needing.descriptor.name)'; its configuration does not grant it")
            }
            return .approve(call, arguments, key: "approve-\(turns)-\(index)")
        }
        calls.set(call.id, .started)
        return .run(call, arguments)
    }

    private func cut(_ result: String) -> String { ChatConversation.cut(result, to: configuration.maximumToolResultBytes) }

    /// Some endpoints give no ids, or the same ones again: then calls could not be told apart.
    private func withOwnIDs(_ calls: [ChatToolCall]) -> [ChatToolCall] {
        var taken = conversation.callIDs
        return calls.enumerated().map { index, call in
            var call = call
            if !(1...128).contains(call.id.utf8.count) || taken.contains(call.id) { call.id = "call-\(turns)-\(index)" }
            taken.insert(call.id)
            return call
        }
    }

    static func object(_ text: String) -> JSONValue? {
        // Tools without parameters are often called with nothing at all.
        if text.utf8.allSatisfy({ $0 <= 0x20 }) { return [:] }
        guard let value = try? JSONValue(parsing: text), value.object != nil else { return nil }
        return value
    }

    private static func fault(of text: String) -> String {
        do {
            return "it is of type \(try JSONValue(parsing: text).typeName)"
        } catch {
            return "\(error)"
        }
    }
}

// MARK: - Checkpoints

extension ChatTurnMachine {
    /// All that a later attempt needs.
    var checkpoint: JSONValue {
        [
            "version": 1, "messages": .array(conversation.messages), "calls": calls.json, "turns": JSONValue(turns),
            "call_count": JSONValue(callCount), "usage": usage.json, "is_ended": .bool(isEnded), "finish_reason": JSONValue(finishReason),
            "model": JSONValue(model),
        ]
    }

    /// Takes up what an earlier attempt saved.
    ///
    /// - Throws: ``AgentError/Code/damagedCheckpoint``.
    init(checkpoint: JSONValue, _ configuration: ChatAgentConfiguration, _ toolbox: ChatToolbox) throws(AgentError) {
        self.init(prompt: "", configuration, toolbox)
        guard checkpoint["version"] == 1, let messages = checkpoint["messages"]?.array, !messages.isEmpty,
            let calls = ChatCalls(json: checkpoint["calls"]), let turns = checkpoint["turns"]?.int
        else {
            throw AgentError(.damagedCheckpoint, "the saved state of this agent cannot be read; call the agent anew")
        }
        conversation = ChatConversation(messages: messages)
        self.calls = calls
        self.turns = turns
        callCount = checkpoint["call_count"]?.int ?? 0
        usage = AgentUsage(json: checkpoint["usage"])
        isEnded = checkpoint["is_ended"]?.bool ?? false
        finishReason = checkpoint["finish_reason"]?.string
        model = checkpoint["model"]?.string
    }
}
