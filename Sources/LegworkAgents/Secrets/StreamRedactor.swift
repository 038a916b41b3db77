import LegworkCore

/// Takes known keys out of a stream of bytes, also where two pieces of it meet within one. A value: bytes in, bytes out.
struct StreamRedactor: Sendable {
    private static let replacement = Array("[hidden]".utf8)
    private let secrets: [[UInt8]]
    /// What may be the beginning of a key.
    private var held: [UInt8] = []

    /// Knows the keys of a redactor.
    init(_ redactor: SecretRedactor) { secrets = redactor.secrets.map { Array($0.utf8) } }

    /// Takes the next bytes and answers those that may be seen.
    mutating func append(_ bytes: some Collection<UInt8>) -> [UInt8] { show(held + bytes, isEnd: false) }

    /// What was held back, when the stream has ended.
    mutating func finish() -> [UInt8] { show(held, isEnd: true) }

    private mutating func show(_ bytes: [UInt8], isEnd: Bool) -> [UInt8] {
        var shown: [UInt8] = []
        shown.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            // Also where a shorter key is there already: it may turn out to be the beginning of a longer one.
            if !isEnd, mayBegin(rest) { break }
            if let secret = secrets.first(where: { rest.starts(with: $0) }) {
                shown += Self.replacement
                index += secret.count
            } else {
                shown.append(bytes[index])
                index += 1
            }
        }
        held = Array(bytes[index...])
        return shown
    }

    /// Whether the rest is the beginning of a key, and its end is still to come.
    private func mayBegin(_ rest: ArraySlice<UInt8>) -> Bool {
        secrets.contains { $0.count > rest.count && $0.starts(with: rest) }
    }
}
