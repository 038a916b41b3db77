import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import LegworkTestKit
import Synchronization
import TestPrograms

/// A platform on loopback.
final class PlatformReceiver: ChannelReceiver {
    private struct Broken: Error {}

    private struct State {
        var answer = ReceiverAnswer.taking
        var isRedirecting = false
        var inbox = Inbox()
        var server: HTTPServer?
        var asked = TestSignal()
    }

    let platform: any Platform
    let loop: EventLoop
    let client: HTTPClient
    let address = LoopbackAddress.own()
    let port: UInt16
    private let state = Lock(State())

    init(_ platform: any Platform) throws {
        self.platform = platform
        loop = try EventLoop(name: "platform")
        client = try HTTPClient(loop: loop)
        let answer = Lock<(@Sendable (HTTPRequest, HTTPResponseWriter) async throws -> Void)?>(nil)
        let server = HTTPServer(loop: loop) { request, writer in try await answer.withLock { $0 }?(request, writer) }
        port = try server.listen(host: address, port: 0)
        let base = "http://\(address):\(port)"
        state.withLock {
            $0.server = server
            $0.inbox.base = base
        }
        answer.withLock { $0 = { [weak self] request, writer in try await self?.respond(request, writer) } }
    }

    var inbox: Inbox { state.withLock { $0.inbox } }

    /// A channel to it.
    func channel(host: String? = nil, allowsPrivateAddresses: Bool = true) throws -> any Channel {
        let means = ChannelMeans(
            loop: loop,
            client: client,
            allowsPrivateAddresses: allowsPrivateAddresses,
            timeLimit: .seconds(30)
        )
        return try platform.makeChannel("http://\(host ?? address):\(port)", means)
    }

    /// From now on it sends everybody elsewhere.
    func redirect() { state.withLock { $0.isRedirecting = true } }

    // MARK: - ChannelReceiver

    func answer(_ answer: ReceiverAnswer) async throws {
        state.withLock { $0.answer = answer }
        if answer == .unreachable {
            await state.withLock { $0.server.take() }?.shutdown(deadline: .zero)
        } else if state.withLock({ $0.server == nil }) {
            let server = HTTPServer(loop: loop) { [weak self] request, writer in try await self?.respond(request, writer) }
            _ = try server.listen(host: address, port: port)
            state.withLock { $0.server = server }
        }
    }

    func received() async throws -> [ReceivedMessage] { inbox.messages }
    func waitUntilAsked() async throws { await state.withLock { $0.asked }.wait() }

    func close() async {
        await state.withLock { $0.server.take() }?.shutdown(deadline: .zero)
        loop.stop()
    }

    private func respond(_ request: HTTPRequest, _ writer: HTTPResponseWriter) async throws {
        let (answer, isRedirecting) = state.withLock { state in
            state.inbox.requests.append(request)
            return (state.answer, state.isRedirecting)
        }
        if isRedirecting { return await writer.send(status: 302, headers: ["Location": "http://\(address):\(port)/elsewhere"]) }
        switch answer {
        case .taking, .unreachable:
            let taken = state.withLock { platform.take(request, &$0.inbox) }
            await writer.send(status: taken.status, headers: taken.headers, body: taken.body)
        case .silence:
            state.withLock { $0.asked }.fire()
            try await TestSignal().waitUnlessCancelled()
        case .hangUp:
            await writer.start(status: 200, headers: ["Content-Type": "application/json"])
            try await writer.write(Array("{\"ok\": ".utf8))
            throw Broken()
        case .longAnswer:
            _ = state.withLock { platform.take(request, &$0.inbox) }
            await writer.send(status: 200, body: Array(repeating: UInt8(ascii: "x"), count: 8 << 20))
        case .refusal, .rateLimit, .trouble, .wrongCredentials, .gone:
            let refused = platform.refuse(request, answer)
            await writer.send(status: refused.status, headers: refused.headers, body: refused.body)
        }
    }
}

/// Supplies a channel and its platform.
struct PlatformProvider: ChannelProvider, CustomStringConvertible {
    let platform: any Platform

    var description: String { platform.name }
    var capabilities: ChannelCapabilities { platform.capabilities }

    func makeStage() async throws -> ChannelStage {
        let receiver = try PlatformReceiver(platform)
        return ChannelStage(
            channel: try receiver.channel(),
            receiver: receiver,
            secrets: platform.secrets,
            target: platform.target
        )
    }

    static let all: [PlatformProvider] = [
        WebhookPlatform(), SlackWebhookPlatform(), SlackBotPlatform(), DiscordPlatform(), TelegramPlatform(), MatrixPlatform(),
        TeamsPlatform(),
        NtfyPlatform(),
    ].map { (platform: any Platform) in PlatformProvider(platform: platform) }
}
