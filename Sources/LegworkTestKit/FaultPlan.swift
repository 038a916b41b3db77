import LegworkCore

/// Which operations of a store go wrong, and how. A pure value: it counts the operations and says what is to happen to each.
struct FaultPlan: Sendable {
    /// What happens to one operation.
    enum Fault: Sendable {
        case fail(StoreError)
        case hold(HeldOperation)
    }

    private struct Rule: Sendable {
        var operation: StoreOperation
        var moment: FaultMoment
        /// The numbers of the operations, of their kind, that are meant.
        var numbers: Range<Int>
        var fault: Fault
    }

    private var counts: [StoreOperation: Int] = [:]
    private var rules: [Rule] = []

    /// How many operations of a kind have begun.
    func count(of operation: StoreOperation) -> Int { counts[operation] ?? 0 }

    /// Adds a rule for operations counted from the next one, which is number 1.
    mutating func add(_ fault: Fault, _ operation: StoreOperation, _ moment: FaultMoment, from first: Int, times: Int) {
        let start = count(of: operation).addingReportingOverflow(max(1, first)).partialValue
        let (end, overflow) = start.addingReportingOverflow(max(0, times))
        rules.append(Rule(operation: operation, moment: moment, numbers: start..<(overflow ? .max : end), fault: fault))
    }

    /// Forgets all rules.
    mutating func clear() { rules = [] }

    /// Counts an operation that begins.
    ///
    /// - Returns: its number among those of its kind.
    mutating func begin(_ operation: StoreOperation) -> Int {
        counts[operation, default: 0] += 1
        return count(of: operation)
    }

    /// What happens to an operation at a moment, in the order in which the rules were added.
    func faults(of operation: StoreOperation, _ number: Int, _ moment: FaultMoment) -> [Fault] {
        rules.filter { $0.operation == operation && $0.moment == moment && $0.numbers.contains(number) }.map(\.fault)
    }
}
