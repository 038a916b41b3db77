import Legwork
import LegworkCore

/// What a client is asked before it gets a prompt, and what it has answered. Pure.
struct MCPPromptInquiry: Sendable {
    private let prompt: String
    private let questions: [MCPQuestion]
    private let required: Set<ClientAbility>
    /// The answers so far, by key.
    private(set) var answers: [String: JSONValue] = [:]

    init(_ prompt: MCPPrompt, at now: Timestamp) {
        self.prompt = prompt.name
        questions = prompt.questions.enumerated().map { index, question in
            let key = question.key ?? "question-\(index + 1)"
            return MCPQuestion(
                InputRequest(key: key, message: question.message, schema: question.schema, request: question.request, askedAt: now)
            )
        }
        required = Set(questions.map(\.ability))
    }

    /// Takes what the client says. What does not fit is asked again, and what was not asked is passed over.
    ///
    /// - Throws: when it will not answer.
    mutating func take(_ responses: JSONObject) throws(MCPError) {
        for question in questions {
            guard let response = responses[question.key], let read = try? question.response(response) else { continue }
            switch read {
            case .answer(let answer): answers[question.key] = answer
            case .decline: try decline(question.key)
            }
        }
    }

    /// Takes it that a question will not be answered.
    func decline(_ key: String) throws(MCPError) {
        throw MCPError(.invalidParams, "the prompt '\(prompt)' cannot be made without an answer to '\(key)'")
    }

    /// What is still to be asked; nil when nothing is.
    ///
    /// - Throws: when the client cannot be asked it.
    func open(for exchange: MCPExchange) throws(MCPError) -> [MCPQuestion]? {
        let open = questions.filter { answers[$0.key] == nil }
        guard !open.isEmpty else { return nil }
        guard open.allSatisfy(exchange.abilities.canAnswer) else {
            let missing = exchange.abilities.missing(required, takesTasks: true) ?? ["elicitation": [:]]
            let message = "the prompt '\(prompt)' is for clients that can be asked: \(missing.members.map(\.key).joined(separator: ", "))"
            guard exchange.revision.isModern else { throw MCPError(.invalidParams, message) }
            throw MCPError(.missingCapability, message, data: ["requiredCapabilities": .object(missing)], httpStatus: 400)
        }
        return open
    }
}
