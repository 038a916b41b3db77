import Legwork
import LegworkChannels
import LegworkCore
import LegworkHTTP
import Synchronization

/// Takes webhooks that answer tasks or cancel them, signed as Standard Webhooks 1.0 has it: `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`, HMAC with SHA-256 over `id.timestamp.body`.
final class InboundDesk: Sendable {
    /// How far a webhook's time may be from now.
    static let tolerance = Duration.seconds(300)
    /// The longest id.
    private static let maximumIDBytes = 256

    private let manager: TaskManager
    private let keys: @Sendable (String) -> [WebhookKey]
    private let clock: any TaskClock
    private let memory = Lock(InboundMemory())

    /// - Parameter keys: gives the keys that a channel's webhooks may be signed with; none where it takes no webhooks.
    init(_ manager: TaskManager, clock: any TaskClock = SystemClock(), keys: @escaping @Sendable (String) -> [WebhookKey]) {
        self.manager = manager
        self.clock = clock
        self.keys = keys
    }

    /// Acts on a webhook.
    ///
    /// - Returns: the answer's body.
    /// - Throws: ``APIFault``, also for a task that has no redirect to the channel: it looks like one that is not there.
    func receive(_ http: HTTPRequest, channel: String, _ body: JSONValue) async throws -> JSONValue {
        let keys = keys(channel)
        guard !keys.isEmpty else {
            throw APIFault(status: 404, code: "not_found", message: "no channel of this name takes webhooks")
        }
        let id = try verify(http, keys)
        let message = try InboundMessage(body)
        let name = "\(channel)\u{0}\(id)"
        switch memory.withLock({ $0.admit(name) }) {
        case .answered(let answer): return answer
        case .busy: throw APIFault(status: 409, code: "conflict", message: "this webhook is just being taken; it need not be sent again")
        case .act: break
        }
        do {
            let answer = try await act(message, channel)
            memory.withLock { $0.settle(name, answer) }
            return answer
        } catch {
            memory.withLock { $0.forget(name) }
            throw error
        }
    }

    private func act(_ message: InboundMessage, _ channel: String) async throws -> JSONValue {
        let record = try await manager.task(message.task, in: .operator)
        guard record.redirects.contains(where: { $0.channel.isExactly(channel) }) else { throw TaskManagerError.notFound(message.task) }
        let after =
            switch message.wish {
            case .answer(let responses): try await manager.respond(message.task, responses, in: .operator)
            case .cancel: try await manager.cancel(message.task, in: .operator).1
            }
        return ["task": .string(after.id.description), "status": .string(after.status.rawValue)]
    }

    /// - Returns: the webhook's id.
    private func verify(_ http: HTTPRequest, _ keys: [WebhookKey]) throws(APIFault) -> String {
        func refused(_ why: String) -> APIFault { APIFault(status: 401, code: "bad_signature", message: why) }
        guard let id = http.headers["webhook-id"], (1...Self.maximumIDBytes).contains(id.utf8.count),
            let stamp = http.headers["webhook-timestamp"], let seconds = Int64(stamp), let signatures = http.headers["webhook-signature"]
        else { throw refused("webhook-id, webhook-timestamp and webhook-signature are needed, as Standard Webhooks has them") }
        let now = clock.now.milliseconds / 1000
        guard seconds.magnitude < 1 << 40, abs(now - seconds) <= Self.tolerance.components.seconds else {
            throw refused("webhook-timestamp is more than \(Self.tolerance.components.seconds) seconds from now")
        }
        // All are compared, however early one fits.
        let count = keys.count { $0.hasSigned(signatures, id: id, seconds: seconds, body: http.body) }
        guard count > 0 else { throw refused("the signature does not fit; sign with the channel's secret") }
        return id
    }
}
