import LegworkCore

/// One thing that every channel must do, named as a sentence. A channel's tests run each of ``all``, with a time limit, since a channel that
/// does not heed its cancellation never comes back:
///
/// ```swift
/// @Test(.timeLimit(.minutes(1)), arguments: ChannelBehaviour.all)
/// func behaves(_ behaviour: ChannelBehaviour) async throws { try await behaviour.run(MyProvider()) }
/// ```
public struct ChannelBehaviour: Sendable, CustomStringConvertible {
    /// The behaviour as a sentence.
    public let name: String
    /// What a provider needs for it.
    public let needs: ChannelCapabilities
    private let body: @Sendable (ChannelStage) async throws -> Void

    /// The sentence.
    public var description: String { name }

    /// Every behaviour, topic after topic.
    public static let all: [ChannelBehaviour] = arriving + concurrency + failing + discretion

    init(_ name: String, needs: ChannelCapabilities = [], _ body: @escaping @Sendable (ChannelStage) async throws -> Void) {
        self.name = name
        self.needs = needs
        self.body = body
    }

    /// Whether a provider has what is needed.
    public func applies(to provider: some ChannelProvider) -> Bool { provider.capabilities.isSuperset(of: needs) }

    /// Checks it on a new stage, where it applies.
    ///
    /// - Throws: a ``ConformanceFailure``, or what the provider threw.
    public func run(_ provider: some ChannelProvider) async throws {
        guard applies(to: provider) else { return }
        let stage = try await provider.makeStage()
        do {
            try await body(stage)
        } catch {
            await stage.receiver.close()
            throw error
        }
        await stage.receiver.close()
    }
}
