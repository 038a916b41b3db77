/// A behaviour that a channel does not show.
public struct ConformanceFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was expected and what came.
    public let text: String
    /// The file of the behaviour, as `#fileID` gives it.
    public let file: String
    /// The line of the expectation.
    public let line: Int

    /// Says where and what.
    public var description: String { "\(file):\(line): \(text)" }
}

/// Throws unless a condition holds.
func expect(_ condition: Bool, _ text: @autoclosure () -> String, file: String = #fileID, line: Int = #line) throws {
    if !condition { throw ConformanceFailure(text: String(text().prefix(2000)), file: file, line: line) }
}

/// Throws unless two values are equal.
func expect<Value: Equatable>(
    _ actual: Value,
    equals expected: Value,
    _ what: @autoclosure () -> String,
    file: String = #fileID,
    line: Int = #line
) throws {
    try expect(actual == expected, "\(what()): expected \(expected), got \(actual)", file: file, line: line)
}
