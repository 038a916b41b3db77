/// Why a ``JSONValue`` could not become a Swift value, and which part of it is to blame.
public struct JSONDecodingError: Error, Sendable, CustomStringConvertible {
    /// Where, such as `arguments.files[2].path`.
    public let path: String
    /// What is wrong there, such as `expected a string, found an integer` or `missing`.
    public let message: String
    /// The error of the type's own `init(from:)`, when it threw one of its own kind.
    public let underlying: (any Error)?

    /// Makes an error; a type's own `init(from:)` may throw one, and it is passed on as it is.
    public init(path: String, message: String, underlying: (any Error)? = nil) {
        self.path = path
        self.message = message
        self.underlying = underlying
    }

    /// Path and message: `arguments.files[2].path: expected a string, found an integer`.
    public var description: String { "\(path): \(message)" }
}

extension JSONDecodingError {
    /// Says in words what Swift's decoding machinery reports.
    init(_ error: any Error, root: String) {
        switch error {
        case let error as JSONDecodingError: self = error
        case let error as JSONCodingInterruption:
            self.init(
                path: JSONPath.text(root: root, keys: error.path.codingPath),
                message: "\(error.underlying)",
                underlying: error.underlying
            )
        case let error as DecodingError:
            let (keys, message) =
                switch error {
                case .keyNotFound(let key, let context): (context.codingPath + [key], "missing")
                case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                    (context.codingPath, context.debugDescription)
                @unknown default: ([any CodingKey](), "\(error)")
                }
            self.init(path: JSONPath.text(root: root, keys: keys), message: message, underlying: error)
        default: self.init(path: root, message: "\(error)", underlying: error)
        }
    }
}
