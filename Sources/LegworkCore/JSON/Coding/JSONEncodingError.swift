/// Why a Swift value could not become a ``JSONValue``, and which part of it is to blame.
public struct JSONEncodingError: Error, Sendable, CustomStringConvertible {
    /// Where, such as `result.samples[2]`.
    public let path: String
    /// What is wrong there, such as `JSON has no infinite numbers`.
    public let message: String
    /// The error of the type's own `encode(to:)`, when it threw one of its own kind.
    public let underlying: (any Error)?

    /// Path and message.
    public var description: String { "\(path): \(message)" }
}

extension JSONEncodingError {
    /// Says in words what Swift's encoding machinery reports.
    init(_ error: any Error, root: String) {
        switch error {
        case EncodingError.invalidValue(_, let context):
            self.init(path: JSONPath.text(root: root, keys: context.codingPath), message: context.debugDescription, underlying: error)
        case let error as JSONCodingInterruption:
            self.init(
                path: JSONPath.text(root: root, keys: error.path.codingPath),
                message: "\(error.underlying)",
                underlying: error.underlying
            )
        default: self.init(path: root, message: "\(error)", underlying: error)
        }
    }
}
