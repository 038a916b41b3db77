import LegworkCore

/// What an agent has said so far, and what of that is to be told further. A value: events in, actions out.
struct AgentTranscript: Sendable {
    /// What is to be told.
    enum Action: Sendable, Hashable {
        case beginCall(id: String, name: String, arguments: JSONValue?)
        case endCall(id: String, result: String?, isError: Bool)
        case message(String)
        case warning(String)
        case status(String)
        /// The session can be resumed by this id from now on.
        case session(String)
    }

    /// The most of a message that is kept as the result, in bytes.
    static let maximumMessageBytes = 1 << 20
    /// The most calls that are followed at a time.
    private static let maximumOpenCalls = 4096

    private(set) var session: String?
    private(set) var model: String?
    private(set) var ending: AgentEnding?
    private(set) var lastMessage: String?
    private(set) var lastWarning: String?
    private(set) var callCount = 0
    private var open: [String] = []
    private var part = ""

    /// The result, as far as there is one.
    var text: String? {
        if let text = ending?.text, !text.isEmpty { return text.truncated(toBytes: Self.maximumMessageBytes) }
        return lastMessage
    }

    mutating func apply(_ event: AgentEvent) -> [Action] {
        switch event {
        case .session(let id, let model):
            self.model = model ?? self.model
            if id == session { return [] }
            session = id
            return [.session(id)]
        case .messagePart(let text):
            if part.utf8.count < Self.maximumMessageBytes { part += text }
            return []
        case .message(let text): return endPart() + say(text)
        case .toolStarted(let id, let name, let arguments):
            var actions = endPart()
            guard !open.contains(id) else { return actions }
            callCount += 1
            if open.count < Self.maximumOpenCalls { open.append(id) }
            actions += [.beginCall(id: id, name: name, arguments: arguments), .status(name)]
            return actions
        case .toolEnded(let id, let result, let isError):
            // One that nobody heard begin has nothing to end.
            guard let index = open.firstIndex(of: id) else { return [] }
            open.remove(at: index)
            return [.endCall(id: id, result: result, isError: isError)]
        case .status(let text): return [.status(text)]
        case .warning(let text):
            lastWarning = text
            return [.warning(text)]
        case .ended(let ending):
            self.ending = ending
            return endPart()
        }
    }

    /// The program is gone: what is open has no known end.
    mutating func close() -> [Action] {
        defer { open = [] }
        return endPart() + open.map { .endCall(id: $0, result: "the agent ended before the call did", isError: true) }
    }

    private mutating func endPart() -> [Action] {
        if part.isEmpty { return [] }
        defer { part = "" }
        return say(part)
    }

    private mutating func say(_ text: String) -> [Action] {
        let text = text.truncated(toBytes: Self.maximumMessageBytes)
        lastMessage = text
        return [.message(text)]
    }
}
