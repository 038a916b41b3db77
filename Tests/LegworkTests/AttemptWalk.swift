import Testing

@testable import Legwork

/// Takes an attempt through all orders of inputs, and does what it says as the attempt's class does.
struct AttemptWalk {
    private enum Input: CaseIterable {
        case park, cancels, leaves, window, demand, grace, returned, settled, failed
    }

    private var machine: AttemptStateMachine<String>
    private var isRecorded: Bool
    private var hasParked = false
    private var hasLeft = false
    private var hasReturned = false
    /// Whether the tool was told to stop: only then can its grace be over.
    private var isStopped = false
    private var answers = 0
    private var isCommitting = false
    private var kept = 0

    /// Begins with a caller who has not begun to wait.
    init(isRecorded: Bool) {
        machine = AttemptStateMachine(isRecorded: isRecorded, hasCaller: true)
        self.isRecorded = isRecorded
    }

    private func mayCome(_ input: Input) -> Bool {
        switch input {
        case .park: !hasParked
        case .cancels, .leaves: !hasLeft
        case .window: hasParked
        case .demand: !hasReturned
        case .grace: isStopped
        case .returned: !hasReturned
        case .settled: machine.isPromoting || isCommitting
        case .failed: machine.isPromoting
        }
    }

    /// Takes so many steps in every way, and counts the ways.
    func goOn(steps: Int, _ ends: inout Int) {
        let inputs = Input.allCases.filter(mayCome)
        if steps == 0 {
            var last = self
            last.finish()
            ends += 1
            return
        }
        for input in inputs {
            var next = self
            next.take(input)
            next.goOn(steps: steps - 1, &ends)
        }
    }

    /// Lets everything come to its end, and looks.
    private mutating func finish() {
        if !hasParked { take(.park) }
        if machine.isPromoting { take(.settled) }
        if !hasReturned { take(.returned) }
        if machine.isPromoting { take(.settled) }
        if isCommitting { take(.settled) }
        #expect(answers == 1, "a caller was answered \(answers) times")
        #expect(kept == (isRecorded ? 1 : 0), "an outcome was written \(kept) times")
    }

    private mutating func take(_ input: Input) {
        switch input {
        case .park:
            hasParked = true
            switch machine.park("w") {
            case .parked: break
            case .deliver, .announce: answers += 1
            case .leave(let policy): leave(policy)
            }
        case .cancels:
            hasLeft = true
            leave(.cancel)
        case .leaves:
            hasLeft = true
            leave(.promote)
        case .window:
            if case .announce = machine.windowPassed() { answers += 1 }
        case .demand:
            if case .announce = machine.demandRecord() { answers += 1 }
        case .grace:
            switch machine.graceOver() {
            case .force(let waiter), .desert(let waiter): if waiter != nil { answers += 1 }
            case .later, .none: break
            }
        case .returned:
            hasReturned = true
            switch machine.toolReturned(.returned(.text("done"))) {
            case .deliver: answers += 1
            case .commit: isCommitting = true
            case .commitLate: kept += 1
            case .forget, .none: break
            }
        case .settled:
            if isCommitting {
                isCommitting = false
                kept += 1
                if machine.committed() != nil { answers += 1 }
            } else {
                isRecorded = true
                let promotion = machine.promoted()
                if promotion.waiter != nil { answers += 1 }
                if promotion.mustCancel { isStopped = true }
                isCommitting = promotion.outcome != nil
            }
        case .failed:
            switch machine.promotionFailed() {
            case .deliver: answers += 1
            case .cancelTool: isStopped = true
            case .goOn, .forget: break
            }
        }
    }

    private mutating func leave(_ policy: CallOptions.CallerLeaves) {
        switch machine.callerLeft(policy) {
        case .cancelTool, .requestCancel:
            answers += 1
            isStopped = true
        case .release, .announce: answers += 1
        case .promote, .none: break
        }
    }
}
