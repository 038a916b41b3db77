import LegworkCommands
import Testing

@Suite("The life of a command")
struct CommandLifecycleTests {
    private static let grace = Duration.seconds(5)
    private var life = CommandLifecycle(timeLimitGrace: Self.grace)

    @Test("It is over when its process and its output have ended, in either order")
    mutating func ends() {
        var other = life
        #expect(life.apply(.processEnded) == [.forgetTimeLimit, .awaitOutput])
        #expect(life.apply(.outputEnded) == [.finish])
        #expect(other.apply(.outputEnded) == [])
        #expect(other.apply(.processEnded) == [.forgetTimeLimit, .finish])
        #expect(life.stopReason == nil)
    }

    @Test("The output is awaited for a while")
    mutating func drainGrace() {
        _ = life.apply(.processEnded)
        #expect(life.apply(.drainGracePassed) == [.finish])
        #expect(life.isFinished)
    }

    @Test("Nothing happens after the end")
    mutating func afterwards() {
        _ = life.apply(.outputEnded)
        _ = life.apply(.processEnded)
        for event in Self.allEvents { #expect(life.apply(event) == []) }
        #expect(life.stopReason == nil)
    }

    @Test("A stopped command is over when nobody is left of its tree, not when its own process has ended")
    mutating func stopped() {
        #expect(life.apply(.stopRequested(.cancelled, grace: .seconds(1))) == [.stopTree(grace: .seconds(1))])
        #expect(life.apply(.processEnded) == [.forgetTimeLimit, .lookAgain])
        #expect(life.apply(.outputEnded) == [])
        #expect(life.apply(.treeEnded) == [.finish])
        #expect(life.stopReason == .cancelled)
    }

    @Test("Time runs out once, and not for a command that has ended")
    mutating func timeLimit() {
        var ended = life
        _ = ended.apply(.processEnded)
        #expect(ended.apply(.timeLimitReached) == [])
        #expect(life.apply(.timeLimitReached) == [.stopTree(grace: Self.grace)])
        #expect(life.stopReason == .timeLimit)
    }

    @Test("Stopping again hurries, and a cancel counts for more than the time limit")
    mutating func again() {
        _ = life.apply(.timeLimitReached)
        #expect(life.apply(.stopRequested(.cancelled, grace: .zero)) == [.hurry(grace: .zero)])
        #expect(life.stopReason == .cancelled)
        _ = life.apply(.treeEnded)
        #expect(life.apply(.stopRequested(.cancelled, grace: .zero)) == [])
    }

    @Test("A process that cannot be killed does not hold up the end for ever")
    mutating func unkillable() {
        _ = life.apply(.stopRequested(.cancelled, grace: .zero))
        #expect(life.apply(.treeEnded) == [.awaitOutput])
        #expect(life.apply(.drainGracePassed) == [.finish])
    }

    @Test("A command stopped while its output is awaited takes its leftovers with it")
    mutating func stoppedWhileDraining() {
        _ = life.apply(.processEnded)
        #expect(life.apply(.stopRequested(.cancelled, grace: .zero)) == [.stopTree(grace: .zero)])
        #expect(life.apply(.drainGracePassed) == [])
        #expect(life.apply(.treeEnded) == [.finish])
    }

    @Test("Whatever happens, it finishes exactly once, and every stop is begun at most once", arguments: 0..<500)
    func anyOrder(seed: UInt64) {
        var random = SplitMix(state: seed)
        var life = CommandLifecycle(timeLimitGrace: Self.grace)
        var actions: [CommandLifecycle.Action] = []
        for _ in 0..<30 {
            let event = Self.allEvents.randomElement(using: &random) ?? .processEnded
            // A tree ends only when somebody has begun to stop it.
            if event == .treeEnded, !actions.contains(where: \.isStop) { continue }
            actions += life.apply(event)
        }
        for event in [.processEnded, .treeEnded, .outputEnded] as [CommandLifecycle.Event] {
            if event == .treeEnded, !actions.contains(where: \.isStop) { continue }
            actions += life.apply(event)
        }
        #expect(actions.count { $0 == .finish } == 1)
        #expect(actions.last == .finish)
        #expect(actions.count(where: \.isStop) <= 1)
        #expect(actions.count { $0 == .awaitOutput } <= 1)
    }

    private static let allEvents: [CommandLifecycle.Event] = [
        .processEnded, .outputEnded, .drainGracePassed, .timeLimitReached, .stopRequested(.cancelled, grace: .zero), .treeEnded,
    ]
}

extension CommandLifecycle.Action {
    fileprivate var isStop: Bool { if case .stopTree = self { true } else { false } }
}

/// A small generator, so that a failing order can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
