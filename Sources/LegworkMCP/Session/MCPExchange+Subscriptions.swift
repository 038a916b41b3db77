import Legwork
import LegworkCore

// `subscriptions/listen` of 2026-07-28.
extension MCPExchange {
    /// What every message of the subscription names: the request that opened it.
    var subscriptionMeta: JSONObject { [MCPName.subscriptionID: id.json] }

    /// The first message: what the client will hear of.
    func subscribed(_ accepted: MCPSubscriptionFilter) -> MCPNotification {
        notification("notifications/subscriptions/acknowledged", ["notifications": accepted.json])
    }

    /// A task as it stands now (ext-tasks).
    func taskChanged(_ record: TaskRecord, now: Timestamp) -> MCPNotification {
        notification("notifications/tasks", detailedTask(record, now: now))
    }

    /// The answer with which the server ends it.
    var unsubscribed: MCPAnswer { complete(["_meta": .object(subscriptionMeta)]) }

    private func notification(_ method: String, _ members: JSONObject) -> MCPNotification {
        var params: JSONObject = ["_meta": .object(subscriptionMeta)]
        for member in members.members { params[member.key] = member.value }
        return MCPNotification(json: ["jsonrpc": "2.0", "method": .string(method), "params": .object(params)])
    }
}
