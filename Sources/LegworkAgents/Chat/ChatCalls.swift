import LegworkCore

/// The calls of a model's last answer, and how far each has come.
struct ChatCalls: Sendable, Hashable {
    /// How far a call has come.
    enum State: Sendable, Hashable {
        /// Somebody has to allow it first. It has not begun.
        case waiting
        /// It has been begun: whoever finds it so later cannot know whether it had its effect.
        case started
        /// The model can be told.
        case done(String)
    }

    struct Call: Sendable, Hashable {
        var call: ChatToolCall
        var state: State
    }

    private(set) var all: [Call] = []

    init(_ calls: [Call] = []) { all = calls }

    var isEmpty: Bool { all.isEmpty }
    var areDone: Bool { all.allSatisfy { if case .done = $0.state { true } else { false } } }

    subscript(_ id: String) -> Call? { all.first { $0.call.id == id } }

    mutating func set(_ id: String, _ state: State) {
        guard let index = all.firstIndex(where: { $0.call.id == id }) else { return }
        if case .done = all[index].state { return }
        all[index].state = state
    }

    /// What the model is told, in the order in which it called.
    var messages: [JSONValue] {
        all.compactMap { call in
            guard case .done(let result) = call.state else { return nil }
            return ["role": "tool", "tool_call_id": .string(call.call.id), "content": .string(result)]
        }
    }

    var json: JSONValue {
        .array(
            all.map { call in
                var object: JSONObject = [
                    "id": .string(call.call.id), "name": .string(call.call.name), "arguments": .string(call.call.arguments),
                ]
                switch call.state {
                case .waiting: object["state"] = "waiting"
                case .started: object["state"] = "started"
                case .done(let result):
                    object["state"] = "done"
                    object["result"] = .string(result)
                }
                return .object(object)
            }
        )
    }

    /// Reads what ``json`` made; nil when it is something else.
    init?(json: JSONValue?) {
        guard let list = json?.array else { return nil }
        for item in list {
            guard let id = item["id"]?.string, let name = item["name"]?.string, let arguments = item["arguments"]?.string else {
                return nil
            }
            let call = ChatToolCall(id: id, name: name, arguments: arguments)
            switch item["state"]?.string {
            case "waiting": all.append(Call(call: call, state: .waiting))
            case "started": all.append(Call(call: call, state: .started))
            case "done":
                guard let result = item["result"]?.string else { return nil }
                all.append(Call(call: call, state: .done(result)))
            default: return nil
            }
        }
    }
}
