import LegworkChannelConformance
import LegworkCore
import LegworkTestKit
import Synchronization
import Testing

@Suite("What every channel must do")
struct ChannelBehaviourTests {
    @Test("is done by a channel without faults", .timeLimit(.minutes(1)), arguments: ChannelBehaviour.all)
    func faultless(_ behaviour: ChannelBehaviour) async throws {
        #expect(behaviour.applies(to: LoopProvider()))
        try await behaviour.run(LoopProvider())
        try await behaviour.run(LoopProvider(form: .document))
    }

    @Test("is seen to be missing", .timeLimit(.minutes(1)), arguments: LoopFault.allCases)
    func faulty(_ fault: LoopFault) async throws {
        var broken: [String] = []
        for behaviour in ChannelBehaviour.all {
            do {
                try await behaviour.run(LoopProvider(fault: fault))
            } catch {
                broken.append(behaviour.name)
            }
        }
        #expect(!broken.isEmpty)
    }

    @Test("is asked only of those who can")
    func capabilities() async throws {
        let unable = LoopProvider(capabilities: [], fault: .tellsSecrets)
        let applying = ChannelBehaviour.all.filter { $0.applies(to: unable) }
        #expect(applying.allSatisfy { $0.needs.isEmpty } && !applying.isEmpty && applying.count < ChannelBehaviour.all.count)
        for behaviour in ChannelBehaviour.all where !applying.contains(where: { $0.name == behaviour.name }) {
            try await behaviour.run(unable)
        }
    }

    @Test("names each behaviour once")
    func names() { #expect(Set(ChannelBehaviour.all.map(\.name)).count == ChannelBehaviour.all.count) }
}

/// What a channel can do wrong.
enum LoopFault: CaseIterable {
    case loses, repeats, turnsRound, forgetsKeys, forgetsThreads, mixesPlaces, tellsSecrets, passesMarkup, mistakesRefusal, forgetsLimit
    case swallowsErrors
}

/// A channel within the process, with a receiver that answers as it is told.
struct LoopProvider: ChannelProvider {
    var capabilities: ChannelCapabilities = [.http, .keys, .threads, .targets]
    var form = ChannelForm.messages(MessageStyle(limit: MessageLimit(1950), markup: .discord))
    var fault: LoopFault?

    func makeStage() async throws -> ChannelStage {
        let receiver = LoopReceiver()
        let channel = LoopChannel(form: form, receiver: receiver, fault: fault)
        return ChannelStage(channel: channel, receiver: receiver, secrets: [LoopChannel.secret], target: "elsewhere")
    }
}

private final class LoopReceiver: ChannelReceiver {
    struct State {
        var answer = ReceiverAnswer.taking
        var received: [ReceivedMessage] = []
        var asked = TestSignal()
    }

    let state = Lock(State())

    func answer(_ answer: ReceiverAnswer) async throws { state.withLock { $0.answer = answer } }
    func received() async throws -> [ReceivedMessage] { state.withLock { $0.received } }
    func waitUntilAsked() async throws { await state.withLock { $0.asked }.wait() }
    func close() async {}
}

private final class LoopChannel: Channel {
    static let secret = "secret-token-0123456789"

    let form: ChannelForm
    private let receiver: LoopReceiver
    private let fault: LoopFault?

    init(form: ChannelForm, receiver: LoopReceiver, fault: LoopFault?) {
        self.form = form
        self.receiver = receiver
        self.fault = fault
    }

    func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        if let error = error(for: receiver.state.withLock { $0.answer }), fault != .swallowsErrors { throw error }
        if receiver.state.withLock({ $0.answer }) == .silence {
            receiver.state.withLock { $0.asked }.fire()
            try? await TestSignal().waitUnlessCancelled()
            throw ChannelError(.unavailable, "nobody answered in time")
        }
        let id = receiver.state.withLock { state in
            var message = ReceivedMessage(id: "m\(state.received.count)", text: piece.message?.marked ?? piece.content.json.json())
            if fault == .loses { message.text.removeLast(min(20, message.text.count)) }
            message.key = fault == .forgetsKeys ? "\(state.received.count)" : piece.key
            message.thread = fault == .forgetsThreads ? nil : piece.previous?["thread"]?.string
            message.place = fault == .mixesPlaces ? "here" : piece.target ?? "here"
            if fault == .passesMarkup, piece.content.text.contains("@everyone") { message.activated = ["@everyone"] }
            let known = state.received.contains { $0.key == message.key }
            if !known { state.received.insert(message, at: fault == .turnsRound ? 0 : state.received.count) }
            if fault == .repeats { state.received.append(message) }
            return message.id
        }
        return PieceReceipt(["thread": piece.previous?["thread"] ?? .string(id)])
    }

    private func error(for answer: ReceiverAnswer) -> ChannelError? {
        let words = fault == .tellsSecrets ? "it said no to \(Self.secret)" : "it said no"
        return switch answer {
        case .taking, .silence, .longAnswer: nil
        case .refusal: ChannelError(fault == .mistakesRefusal ? .unavailable : .rejected, words)
        case .rateLimit(let pause): ChannelError(.rateLimited, words, retryAfter: fault == .forgetsLimit ? nil : pause)
        case .trouble, .unreachable, .hangUp: ChannelError(.unavailable, words)
        case .wrongCredentials: ChannelError(.misconfigured, words)
        case .gone: ChannelError(.gone, words)
        }
    }
}
