/// One check under way: what was found, where it is, and how much work is left.
struct JSONSchemaCheck {
    private enum Step {
        case member(String)
        case element(Int)
    }

    private enum Obstacle {
        case tooManySteps
        case tooDeep
    }

    private let rules: [JSONSchemaRule]
    private let root: String
    private let stepLimit: Int
    private var stepsLeft: Int
    private var depth = 0
    private var path: [Step] = []
    private var violations: [JSONSchemaViolation] = []
    /// Set while an alternative is tried: the first violation settles it, and no message is made.
    private(set) var isTrying = false
    private var hasFailed = false
    private var obstacle: Obstacle?

    init(rules: [JSONSchemaRule], root: String, stepLimit: Int) {
        self.rules = rules
        self.root = root
        self.stepLimit = stepLimit
        stepsLeft = stepLimit
    }

    /// The violations, and why the check ended early if it did.
    var conclusion: [JSONSchemaViolation] {
        let message: String
        switch obstacle {
        case nil: return violations
        case .tooManySteps: message = "too large to check against its schema within \(stepLimit) steps"
        case .tooDeep: message = "nested too deeply to check: more than \(JSONSchemaChecker.greatestDepth) schemas inside each other"
        }
        let last = JSONSchemaViolation(path: root, pointer: "", message: message)
        return violations.prefix(JSONSchemaChecker.greatestViolationCount - 1) + [last]
    }

    /// Whether nothing more that could be found would matter.
    private var isSettled: Bool {
        obstacle != nil || (isTrying ? hasFailed : violations.count >= JSONSchemaChecker.greatestViolationCount)
    }

    /// Takes from the steps that are left; false when there are not enough.
    mutating func spend(_ steps: Int) -> Bool {
        stepsLeft -= steps
        if stepsLeft < 0 { obstacle = obstacle ?? .tooManySteps }
        return obstacle == nil
    }

    mutating func report(_ message: @autoclosure () -> String) {
        hasFailed = true
        guard !isTrying, violations.count < JSONSchemaChecker.greatestViolationCount else { return }
        violations.append(JSONSchemaViolation(path: pathText, pointer: pointer, message: message()))
    }

    mutating func report(member name: String, _ message: @autoclosure () -> String) {
        path.append(.member(name))
        report(message())
        path.removeLast()
    }

    private var pathText: String {
        var text = root
        for step in path {
            switch step {
            case .member(let name): JSONPath.append(member: name, to: &text)
            case .element(let index): text += "[\(index)]"
            }
        }
        return text
    }

    private var pointer: String {
        var text = ""
        for step in path {
            switch step {
            case .member(let name): JSONPath.append(member: name, toPointer: &text)
            case .element(let index): text += "/\(index)"
            }
        }
        return text
    }

    // MARK: - Going through

    mutating func apply(_ rule: JSONSchemaRule, to value: JSONValue) {
        guard !isSettled, spend(1) else { return }
        guard rule.types.admits(value) else { return report(rule.types.isEmpty ? "is not allowed" : Self.wrongType(rule.types, value)) }
        if rule.isPlainType { return }
        guard depth < JSONSchemaChecker.greatestDepth else {
            obstacle = .tooDeep
            return
        }
        depth += 1
        if let combinations = rule.combinations { apply(combinations, to: value) }
        switch value {
        case .null, .bool: break
        case .integer, .number: if let numbers = rule.numbers { apply(numbers, to: value) }
        case .string(let string): if let length = rule.length { apply(length: length, to: string) }
        case .array(let elements): if let arrays = rule.arrays { apply(arrays, to: elements) }
        case .object(let object): if let objects = rule.objects { apply(objects, to: object) }
        }
        depth -= 1
    }

    private static func wrongType(_ types: JSONTypeSet, _ value: JSONValue) -> String {
        // Of a number that should have been whole, the number itself says more than its kind.
        if case .number = value, types.contains(.integer) { return "must be \(types.text), is \(value.shownInMessage)" }
        return "must be \(types.text), is \(value.typeNameWithArticle)"
    }

    /// Whether a value satisfies a rule, without reporting anything.
    mutating func satisfies(_ rule: JSONSchemaRule, _ value: JSONValue) -> Bool {
        let outer = (isTrying, hasFailed)
        (isTrying, hasFailed) = (true, false)
        apply(rule, to: value)
        let isSatisfied = !hasFailed
        (isTrying, hasFailed) = outer
        return isSatisfied
    }

    mutating func apply(_ rule: JSONSchemaRule, toMember name: String, _ value: JSONValue) {
        path.append(.member(name))
        apply(rule, to: value)
        path.removeLast()
    }

    private mutating func apply(_ rule: JSONSchemaRule, toElement index: Int, _ value: JSONValue) {
        path.append(.element(index))
        apply(rule, to: value)
        path.removeLast()
    }

    mutating func apply(reference: Int, to value: JSONValue) {
        apply(rules[reference], to: value)
    }

    /// The types that a rule admits, also when it is but a reference.
    func admittedTypes(of rule: JSONSchemaRule) -> JSONTypeSet {
        guard let reference = rule.combinations?.reference else { return rule.types }
        return rule.types.intersection(rules[reference].types)
    }

    // MARK: - Arrays

    private mutating func apply(_ arrays: JSONSchemaRule.Arrays, to elements: [JSONValue]) {
        if elements.count < arrays.count.lowerBound {
            report("must have at least \(Self.counted(arrays.count.lowerBound, "element")), has \(elements.count)")
        }
        if elements.count > arrays.count.upperBound {
            report("must have at most \(Self.counted(arrays.count.upperBound, "element")), has \(elements.count)")
        }
        for (index, rule) in arrays.first.prefix(elements.count).enumerated() where !isSettled {
            apply(rule, toElement: index, elements[index])
        }
        if let items = arrays.items, elements.count > arrays.first.count { apply(items: items, to: elements, from: arrays.first.count) }
        if arrays.isUnique, elements.count > 1, !isSettled { findTwins(in: elements) }
    }

    private mutating func apply(items: JSONSchemaRule, to elements: [JSONValue], from start: Int) {
        // A long list of, say, plain numbers is cheap to check and shall not use up the steps.
        if items.isPlainType {
            guard spend((elements.count - start) >> 4) else { return }
            if elements[start...].allSatisfy(items.types.admits) { return }
        }
        for index in start..<elements.count {
            if isSettled { return }
            apply(items, toElement: index, elements[index])
        }
    }

    private mutating func findTwins(in elements: [JSONValue]) {
        var places: [[UInt8]: Int] = [:]
        for (index, element) in elements.enumerated() {
            let canonical = element.canonicalBytes()
            guard spend(1 + canonical.count >> 6) else { return }
            if let earlier = places.updateValue(index, forKey: canonical) {
                return report("must have each element once, has the same at [\(earlier)] and [\(index)]")
            }
        }
    }

    // MARK: - Strings and numbers

    private mutating func apply(length: ClosedRange<Int>, to string: String) {
        // A scalar takes one to four bytes: most strings need no counting.
        let bytes = string.utf8.count
        if bytes <= length.upperBound, (bytes + 3) / 4 >= length.lowerBound { return }
        guard spend(bytes >> 6) else { return }
        let scalars = string.unicodeScalars.count
        if scalars < length.lowerBound { report("must have at least \(Self.counted(length.lowerBound, "character")), has \(scalars)") }
        if scalars > length.upperBound { report("must have at most \(Self.counted(length.upperBound, "character")), has \(scalars)") }
    }

    private mutating func apply(_ numbers: JSONSchemaRule.Numbers, to value: JSONValue) {
        for bound in numbers.lower where bound.isExclusive ? !bound.value.isLess(than: value) : value.isLess(than: bound.value) {
            report("must be \(bound.isExclusive ? "more than" : "at least") \(bound.value.shownInMessage), is \(value.shownInMessage)")
        }
        for bound in numbers.upper where bound.isExclusive ? !value.isLess(than: bound.value) : bound.value.isLess(than: value) {
            report("must be \(bound.isExclusive ? "less than" : "at most") \(bound.value.shownInMessage), is \(value.shownInMessage)")
        }
        if let divisor = numbers.divisor, !value.isMultiple(of: divisor) {
            report("must be a multiple of \(divisor), is \(value.shownInMessage)")
        }
    }

    static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}

extension JSONValue {
    fileprivate func isLess(than other: JSONValue) -> Bool {
        if case .integer(let left) = self, case .integer(let right) = other { return left < right }
        return JSONDecimal(of: self) < JSONDecimal(of: other)
    }

    fileprivate func isMultiple(of divisor: Int64) -> Bool {
        if case .integer(let integer) = self { return integer % divisor == 0 }
        return JSONDecimal(of: self).isMultiple(of: divisor)
    }
}
