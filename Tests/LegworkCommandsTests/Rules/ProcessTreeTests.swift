import LegworkCommands
import LegworkEventLoop
import Testing

@Suite("Which processes belong to a command")
struct ProcessTreeTests {
    private static let mark = "mark"
    private var tree = ProcessTree(leader: ProcessIdentity(pid: 100, startTime: 1000), marker: Self.mark)

    private mutating func members(_ entries: [ProcessTable.Entry], marked: Set<Int32> = []) -> [Int32] {
        let snapshot = ProcessSnapshot(entries) { .value(marked.contains($0.pid) ? Self.mark : "another's") }
        return tree.members(in: snapshot).map(\.pid).sorted()
    }

    @Test("Its session, its descendants and those that carry its mark; nobody else")
    mutating func belongs() {
        let entries = [
            entry(1, parent: 0), entry(50, parent: 1),
            entry(100, parent: 50, session: 100),
            entry(101, parent: 100, session: 100), entry(102, parent: 1, session: 100),
            entry(110, parent: 101, session: 110), entry(111, parent: 110, session: 111),
            entry(120, parent: 1, session: 120), entry(121, parent: 120, session: 120),
            entry(130, parent: 50, session: 130), entry(131, parent: 130, session: 130),
        ]
        #expect(members(entries, marked: [120]) == [100, 101, 102, 110, 111, 120, 121])
    }

    @Test("One that lost its parent is remembered")
    mutating func remembered() {
        let leader = entry(100, parent: 50, session: 100)
        #expect(members([leader, entry(110, parent: 100, session: 110)]) == [100, 110])
        #expect(members([leader, entry(110, parent: 50, session: 110), entry(115, parent: 110, session: 115)]) == [100, 110, 115])
    }

    @Test("A recycled pid is somebody else")
    mutating func recycled() {
        let leader = entry(100, parent: 50, session: 100)
        _ = members([leader, entry(110, parent: 100, session: 110)])
        #expect(members([leader, entry(110, parent: 50, session: 110, start: 7777)]) == [100])
    }

    @Test("An orphan that is just becoming another program may be one of them")
    mutating func undecided() {
        func mayHaveMore(_ other: ProcessTable.Entry) -> Bool {
            let snapshot = ProcessSnapshot([entry(100, parent: 50, session: 100), other]) {
                $0.pid == 100 ? .value(Self.mark) : .notYetKnown
            }
            _ = tree.members(in: snapshot)
            return tree.mayHaveMore(in: snapshot, adopter: 50)
        }
        #expect(mayHaveMore(entry(200, parent: 50, session: 200)))
        #expect(mayHaveMore(entry(200, parent: 1, session: 200)))
        #expect(!mayHaveMore(entry(200, parent: 60, session: 200)))
        #expect(!mayHaveMore(entry(200, parent: 50, session: 200, start: 999)))
        #expect(!mayHaveMore(entry(200, parent: 100, session: 200)))
    }

    @Test("Circles in a table that was not read at one moment do not matter")
    mutating func circle() {
        #expect(members([entry(100, parent: 101, session: 100), entry(101, parent: 100, session: 101)]) == [100, 101])
    }
}

@Suite("Ending a tree of processes")
struct StopLadderTests {
    private static let leader = ProcessIdentity(pid: 100, startTime: 1000)
    private static let own = entry(100, parent: 50, session: 100)
    private static let escaped = entry(110, parent: 1, session: 110)
    private var ladder = StopLadder(leader: Self.leader, grace: .seconds(5), now: .zero)

    private func group(_ number: Int32) -> StopLadder.Signal { StopLadder.Signal(target: .group, number: number) }
    private func single(_ number: Int32) -> StopLadder.Signal {
        StopLadder.Signal(target: .process(Self.escaped.identity), number: number)
    }

    @Test("First it asks: the group at once, and everybody who left it")
    mutating func asks() {
        let step = ladder.step(living: [Self.own, Self.escaped], now: .zero)
        #expect(step.signals == [group(15), group(18), single(15), single(18)])
        #expect(step.next.pause != nil)
    }

    @Test("It asks once, so that tidying up is not disturbed, but asks those found later too")
    mutating func asksOnce() {
        _ = ladder.step(living: [Self.own], now: .zero)
        #expect(ladder.step(living: [Self.own], now: .seconds(1)).signals == [])
        #expect(ladder.step(living: [Self.own, Self.escaped], now: .seconds(2)).signals == [single(15), single(18)])
        #expect(ladder.step(living: [Self.own, Self.escaped], now: .seconds(3)).signals == [])
    }

    @Test("One in the group that came later is asked when its parent has gone, and left to its parent before")
    mutating func asksOrphans() {
        let late = entry(105, parent: 100, session: 100)
        let orphan = entry(105, parent: 50, session: 100)
        let target = StopLadder.Target.process(late.identity)
        _ = ladder.step(living: [Self.own], now: .zero)
        #expect(ladder.step(living: [Self.own, late], now: .seconds(1)).signals == [])
        #expect(ladder.step(living: [orphan], now: .seconds(2)).signals.map(\.target) == [target, target])
        #expect(ladder.step(living: [orphan], now: .seconds(3)).signals == [])
    }

    @Test("After the grace it kills, again and again")
    mutating func kills() {
        _ = ladder.step(living: [Self.own, Self.escaped], now: .zero)
        for time in [5.0, 5.1, 6.0] {
            #expect(ladder.step(living: [Self.own, Self.escaped], now: .seconds(time)).signals == [group(9), single(9)])
        }
        #expect(ladder.step(living: [Self.escaped], now: .seconds(7)).signals == [single(9)])
    }

    @Test("It never looks again later than the end of the grace")
    mutating func pauses() throws {
        var now = Duration.zero
        var looks = 0
        while now < .seconds(5) {
            let pause = try #require(ladder.step(living: [Self.own], now: now).next.pause)
            #expect(pause > .zero)
            #expect(now + pause <= .seconds(5))
            now += pause
            looks += 1
        }
        #expect(looks < 100)
    }

    @Test("Without a grace it kills at once; a shorter grace counts, a longer one does not")
    mutating func hurries() {
        var sudden = StopLadder(leader: Self.leader, grace: .zero, now: .zero)
        #expect(sudden.step(living: [Self.own], now: .zero).signals == [group(9)])
        _ = ladder.step(living: [Self.own], now: .zero)
        ladder.hurry(grace: .seconds(1), now: .seconds(1))
        ladder.hurry(grace: .seconds(9), now: .seconds(1))
        #expect(ladder.step(living: [Self.own], now: .seconds(1.9)).signals == [])
        #expect(ladder.step(living: [Self.own], now: .seconds(2)).signals == [group(9)])
    }

    @Test("Nobody is left when two looks in a row find nobody")
    mutating func gone() {
        _ = ladder.step(living: [Self.own], now: .zero)
        #expect(ladder.step(living: [], now: .seconds(1)).next.pause != nil)
        _ = ladder.step(living: [Self.escaped], now: .seconds(1))
        #expect(ladder.step(living: [], now: .seconds(2)).next.pause != nil)
        #expect(ladder.step(living: [], now: .seconds(2)).next == .gone)
    }

    @Test("As long as somebody may be one of them it goes on looking, but not for ever")
    mutating func doubt() {
        _ = ladder.step(living: [Self.own], now: .zero)
        for time in [0.1, 0.5, 1.0] {
            #expect(ladder.step(living: [], isCertain: false, now: .seconds(time)).next.pause != nil)
        }
        var other = ladder
        #expect(other.step(living: [], isCertain: true, now: .seconds(1)).next == .gone)
        #expect(ladder.step(living: [], isCertain: false, now: .seconds(1.1)).next == .gone)
    }

    @Test("It gives up on those who will not die, and names them")
    mutating func stuck() {
        _ = ladder.step(living: [Self.own], now: .seconds(5))
        #expect(ladder.step(living: [Self.own], now: .seconds(15)).next == .stuck([Self.own]))
    }
}

extension StopLadder.Next {
    fileprivate var pause: Duration? { if case .lookAgain(let pause) = self { pause } else { nil } }
}

@Suite("Orphans that came to this process")
struct OrphanWatchTests {
    private var watch = OrphanWatch()

    @Test("One in a third session is certainly an orphan, and is reaped when it is dead")
    mutating func certain() {
        let alive = entry(200, parent: 50, session: 190)
        let dead = entry(201, parent: 50, session: 190, state: "Z")
        let answer = watch.look(at: [alive, dead], session: 7, now: .zero)
        #expect(answer.reap == [201])
        #expect(answer.isMoreToCome)
    }

    @Test("A dead session leader is left to others for a while")
    mutating func doubtful() {
        let dead = entry(200, parent: 50, session: 200, state: "Z")
        #expect(watch.look(at: [dead], session: 7, now: .zero).reap == [])
        #expect(watch.look(at: [dead], session: 7, now: .seconds(9)).reap == [])
        let answer = watch.look(at: [dead], session: 7, now: .seconds(10))
        #expect(answer.reap == [200])
        #expect(!answer.isMoreToCome)
    }

    @Test("Children of this process's own session are nobody's business but their starter's")
    mutating func own() {
        let dead = entry(200, parent: 50, session: 7, state: "Z")
        for time in [0, 10, 1000] {
            let answer = watch.look(at: [dead], session: 7, now: .seconds(time))
            #expect(answer.reap == [])
            #expect(!answer.isMoreToCome)
        }
    }
}

private func entry(
    _ pid: Int32,
    parent: Int32,
    session: Int32 = 1,
    start: UInt64? = nil,
    state: Character = "S"
) -> ProcessTable.Entry {
    var fields = ["\(pid)", "(some) name)", "\(state)", "\(parent)", "\(session)", "\(session)"]
    fields += Array(repeating: "0", count: 15) + ["\(start ?? UInt64(pid) * 10)", "0"]
    guard let entry = ProcessTable.Entry(stat: fields.joined(separator: " ")) else { preconditionFailure("the test's stat is none") }
    return entry
}
