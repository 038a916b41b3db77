import LegworkCore
import Synchronization

/// Delivers what lies in the outbox: each channel by itself, so that none holds up another.
///
/// It is woken by what is written in this process; what was written before, or elsewhere, is found at the start.
final class DeliveryDispatcher: Sendable {
    private static let pageSize = 100

    private struct State {
        var book: ChannelBook
        var posts: [String: ChannelPost]
        /// Those that nobody runs yet.
        var fresh: [ChannelPost]
        /// Those in whose place others are, while they may still be sending.
        var former: [ChannelPost] = []
        /// Of those, the ones for whose end nobody waits yet.
        var leaving: [ChannelPost] = []
        var isStopping = false

        /// All that may be sending.
        var all: [ChannelPost] { former + posts.values }

        /// Who may be sending to a channel of a name, or will.
        func post(named name: String) -> ChannelPost? { posts[name] ?? former.last { $0.entry.name == name } }
    }

    private let policy: DeliveryPolicy
    private let state: Lock<State>
    /// Signals that there are fresh posts, or deliveries for channels that are configured no more.
    private let strays: AsyncStream<Void>
    private let straying: AsyncStream<Void>.Continuation

    init(_ book: ChannelBook, _ policy: DeliveryPolicy) {
        self.policy = policy
        let posts = book.names.compactMap { book[$0] }.map { ChannelPost($0, policy) }
        state = Lock(State(book: book, posts: Self.named(posts), fresh: posts))
        (strays, straying) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    private static func named(_ posts: [ChannelPost]) -> [String: ChannelPost] {
        Dictionary(uniqueKeysWithValues: posts.map { ($0.entry.name, $0) })
    }

    /// The channels and rules that there are now.
    var book: ChannelBook { state.withLock { $0.book } }

    private var posts: [String: ChannelPost] { state.withLock { $0.posts } }

    // MARK: - Being told

    /// Says that deliveries are written.
    func wake(_ deliveries: [Delivery]) {
        for delivery in deliveries { wake(delivery.channel) }
    }

    /// Says that something for a channel may be due.
    func wake(_ channel: String) {
        if let post = posts[channel] { post.wake() } else { straying.yield() }
    }

    /// Says that something may be due for any channel.
    func wakeAll() {
        for post in posts.values { post.wake() }
        straying.yield()
    }

    // MARK: - Running

    /// Delivers until it is stopped or cancelled, and returns when nothing is being sent any more.
    func run(_ engine: Engine) async {
        for problem in book.problems { engine.problem(problem) }
        await withDiscardingTaskGroup { group in
            straying.yield()
            for await _ in strays {
                let (fresh, leaving) = state.withLock { state in
                    defer { (state.fresh, state.leaving) = ([], []) }
                    return (state.fresh, state.leaving)
                }
                for post in fresh { group.addTask { await post.run(engine) } }
                if engine.isShuttingDown { break }
                for post in leaving { group.addTask { await self.forget(post) } }
                await giveUpStrays(engine)
            }
        }
    }

    /// Waits until nothing is being sent where no channel is any more: what has not arrived then can be given up.
    private func forget(_ former: ChannelPost) async {
        await former.idle()
        state.withLock { $0.former.removeAll { $0 === former } }
        straying.yield()
    }

    /// Begins nothing new, and gives the messages that are being sent a moment to arrive.
    func stop(_ engine: Engine) {
        let posts = state.withLock { state in
            state.isStopping = true
            return state.all
        }
        straying.finish()
        for post in posts { post.stop(engine) }
    }

    /// Returns when nothing is being sent.
    func idle() async { for post in state.withLock({ $0.all }) { await post.idle() } }

    /// Puts other channels and rules in the place of those that there are. What is being sent has the moment to arrive that it has at a stop;
    /// only then the new channel of the name sends, beginning with what has not arrived.
    func replace(with book: ChannelBook, _ engine: Engine) {
        let former = state.withLock { state -> [ChannelPost] in
            if state.isStopping { return [] }
            let former = Array(state.posts.values)
            let posts = book.names.compactMap { book[$0] }.map { ChannelPost($0, policy, after: state.post(named: $0.name)) }
            (state.book, state.posts, state.fresh) = (book, Self.named(posts), posts)
            state.former += former
            return former
        }
        for post in former { post.stop(engine) }
        // Not before: only who is stopped and idle sends nothing more.
        state.withLock { $0.leaving += former }
        for problem in book.problems { engine.problem(problem) }
        straying.yield()
    }

    /// Gives up what is for channels that are configured no more.
    private func giveUpStrays(_ engine: Engine) async {
        let standings = await engine.insistently("it cannot be seen for which channels something waits") { () throws(StoreError) in
            try await engine.store.channelStandings(.operator)
        }
        for standing in standings ?? [] where standing.pending > 0 && isStray(standing.channel) {
            await giveUpAll(for: standing.channel, engine)
        }
    }

    /// Whether nobody sends to a channel, or will.
    private func isStray(_ channel: String) -> Bool { state.withLock { $0.post(named: channel) == nil } }

    private func giveUpAll(for channel: String, _ engine: Engine) async {
        let words = Self.noChannel(channel)
        var query = DeliveryQuery(in: .operator, channel: channel, states: [.pending], limit: Self.pageSize)
        var count = 0
        giving: while !engine.isShuttingDown {
            let page = await engine.insistently("what waits for the channel '\(channel)' cannot be read") { [query] () throws(StoreError) in
                try await engine.store.deliveries(query)
            }
            guard let page else { break }
            for delivery in page.deliveries {
                // It may have been put back meanwhile.
                guard isStray(channel) else { break giving }
                guard case .written(let dead) = await engine.record(delivery, { $0.gaveUp(words, at: $1) }) else { continue }
                count += 1
                await engine.note(dead)
            }
            guard let next = page.next else { break }
            query.after = next
        }
        if count > 0 { engine.problem("\(count) deliveries are given up: \(words)") }
    }

    /// What is wrong with what waits for a channel that is configured no more.
    static func noChannel(_ name: String) -> String {
        "the configuration has no channel '\(name)' any more; put it back and replay what was given up, or drop it"
    }

    // MARK: - Looking

    /// How a channel stands, and why it does not work.
    func state(of channel: String) -> (state: ChannelReport.State, problem: String?) {
        guard let post = posts[channel] else { return (.blocked, Self.noChannel(channel)) }
        return post.state.withLock { ($0.lane.circuit.state, $0.lane.circuit.problem) }
    }

    var figures: DeliveryFigures {
        DeliveryFigures(
            channels: posts.mapValues { post in
                post.state.withLock { state in
                    var figures = state.figures
                    figures.state = state.lane.circuit.state
                    return figures
                }
            }
        )
    }

    // MARK: - Trying out

    /// Sends a message to a channel beside all that waits. A channel that takes it is taken to work again.
    func test(_ entry: ChannelEntry, for owner: Owner, _ engine: Engine) async throws -> PieceReceipt {
        let now = engine.clock.now
        let id = engine.configuration.makeID()
        let content = DeliveryContent(
            task: id,
            owner: owner,
            tool: "test",
            title: "A test of the channel '\(entry.name)'",
            status: .completed,
            text: "This is a test: what becomes of tasks can be told here.",
            createdAt: now,
            at: now
        )
        let outgoing = OutgoingDelivery(content, maximumCharacters: nil, for: entry, engine.configuration)
        let piece = outgoing.piece(0, of: "test_\(id.description.dropFirst(TaskID.marker.count))", content, now: now)
        switch await PieceCall(entry.channel, piece).answer(within: entry.timeLimit, engine.deadlines) {
        case .success(let receipt)?:
            posts[entry.name]?.works(engine)
            return receipt
        case .failure(let error)?: throw TaskManagerError(.deliveryFailed, "the channel '\(entry.name)' did not take it: \(error)")
        case nil:
            throw TaskManagerError(
                .deliveryFailed,
                "the channel '\(entry.name)' did not answer within \(entry.timeLimit.seconds) s; look whether it can be reached from here"
            )
        }
    }
}
