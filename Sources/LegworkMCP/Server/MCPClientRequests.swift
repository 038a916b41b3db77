import LegworkCore
import Synchronization

/// The requests of the server that one client has not answered yet.
///
/// A response is matched by its id, which holds a number that nobody guesses. A second response to a request, and one to none, are passed over.
final class MCPClientRequests: Sendable {
    /// What became of a request.
    enum Reply: Sendable, Hashable {
        /// The client's result.
        case result(JSONValue)
        /// The client did not fulfil it.
        case error(JSONValue)
        /// Nobody waits for the response any more, or none can come.
        case none
    }

    private struct State {
        var waiting: [String: CheckedContinuation<Reply, Never>] = [:]
        /// Those that are on their way to the client, and whether they were called off meanwhile.
        var leaving: [String: Bool] = [:]
        var sent = 0
        var isClosed = false
    }

    private let secret = UInt64.random(in: .min ... .max)
    private let state = Lock(State())

    /// How many wait for their response.
    var count: Int { state.withLock { $0.waiting.count } }

    /// Sends a request and waits for the response. When the calling Swift task is cancelled the client is told that it need not answer.
    ///
    /// - Parameters:
    ///   - request: `{"method", "params"}`.
    ///   - send: carries it to the client.
    func send(_ request: JSONValue, _ send: @escaping @Sendable (MCPNotification) -> Void) async -> Reply {
        let id = state.withLock { state in
            state.sent += 1
            return "legwork-\(String(secret, radix: 16))-\(state.sent)"
        }
        var message: JSONObject = ["jsonrpc": "2.0", "id": .string(id)]
        for member in request.object?.members ?? [] { message[member.key] = member.value }
        let sent = MCPNotification(json: .object(message))
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    guard !state.isClosed, !Task.isCancelled else { return false }
                    state.waiting[id] = continuation
                    state.leaving[id] = false
                    return true
                }
                guard isOpen else { return continuation.resume(returning: .none) }
                // The response may come while this is sent.
                send(sent)
                if state.withLock({ $0.leaving.removeValue(forKey: id) }) == true { send(Self.calledOff(id)) }
            }
        } onCancel: {
            guard let continuation = take(id) else { return }
            let isSent = state.withLock { state in
                guard state.leaving[id] != nil else { return true }
                state.leaving[id] = true
                return false
            }
            // It must not overtake what it calls off.
            if isSent { send(Self.calledOff(id)) }
            continuation.resume(returning: .none)
        }
    }

    /// Takes a response of the client.
    func take(_ response: MCPResponse) {
        guard case .string(let id) = response.id, let continuation = take(id) else { return }
        switch response.outcome {
        case .result(let result): continuation.resume(returning: .result(result))
        case .error(let error): continuation.resume(returning: .error(error))
        }
    }

    /// Says that no response will come any more.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: .none) }
    }

    private func take(_ id: String) -> CheckedContinuation<Reply, Never>? { state.withLock { $0.waiting.removeValue(forKey: id) } }

    private static func calledOff(_ id: String) -> MCPNotification {
        let params: JSONValue = ["requestId": .string(id), "reason": "the answer is not needed any more"]
        return MCPNotification(json: ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": params])
    }
}
