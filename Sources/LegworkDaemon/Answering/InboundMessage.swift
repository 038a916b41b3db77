import Legwork
import LegworkCore

/// What a program tells the daemon: `{"type": "task.answer", "data": {"task", "answers"?, "decline"?}}` or `{"type": "task.cancel", "data":
/// {"task"}}`.
struct InboundMessage: Sendable {
    /// What is known.
    static let types = ["task.answer", "task.cancel"]

    /// What is to be done.
    enum Wish: Sendable {
        case answer([String: InputResponse])
        case cancel
    }

    let task: TaskID
    let wish: Wish

    /// Reads a body that fits the operation's schema.
    init(_ body: JSONValue) throws(APIFault) {
        let data = body["data"] ?? .null
        // An id, and nothing that could fit one by chance: the sender was told it.
        guard let task = TaskID(data["task"]?.string ?? "") else { throw .invalid("body.data.task must be the whole id of a task") }
        self.task = task
        guard body["type"] == "task.answer" else {
            wish = .cancel
            return
        }
        var responses: [String: InputResponse] = [:]
        for member in data["answers"]?.object?.members ?? [] { responses[member.key] = .answer(member.value) }
        for key in data["decline"]?.array?.compactMap(\.string) ?? [] { responses[key] = .decline }
        guard !responses.isEmpty else { throw .invalid("body.data must have 'answers' or 'decline'") }
        wish = .answer(responses)
    }
}
