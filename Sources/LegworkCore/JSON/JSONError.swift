/// Why a text is no JSON, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a ``JSONError``.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case syntax
            case unexpectedEnd = "unexpected_end"
            case invalidUTF8 = "invalid_utf8"
            case invalidString = "invalid_string"
            case invalidNumber = "invalid_number"
            case duplicateKey = "duplicate_key"
            case limitExceeded = "limit_exceeded"
        }

        private let kind: Kind

        /// A character stands where the grammar allows none such.
        public static let syntax = Code(kind: .syntax)
        /// The text ends before the value does.
        public static let unexpectedEnd = Code(kind: .unexpectedEnd)
        /// The bytes are no valid UTF-8.
        public static let invalidUTF8 = Code(kind: .invalidUTF8)
        /// A string holds a raw control character, an unknown escape or half a surrogate pair.
        public static let invalidString = Code(kind: .invalidString)
        /// A number is not written as JSON writes numbers.
        public static let invalidNumber = Code(kind: .invalidNumber)
        /// An object names a member twice.
        public static let duplicateKey = Code(kind: .duplicateKey)
        /// The text exceeds one of ``JSONLimits``.
        public static let limitExceeded = Code(kind: .limitExceeded)

        /// A stable word such as `duplicate_key`.
        public var description: String { kind.rawValue }
    }

    /// The kind of error.
    public let code: Code
    /// Where, in bytes from the start, counted from 0.
    public let byteOffset: Int
    /// The line, counted from 1.
    public let line: Int
    /// The column in Unicode scalars, counted from 1.
    public let column: Int
    /// What is wrong, without the place.
    public let reason: String

    /// What is wrong and where, such as `line 3, column 14: expected ',' or '}' after a member; found ']'`.
    public var message: String { "line \(line), column \(column): \(reason)" }

    /// The same as ``message``.
    public var description: String { message }
}
