import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization

/// Somebody on loopback whom a channel tells things, and who may be away, or say no.
final class WebhookReceiver: Sendable {
    /// What has come.
    struct Message: Sendable {
        let headers: HTTPHeaders
        let body: [UInt8]
        var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    }

    private struct State {
        var messages: [Message] = []
        var status = 200
        var waiters: [(isReady: @Sendable ([Message]) -> Bool, continuation: CheckedContinuation<[Message], Never>)] = []
    }

    private let state = Lock(State())
    private let loop: EventLoop
    private let port: Lock<UInt16> = Lock(0)

    private init() throws { loop = try EventLoop(name: "receiver") }

    static func use(_ body: (WebhookReceiver) async throws -> Void) async throws {
        let receiver = try WebhookReceiver()
        let server = HTTPServer(loop: receiver.loop) { request, writer in
            let status = receiver.take(Message(headers: request.headers, body: request.body))
            await writer.send(status: status, headers: ["Content-Type": "text/plain"], body: Array("status \(status)".utf8))
        }
        let port = try server.listen(port: 0)
        receiver.port.withLock { $0 = port }
        defer { receiver.loop.stop() }
        do {
            try await body(receiver)
        } catch {
            await server.shutdown(deadline: .zero)
            throw error
        }
        await server.shutdown(deadline: .zero)
    }

    var url: String { "http://127.0.0.1:\(port.withLock { $0 })/told" }

    /// From now on everybody is answered so.
    func answer(with status: Int) { state.withLock { $0.status = status } }

    private func take(_ message: Message) -> Int {
        let (status, ready, messages) = state.withLock { state in
            state.messages.append(message)
            let messages = state.messages
            let ready = state.waiters.filter { $0.isReady(messages) }
            state.waiters.removeAll { $0.isReady(messages) }
            return (state.status, ready, messages)
        }
        for waiter in ready { waiter.continuation.resume(returning: messages) }
        return status
    }

    /// Returns when what has come is as wanted.
    @discardableResult
    func messages(when isReady: @escaping @Sendable ([Message]) -> Bool) async -> [Message] {
        await withCheckedContinuation { continuation in
            let messages = state.withLock { state -> [Message]? in
                if isReady(state.messages) { return state.messages }
                state.waiters.append((isReady, continuation))
                return nil
            }
            if let messages { continuation.resume(returning: messages) }
        }
    }

    /// Returns when so many have come.
    @discardableResult
    func messages(_ count: Int) async -> [Message] { await messages { $0.count >= count } }

    /// What has come so far.
    var now: [Message] { state.withLock { $0.messages } }
}

extension Site {
    /// Describes the channels of this site's daemon.
    func describe(channels: JSONValue, redirects: JSONValue = [], link: String? = nil) throws {
        var file: JSONObject = ["channels": channels, "redirects": redirects]
        file["link"] = link.map(JSONValue.string)
        Files.removeAll(folder + "/channels.json")
        try Files.write(folder + "/channels.json", JSONValue.object(file).json())
    }

    /// The option that has a daemon use them.
    var channelsFile: String { folder + "/channels.json" }

    /// A channel that posts to a receiver.
    func webhook(_ receiver: WebhookReceiver, _ more: JSONObject = JSONObject()) -> JSONValue {
        var channel: JSONObject = ["webhook": ["url": .string(receiver.url), "secret": .string(Self.secret)], "allow_private": true]
        for member in more.members { channel[member.key] = member.value }
        return .object(channel)
    }

    /// The secret that webhooks are signed with; 24 bytes.
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// Waits until deliveries are as wanted, and gives them. They change in another process, which nothing but a look tells.
    func deliveries(_ query: String = "", until isReady: @escaping ([JSONValue]) -> Bool) async throws -> [JSONValue] {
        let start = ContinuousClock.now
        while true {
            let reply = try await http("GET", "/v1/deliveries?limit=1000\(query)", headers: ["Legwork-Scope: operator"])
            let deliveries = reply.json["deliveries"]?.array ?? []
            if isReady(deliveries) { return deliveries }
            guard ContinuousClock.now - start < .seconds(60) else { throw Failure("the deliveries are never as wanted: \(reply)") }
        }
    }
}
