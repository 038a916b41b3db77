/// Cuts a stream of bytes into lines of bounded length.
struct LineSplitter: Sendable {
    /// A line, without its end.
    enum Line: Sendable, Hashable {
        case whole([UInt8])
        /// One with so many bytes that it was not kept.
        case tooLong(Int)
    }

    private let limit: Int
    private var rest: [UInt8] = []
    /// The length of the line that is being dropped.
    private var dropped: Int?

    /// - Parameter limit: the most bytes of a line that is kept.
    init(limit: Int) { self.limit = limit }

    /// Takes the next bytes and answers the lines that they complete; empty ones are left out.
    mutating func append(_ bytes: some Collection<UInt8>) -> [Line] {
        var lines: [Line] = []
        var piece = bytes[...]
        while let end = piece.firstIndex(of: UInt8(ascii: "\n")) {
            take(piece[..<end])
            if let line = endLine() { lines.append(line) }
            piece = piece[end...].dropFirst()
        }
        take(piece)
        return lines
    }

    /// The last line, when the stream ended within it.
    mutating func finish() -> Line? { endLine() }

    private mutating func take(_ piece: some Collection<UInt8>) {
        if let count = dropped {
            dropped = count + piece.count
        } else if rest.count + piece.count > limit {
            dropped = rest.count + piece.count
            rest = []
        } else {
            rest.append(contentsOf: piece)
        }
    }

    private mutating func endLine() -> Line? {
        defer {
            rest.removeAll(keepingCapacity: rest.count < 64 << 10)
            dropped = nil
        }
        if let dropped { return .tooLong(dropped) }
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        return rest.isEmpty ? nil : .whole(rest)
    }
}
