import LegworkCore
import Testing

@testable import Legwork

@Suite("The rules of an attempt")
struct AttemptRuleTests {
    typealias Machine = AttemptStateMachine<String>

    /// Where an attempt can stand. The caller waits, under the name `w`, unless it says otherwise.
    enum Place: String, CaseIterable {
        case unrecorded, promoting, promotingDone, recorded, committing, finished, deserted, abandoned, over
        /// A recorded task that nobody waits for.
        case background

        var machine: Machine {
            var machine: Machine
            switch self {
            case .unrecorded, .promoting, .promotingDone, .deserted, .over:
                machine = Machine(isRecorded: false, hasCaller: true)
                _ = machine.park("w")
            case .recorded, .committing, .abandoned:
                machine = Machine(isRecorded: true, hasCaller: true)
                _ = machine.park("w")
            case .finished: machine = Machine(isRecorded: true, hasCaller: true)
            case .background: machine = Machine(isRecorded: true, hasCaller: false)
            }
            switch self {
            case .unrecorded, .recorded, .background: break
            case .promoting: _ = machine.windowPassed()
            case .promotingDone:
                _ = machine.windowPassed()
                _ = machine.toolReturned(done)
            case .committing, .over: _ = machine.toolReturned(done)
            case .finished:
                _ = machine.toolReturned(done)
                _ = machine.committed()
            case .deserted: _ = machine.callerLeft(.cancel)
            case .abandoned: _ = machine.graceOver()
            }
            return machine
        }
    }

    /// What each input does at each place; nil where it cannot come.
    static let table: [(Place, returned: String?, cancels: String, leaves: String, window: String, demand: String, grace: String)] = [
        (.unrecorded, "deliver w", "cancelTool w", "promote", "promote", "promote", "desert w"),
        (.promoting, "none", "release w", "none", "none", "wait", "later"),
        (.promotingDone, nil, "release w", "none", "none", "over", "none"),
        (.recorded, "commit", "requestCancel w", "announce w", "announce w", "announce w", "force w"),
        (.background, "commit", "none", "none", "none", "recorded", "force"),
        (.committing, nil, "release w", "announce w", "announce w", "over", "none"),
        (.finished, nil, "none", "none", "none", "over", "none"),
        (.deserted, "forget", "none", "none", "none", "over", "desert"),
        (.abandoned, "commitLate", "none", "none", "none", "over", "none"),
        (.over, nil, "none", "none", "none", "over", "none"),
    ]

    @Test("say at each place what each input does")
    func inputs() {
        #expect(Set(Self.table.map(\.0)) == Set(Place.allCases))
        for row in Self.table {
            func does(_ what: String?, _ input: (inout Machine) -> Any) {
                guard let what else { return }
                var machine = row.0.machine
                #expect(words(of: input(&machine)) == what, "\(row.0)")
            }
            does(row.returned) { $0.toolReturned(done) }
            does(row.cancels) { $0.callerLeft(.cancel) }
            does(row.leaves) { $0.callerLeft(.promote) }
            does(row.window) { $0.windowPassed() }
            does(row.demand) { $0.demandRecord() }
            does(row.grace) { $0.graceOver() }
        }
    }

    @Test("say at each place where reports and notices go, and whether somebody waits", arguments: Place.allCases)
    func places(_ place: Place) {
        let machine = place.machine
        #expect(machine.isRecorded == [.recorded, .background].contains(place))
        #expect(machine.isPromoting == [.promoting, .promotingDone].contains(place))
        #expect(machine.hasOrGetsRecord == [.promoting, .promotingDone, .recorded, .background].contains(place))
        #expect(machine.hasCaller == ![.background, .deserted, .abandoned, .over].contains(place))
        switch place {
        case .unrecorded, .promoting, .promotingDone: #expect(machine.noticePlace == .kept)
        case .recorded, .background: #expect(machine.noticePlace == .store)
        case .committing, .finished, .deserted, .abandoned, .over: #expect(machine.noticePlace == .nowhere)
        }
    }

    @Test("give the outcome when it is written to who waits, or keep it for who asks", arguments: Place.allCases)
    func committed(_ place: Place) {
        var machine = place.machine
        #expect(machine.committed()?.1 == (place == .committing ? "w" : nil))
        #expect(machine.committed() == nil)
        machine = place.machine
        #expect(machine.takeFinished() == (place == .finished ? done : nil))
        #expect(machine.takeFinished() == nil)
    }

    @Test("when a caller begins to wait tell it what has happened before")
    func parking() {
        func parks(_ what: String, isRecorded: Bool = false, _ before: (inout Machine) -> Void) {
            var machine = Machine(isRecorded: isRecorded, hasCaller: true)
            before(&machine)
            #expect(words(of: machine.park("w")) == what)
        }
        parks("parked") { _ in }
        parks("deliver w") { _ = $0.toolReturned(done) }
        parks("deliver w") { _ = $0.graceOver() }
        parks("deliver w", isRecorded: true) { _ = $0.graceOver() }
        parks("leave cancel") { _ = $0.callerLeft(.cancel) }
        parks("leave promote", isRecorded: true) { _ = $0.callerLeft(.promote) }
        parks("announce w", isRecorded: true) { _ = $0.demandRecord() }
        parks("parked") { _ = $0.demandRecord() }
        parks("announce w") {
            _ = $0.demandRecord()
            _ = $0.promoted()
        }
    }

    @Test("when the record is written, or cannot be, mind what has happened meanwhile", arguments: [false, true], [false, true])
    func promotion(hasReturned: Bool, hasLeft: Bool) {
        func machine() -> Machine {
            var machine = Place.promoting.machine
            if hasReturned { _ = machine.toolReturned(done) }
            if hasLeft { _ = machine.callerLeft(.cancel) }
            return machine
        }
        var written = machine()
        let promotion = written.promoted()
        #expect(promotion.waiter == (hasLeft ? nil : "w"))
        #expect(promotion.outcome == (hasReturned ? done : nil))
        #expect(promotion.mustCancel == (hasLeft && !hasReturned))
        #expect(written.isRecorded == !hasReturned)

        var failed = machine()
        let action = words(of: failed.promotionFailed())
        switch (hasReturned, hasLeft) {
        case (false, false): #expect(action == "goOn")
        case (true, false): #expect(action == "deliver w")
        case (false, true): #expect(action == "cancelTool")
        case (true, true): #expect(action == "forget")
        }
    }

    @Test("answer each caller once and put each outcome where it belongs, in whatever order things happen", arguments: [false, true])
    func everyOrder(isRecorded: Bool) {
        var ends = 0
        AttemptWalk(isRecorded: isRecorded).goOn(steps: 7, &ends)
        #expect(ends > 1000)
    }
}

private let done = ToolOutcome.returned(.text("done"))

/// An action in words: its case, and whom it is about.
private func words(of action: Any) -> String {
    let text = String(describing: action)
    let name = text.prefix { $0 != "(" }
    if text.contains("CallerLeaves") { return text.contains(".cancel") ? "\(name) cancel" : "\(name) promote" }
    return text.contains("\"w\"") ? "\(name) w" : String(name)
}
