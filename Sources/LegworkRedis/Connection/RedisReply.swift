/// What Redis answered.
package enum RedisReply: Sendable, Hashable {
    /// Bytes.
    case bytes([UInt8])
    /// A short word such as `OK`.
    case word(String)
    /// A number.
    case integer(Int64)
    /// Nothing there.
    case nothing
    /// Several answers.
    case list([RedisReply])
    /// An error, as Redis says it.
    case error(String)

    /// The bytes as text, or the word; nil when this is neither, or no UTF-8.
    package var text: String? {
        switch self {
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        case .word(let word): word
        case .integer, .nothing, .list, .error: nil
        }
    }
}
