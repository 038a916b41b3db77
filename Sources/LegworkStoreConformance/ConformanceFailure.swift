import LegworkCore

/// A behaviour that a store does not show.
public struct ConformanceFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was expected and what came.
    public let text: String
    /// The file of the behaviour, as `#fileID` gives it.
    public let file: String
    /// The line of the expectation.
    public let line: Int

    /// Describes a failure.
    public init(_ text: String, file: String = #fileID, line: Int = #line) {
        self.text = text
        self.file = file
        self.line = line
    }

    /// Says where and what.
    public var description: String { "\(file):\(line): \(text)" }
}

/// Throws unless a condition holds.
func expect(_ condition: Bool, _ text: @autoclosure () -> String, file: String = #fileID, line: Int = #line) throws {
    if !condition { throw ConformanceFailure(text(), file: file, line: line) }
}

/// Throws unless two values are equal.
func expect<Value: Equatable>(
    _ actual: Value,
    equals expected: Value,
    _ what: @autoclosure () -> String,
    file: String = #fileID,
    line: Int = #line
) throws {
    if actual != expected {
        throw ConformanceFailure("\(what()): expected \(shortened(expected)), got \(shortened(actual))", file: file, line: line)
    }
}

/// Gives the value, and throws when there is none.
func require<Value>(_ value: Value?, _ what: @autoclosure () -> String, file: String = #fileID, line: Int = #line) throws -> Value {
    guard let value else { throw ConformanceFailure("\(what()) is missing", file: file, line: line) }
    return value
}

/// Expects a store to refuse something.
func expectThrows(_ code: StoreError.Code, _ what: String, _ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as StoreError {
        return try expect(error.code, equals: code, "the error of \(what)")
    }
    throw ConformanceFailure("\(what) was accepted")
}

private func shortened(_ value: some Equatable) -> String {
    let text = String(describing: value)
    return text.utf8.count > 2000 ? String(text.prefix(2000)) + "…" : text
}
