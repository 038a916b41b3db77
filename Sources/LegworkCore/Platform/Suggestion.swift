/// Guesses what a misspelt word was meant to be.
package enum Suggestion {
    /// The candidate that differs from a word by the fewest edits, if there is one that differs by few. Only the first 200 candidates and
    /// words of up to 64 bytes are looked at.
    package static func nearest(to word: String, in candidates: [String]) -> String? {
        let wanted = Array(word.lowercased().utf8)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var best: (word: String, edits: Int)?
        for candidate in candidates.prefix(200) {
            let bytes = Array(candidate.lowercased().utf8)
            let allowed = max(1, min(wanted.count, bytes.count) / 3)
            guard !bytes.isEmpty, abs(bytes.count - wanted.count) <= allowed else { continue }
            let edits = edits(from: wanted, to: bytes)
            if edits <= allowed, edits < best?.edits ?? .max { best = (candidate, edits) }
        }
        return best?.word
    }

    /// Insertions, deletions, replacements and swaps of neighbours.
    private static func edits(from left: [UInt8], to right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let replaced = last[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var least = min(replaced, last[column] + 1, current[column - 1] + 1)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    least = min(least, beforeLast[column - 2] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
