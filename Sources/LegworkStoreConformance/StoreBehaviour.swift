import LegworkCore

/// One thing that every store must do, named as a sentence. A store's tests run each of ``all``:
///
/// ```swift
/// @Test(arguments: StoreBehaviour.all)
/// func behaves(_ behaviour: StoreBehaviour) async throws { try await behaviour.run(MyProvider()) }
/// ```
public struct StoreBehaviour: Sendable, CustomStringConvertible {
    /// The behaviour as a sentence.
    public let name: String
    /// Checks it on a new store; throws a ``ConformanceFailure`` or what the store threw.
    public let run: @Sendable (any StoreProvider) async throws -> Void

    /// The sentence.
    public var description: String { name }

    /// Every behaviour, topic after topic.
    public static let all: [StoreBehaviour] =
        inserting + idempotency + names + claiming + claimingOrder + fairness + gates + queueStates + waiting + committing + leases
        + lostLeases + reading + finding
        + listing + filtering + paging + counting + timeline + feed + purging + keeping + isolation + exactness + extras + flights
        + families
        + refusing + sending + taking + deadLetters + replaying + telling + posting + noticing + delivering + scheduling + changes + limits
        + closing
        + durability

    init(
        _ name: String,
        timeline: TimelineLimit = .standard,
        _ body: @escaping @Sendable (Stage) async throws -> Void
    ) {
        self.name = name
        run = { provider in
            let stage = Stage(provider: provider, store: try await provider.makeStore(timeline: timeline), timeline: timeline)
            do {
                try await body(stage)
            } catch {
                await provider.remove(stage.store)
                throw error
            }
            await provider.remove(stage.store)
        }
    }
}
