import LegworkCore

/// A statement written as a string, in which every interpolated value becomes a bound placeholder, never text.
struct SQL: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String
    private(set) var values: [SQLValue]

    init(stringLiteral value: String) {
        text = value
        values = []
    }

    init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        values = stringInterpolation.values
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var values: [SQLValue] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount)
            values.reserveCapacity(interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: SQLValue) {
            text += "?"
            values.append(value)
        }

        mutating func appendInterpolation(_ value: String?) { appendInterpolation(SQLValue(value)) }
        mutating func appendInterpolation(_ value: Int64?) { appendInterpolation(SQLValue(value)) }
        mutating func appendInterpolation(_ value: Int?) { appendInterpolation(SQLValue(value)) }

        /// Puts in another piece of SQL with its values.
        mutating func appendInterpolation(_ part: SQL) {
            text += part.text
            values += part.values
        }

        /// Puts in text that is part of the program: names of columns and indexes. Never anything from outside.
        mutating func appendInterpolation(trusted text: StaticString) { self.text += text.description }

        /// Puts in a status as text, where an index is made for that status, or where one statement is at work per status.
        mutating func appendInterpolation(literal status: TaskStatus) { text += "'\(status.rawValue)'" }
    }
}
