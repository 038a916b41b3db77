import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP
import Testing

/// A platform that gives one answer, whatever it is asked.
struct RefusingPlatform: Platform {
    let platform: any Platform
    let answer: PlatformAnswer

    var name: String { platform.name }
    var capabilities: ChannelCapabilities { platform.capabilities }
    var secrets: [String] { platform.secrets }
    var target: String? { platform.target }

    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel { try platform.makeChannel(base, means) }
    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer { answer }
    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer { self.answer }

    /// The error that an answer becomes, for the channel's own place or for the other one.
    static func error(
        _ platform: any Platform,
        _ answer: PlatformAnswer,
        atTarget: Bool = false
    ) async throws -> ChannelError? {
        let receiver = try PlatformReceiver(RefusingPlatform(platform: platform, answer: answer))
        let channel = try receiver.channel()
        let error = await #expect(throws: ChannelError.self) {
            try await channel.send(.sample(target: atTarget ? platform.target : nil))
        }
        await receiver.close()
        return error
    }
}
