public import LegworkCore

/// A channel that answers as a test wants it, and remembers what it was given.
///
/// ```swift
/// let channel = ScriptedChannel()
/// channel.answer(.fail(ChannelError(.unavailable, "nobody is at home")), times: 2)
/// // … then it takes everything
/// await channel.hasTaken(1)
/// ```
public final class ScriptedChannel: Channel {
    /// What becomes of one piece.
    public enum Answer: Sendable {
        /// It is taken.
        case take
        /// It is taken, and this is said of it.
        case say(PieceReceipt)
        /// It is not.
        case fail(ChannelError)
        /// It is held until the test releases it.
        case hold(HeldPiece)
    }

    private struct State: Sendable {
        var script: [Answer] = []
        var usual = Answer.take
        var tried: [DeliveryPiece] = []
        var taken: [DeliveryPiece] = []
        var inFlight: [String: Int] = [:]
        var mostAtOnce = 0
        var hadTwins = false
    }

    /// What it takes.
    public let form: ChannelForm
    private let state = ObservedState(State())

    /// Makes a channel that takes everything, as messages of at most so many characters, or as documents.
    public init(form: ChannelForm = .document) { self.form = form }

    /// A channel for messages.
    public static func messages(of characters: Int = 1950, atMost count: Int = 5, attachments: Int? = nil) -> ScriptedChannel {
        let style = MessageStyle(
            limit: MessageLimit(characters),
            maximumMessages: count,
            markup: .plain,
            maximumAttachmentBytes: attachments
        )
        return ScriptedChannel(form: .messages(style))
    }

    // MARK: - What it answers

    /// Answers the next pieces so, after those that were planned before.
    public func answer(_ answer: Answer, times: Int = 1) { state.change { $0.script += Array(repeating: answer, count: times) } }

    /// Answers so whatever is not planned.
    public func answerAlways(_ answer: Answer) { state.change { $0.usual = answer } }

    /// Holds the next piece that is not planned yet.
    ///
    /// - Parameter obeysCancel: whether it ends when it is cancelled.
    public func hold(obeysCancel: Bool = true) -> HeldPiece {
        let held = HeldPiece(obeysCancel: obeysCancel)
        answer(.hold(held))
        return held
    }

    // MARK: - What it was given

    /// All that it was given, in order, taken or not.
    public var tried: [DeliveryPiece] { state.value.tried }

    /// What it took, in order.
    public var taken: [DeliveryPiece] { state.value.taken }

    /// How many pieces it had at once, at most.
    public var mostAtOnce: Int { state.value.mostAtOnce }

    /// Whether it ever had the same piece twice at once.
    public var hadTwins: Bool { state.value.hadTwins }

    /// Returns when it was given so many.
    public func wasTried(_ count: Int) async { await state.wait { $0.tried.count >= count } }

    /// Returns when it has taken so many.
    public func hasTaken(_ count: Int) async { await state.wait { $0.taken.count >= count } }

    /// Answers as it is told to.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        let next = ObservedState(Answer.take)
        state.change { state in
            state.tried.append(piece)
            state.inFlight[piece.key, default: 0] += 1
            if state.inFlight[piece.key, default: 0] > 1 { state.hadTwins = true }
            state.mostAtOnce = max(state.mostAtOnce, state.inFlight.values.reduce(0, +))
            let answer = state.script.isEmpty ? state.usual : state.script.removeFirst()
            next.change { $0 = answer }
        }
        defer {
            state.change { state in
                state.inFlight[piece.key, default: 0] -= 1
                if state.inFlight[piece.key] == 0 { state.inFlight[piece.key] = nil }
            }
        }
        var receipt = PieceReceipt()
        switch next.value {
        case .take: break
        case .say(let given): receipt = given
        case .fail(let error): throw error
        case .hold(let held): try await held.pass()
        }
        state.change { $0.taken.append(piece) }
        return receipt
    }
}

/// A piece that a test holds in the channel.
public final class HeldPiece: Sendable {
    /// Fires when the channel has the piece.
    public let reached = TestSignal()
    /// Fires when the channel was told that the time is over.
    public let noticedCancel = TestSignal()
    private let mayEnd = TestSignal()
    private let obeys: Bool

    init(obeysCancel: Bool) { obeys = obeysCancel }

    /// Lets the channel take it.
    public func release() { mayEnd.fire() }

    func pass() async throws(ChannelError) {
        reached.fire()
        do {
            try await mayEnd.waitUnlessCancelled()
        } catch {
            noticedCancel.fire()
            if obeys { throw ChannelError(.unavailable, "it took too long") }
            await mayEnd.wait()
        }
    }
}
