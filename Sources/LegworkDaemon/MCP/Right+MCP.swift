import LegworkCore
import LegworkMCP

extension Right {
    /// What a client needs who sends a message.
    static func needed(for message: MCPMessage) -> Right {
        switch message {
        // An answer to a question, which helps the task on that has asked.
        case .response: .call
        // What a client calls off is its own.
        case .notification: .read
        case .request(let request):
            switch request.method {
            case "tools/call": needed(forTool: request.params["name"]?.string ?? "")
            case "tasks/update": .call
            case "tasks/cancel": .cancel
            default: .read
            }
        }
    }
}
