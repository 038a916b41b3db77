/// The end of an output as text for a reader, and how much is missing before it.
package struct OutputExcerpt: Sendable, Hashable {
    /// Whole lines where that is possible; bytes that are no UTF-8 are replaced by U+FFFD. Without the line feed at its end.
    package let text: String
    /// How many bytes of the output come before the text.
    package let omittedBytes: Int

    /// Cuts an excerpt.
    ///
    /// - Parameters:
    ///   - tail: the last bytes of the output: all of them, or at least one more than `limit`.
    ///   - total: the length of the whole output.
    ///   - limit: the most bytes to show.
    package init(tail: ArraySlice<UInt8>, total: Int, limit: Int) {
        let start = tail.count <= limit ? tail.startIndex : Self.start(in: tail, limit: limit)
        let shown = tail[start...]
        omittedBytes = total - shown.count
        text = String(decoding: shown.last == UInt8(ascii: "\n") ? shown.dropLast() : shown, as: UTF8.self)
    }

    private static func start(in tail: ArraySlice<UInt8>, limit: Int) -> Int {
        let earliest = tail.endIndex - limit
        if limit == 0 || tail[earliest - 1] == UInt8(ascii: "\n") { return earliest }
        // A line start, unless the search for it would cost more than half of what may be shown: a huge line is cut inside.
        let firstHalf = tail[earliest..<(earliest + limit / 2)]
        if let lineEnd = firstHalf.firstIndex(of: UInt8(ascii: "\n")) { return lineEnd + 1 }
        let isContinuation = { (byte: UInt8) in byte & 0b1100_0000 == 0b1000_0000 }
        return tail[earliest...].prefix(4).firstIndex { !isContinuation($0) } ?? earliest
    }
}
