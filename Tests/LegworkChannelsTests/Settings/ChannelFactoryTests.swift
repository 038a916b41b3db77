import LegworkChannels
import LegworkCore
import LegworkEventLoop
import Testing

@Suite("Making channels of a configuration")
struct ChannelFactoryTests {
    private static let secrets = SecretSource { reference throws(SecretError) in
        guard case .environment("KNOWN") = reference else { throw SecretError("there is no secret in \(reference.place)") }
        return "https://example.com/services/s3cr3t-path"
    }

    private static func error(_ kind: String, _ settings: JSONValue) throws -> ChannelConfigurationError? {
        let loop = try EventLoop(name: "factory")
        defer { loop.stop() }
        let factory = try ChannelFactory(loop: loop, secrets: secrets)
        do throws(ChannelConfigurationError) {
            _ = try factory.channel(kind, settings)
            return nil
        } catch {
            return error
        }
    }

    @Test("a kind that there is not is answered with those that there are")
    func unknownKind() throws {
        let error = try Self.error("webhok", "https://example.com")
        #expect(error?.code == .unknownKind)
        for kind in ChannelFactory.kinds { #expect(error?.message.contains(kind) == true) }
        #expect(error?.message.contains("did you mean 'webhook'?") == true)
        #expect(Set(ChannelFactory.kinds).count == ChannelFactory.kinds.count)
    }

    @Test(
        "an unknown member is answered with those that are known, and no value is repeated",
        arguments: ChannelFactory.kinds
    )
    func unknownMember(kind: String) throws {
        let error = try Self.error(kind, ["tokem": "s3cr3t-value"])
        #expect(error != nil)
        #expect(error?.message.contains("s3cr3t") == false)
    }

    @Test("secrets are put in, and those that are missing are named by their place")
    func secrets() throws {
        let url: JSONValue = "${env:KNOWN}"
        #expect(try Self.error("webhook", ["url": url, "unsigned": true]) == nil)
        #expect(try Self.error("webhook", ["url": "${env:OTHER}", "unsigned": true])?.code == .noSecret)
        #expect(try Self.error("webhook", ["url": "${env:OTHER}", "unsigned": true])?.message.contains("OTHER") == true)
    }

    @Test("a channel that may go to no private address does not go over the connection of one that may")
    func guardedConnections() async throws {
        let receiver = try PlatformReceiver(NtfyPlatform())
        let factory = try ChannelFactory(loop: receiver.loop)
        let settings: JSONValue = [
            "server": .string("http://\(receiver.address):\(receiver.port)"), "topic": "secret-topic-0123", "token": "tk_secret0123456789",
        ]
        _ = try await factory.channel("ntfy", settings, allowsPrivateAddresses: true).send(.sample())
        let guarded = try factory.channel("ntfy", settings)
        let error = await #expect(throws: ChannelError.self) { try await guarded.send(.sample()) }
        #expect(error?.code == .misconfigured)
        #expect(receiver.inbox.messages.count == 1)
        await receiver.close()
    }
}
