/// A JSON object of a configuration, read member by member. What nobody has asked for at the end is a mistake: a misspelt limit would
/// otherwise be none.
package struct JSONMemberReader<Fault: Error>: Sendable {
    private let object: JSONObject
    private let makeFault: @Sendable (String) -> Fault
    /// Where it stands, for messages, such as `agents[0].prices`.
    package let path: String
    private var known: [String] = []

    /// Begins reading.
    ///
    /// - Parameter fault: makes an error of a sentence that says which member is wrong and what it must be.
    package init(_ object: JSONObject, _ path: String, fault: @escaping @Sendable (String) -> Fault) {
        self.object = object
        self.path = path
        makeFault = fault
    }

    /// The same for a value that has to be an object.
    package init(_ value: JSONValue, _ path: String, fault: @escaping @Sendable (String) -> Fault) throws(Fault) {
        guard let object = value.object else { throw fault("\(path) must be an object, not \(value.typeName)") }
        self.init(object, path, fault: fault)
    }

    /// All members, of an object whose names are the user's.
    package var members: [JSONObject.Member] { object.members }

    /// The names that nobody has asked for.
    package var unread: [String] { object.keys.filter { !known.contains($0) } }

    /// A member as it is; nil where it is missing or `null`.
    package mutating func value(_ key: String) -> JSONValue? {
        if !known.contains(key) { known.append(key) }
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    /// `true` or `false`.
    package mutating func flag(_ key: String) throws(Fault) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.bool else { throw wrong(key, "true or false") }
        return flag
    }

    /// A number.
    package mutating func number(_ key: String, _ range: ClosedRange<Double>) throws(Fault) -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.double, range.contains(number) else {
            throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A whole number.
    package mutating func count(_ key: String, _ range: ClosedRange<Int>) throws(Fault) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Refuses members that nobody has asked for, and names those that there are.
    package func finish() throws(Fault) {
        guard let key = unread.first else { return }
        let meant = Suggestion.nearest(to: key, in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw makeFault(
            "\(path) has an unknown member '\(key.truncated(toBytes: 60))'\(meant); known are \(known.sorted().joined(separator: ", "))"
        )
    }

    /// What to throw for a member that is not what it must be.
    package func wrong(_ key: String, _ expected: String) -> Fault { makeFault("\(path).\(key) must be \(expected)") }
}
