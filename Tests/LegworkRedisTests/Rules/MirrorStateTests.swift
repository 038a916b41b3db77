import LegworkCore
import Testing

@testable import LegworkRedis

@Suite("What a mirror has to do")
struct MirrorStateTests {
    private func at(_ seconds: Int) -> Timestamp { Timestamp(milliseconds: Int64(seconds) * 1000) }

    private func nextRound(_ state: inout MirrorState, at seconds: Int) throws -> MirrorState.Round {
        let round = state.beginRound(at: at(seconds))
        return try #require(round)
    }

    /// A mirror that has looked through the task store once.
    private func started() -> MirrorState {
        var state = MirrorState()
        state.start(from: "")
        _ = state.beginRound(at: at(0))
        return state
    }

    @Test("begins with a look through the task store from the position on")
    func beginning() throws {
        var state = MirrorState()
        #expect(state.beginRound(at: at(0)) == nil)
        let position = MirrorPosition(writtenUntil: at(5), unfinishedSince: at(3))
        state.start(from: position.text)
        let round = try nextRound(&state, at: 9)
        #expect(round.isScan)
        #expect(round.position == position)
        #expect(state.beginRound(at: at(9)) == nil)
    }

    @Test("is a change once, however often it was told")
    func changes() throws {
        var state = started()
        let ids = [TaskID.random(), .random()]
        state.changed(ids)
        state.changed(ids)
        let round = try nextRound(&state, at: 1)
        #expect(!round.isScan)
        #expect(Set(round.ids) == Set(ids))
        #expect(round.ids.count == 2)
    }

    @Test("moves the position to the round's beginning, and holds it at the oldest unfinished task")
    func position() throws {
        var state = started()
        let (old, young) = (TaskID.random(), TaskID.random())
        state.wrote(old, createdAt: at(10), isFinished: false)
        state.wrote(young, createdAt: at(20), isFinished: false)
        state.changed([old])
        let round = try nextRound(&state, at: 30)
        #expect(state.position(after: round) == MirrorPosition(writtenUntil: at(30), unfinishedSince: at(10)))
        state.wrote(old, createdAt: at(10), isFinished: true)
        #expect(state.position(after: round)?.unfinishedSince == at(20))
        state.isGone(young)
        #expect(state.position(after: round)?.unfinishedSince == at(30))
    }

    @Test("keeps the position while anything is left behind, and finds it again in the next look")
    func refusals() throws {
        var state = started()
        let id = TaskID.random()
        state.changed([id])
        var round = try nextRound(&state, at: 1)
        state.refuse(id, because: RedisError(.wrongType, "no"))
        #expect(state.position(after: round) == nil)
        #expect(state.refused.keys.contains(id))
        state.wrote(id, createdAt: at(0), isFinished: true)
        #expect(state.position(after: round) != nil)

        for _ in 0...MirrorState.refusalLimit { state.refuse(.random(), because: RedisError(.wrongType, "no")) }
        #expect(state.refused.count == MirrorState.refusalLimit)
        for id in state.refused.keys { state.wrote(id, createdAt: at(0), isFinished: true) }
        #expect(state.position(after: round) == nil, "one more than is remembered was refused")
        state.requestScan()
        round = try nextRound(&state, at: 2)
        #expect(round.isScan)
        #expect(state.position(after: round) != nil)
    }

    @Test("stays bounded: too many changes become a look through the task store, too many unfinished tasks a time")
    func bounds() throws {
        var state = started()
        state.changed((0...MirrorState.pendingLimit).map { _ in .random() })
        #expect(state.pending.isEmpty)
        let scan = try nextRound(&state, at: 1)
        #expect(scan.isScan)

        for second in 0...MirrorState.unfinishedLimit { state.wrote(.random(), createdAt: at(second + 7), isFinished: false) }
        state.changed([.random()])
        let round = try nextRound(&state, at: 10_000_000)
        #expect(state.position(after: round)?.unfinishedSince == at(7))
    }

    @Test("begins again where Redis says, when Redis has forgotten something")
    func losses() throws {
        var state = started()
        state.saved(MirrorPosition(writtenUntil: at(50), unfinishedSince: at(50)))
        state.start(from: "what is this?")
        let round = try nextRound(&state, at: 60)
        #expect(round.isScan)
        #expect(round.position == nil)
        #expect(round.stored == "what is this?")
    }

    @Test(
        "takes nothing for a position that is none",
        arguments: ["", "{}", "[]", "x", #"{"written_until":1}"#, #"{"written_until":1e99,"unfinished_since":0}"#]
    )
    func noPositions(_ text: String) { #expect(MirrorPosition(text) == nil) }
}
