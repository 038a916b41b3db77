import Glibc

/// Cuts a stream of bytes into lines. Pure; holds one line at most.
///
/// A line ends with LF, or CR LF. Empty lines are passed over. Of a line that is too long nothing is kept, and the rest of it is skipped.
public struct LineFramer: Sendable {
    /// What was found in the stream.
    public enum Event: Sendable, Hashable {
        /// A line, without its end.
        case line([UInt8])
        /// A line was longer than the limit; it has been or is being skipped.
        case tooLong
    }

    private let limit: Int
    private var pending: [UInt8] = []
    private var isSkipping = false

    /// Begins a stream.
    ///
    /// - Parameter limit: the most bytes of a line, its end not counted.
    public init(limit: Int) { self.limit = limit }

    /// How many bytes of an unfinished line are held.
    public var heldBytes: Int { pending.count }

    /// Takes the next bytes of the stream.
    ///
    /// - Returns: what they complete, in order.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) -> [Event] {
        var events: [Event] = []
        var rest = bytes[...]
        while let start = rest.isEmpty ? nil : UnsafeRawBufferPointer(rebasing: rest).baseAddress {
            guard let found = memchr(start, 0x0A, rest.count) else {
                if let event = hold(rest) { events.append(event) }
                break
            }
            let length = UnsafeRawPointer(found) - start
            if let event = hold(rest.prefix(length)) { events.append(event) }
            if let event = endLine() { events.append(event) }
            rest = rest.dropFirst(length + 1)
        }
        return events
    }

    /// Takes the next bytes of the stream.
    public mutating func append(_ bytes: [UInt8]) -> [Event] { bytes.withUnsafeBytes { append($0) } }

    /// Takes the end of the stream: what stands after the last line end is a line as well.
    public mutating func finish() -> Event? { endLine() }

    private mutating func hold(_ bytes: Slice<UnsafeRawBufferPointer>) -> Event? {
        guard !isSkipping else { return nil }
        // One more than the limit, for a CR that may belong to the end.
        guard pending.count + bytes.count <= limit + 1 else { return skip() }
        pending.append(contentsOf: bytes)
        return nil
    }

    private mutating func skip() -> Event {
        isSkipping = true
        pending = []
        return .tooLong
    }

    private mutating func endLine() -> Event? {
        defer {
            pending = []
            isSkipping = false
        }
        guard !isSkipping else { return nil }
        if pending.last == 0x0D { pending.removeLast() }
        if pending.count > limit { return .tooLong }
        if pending.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
        return .line(pending)
    }
}
