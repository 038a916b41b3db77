extension Sequence<String> {
    /// The text that was perhaps meant: the nearest one, at most two slips away.
    package func closest(to text: String) -> String? {
        guard (1...64).contains(text.utf8.count) else { return nil }
        let near = lazy.filter { $0.utf8.count <= 64 }.map { (name: $0, slips: $0.slips(to: text)) }
        return near.filter { $0.slips <= Swift.max(1, Swift.min(2, text.utf8.count / 3)) }.min { $0.slips < $1.slips }?.name
    }
}

extension String {
    /// How many characters have to be added, removed, replaced or swapped with their neighbour to make the other text.
    fileprivate func slips(to other: String) -> Int {
        let (left, right) = (Array(utf8), Array(other.utf8))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var line = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = Swift.min(replaced, last[column + 1] + 1, line[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = Swift.min(best, beforeLast[column - 1] + 1)
                }
                line.append(best)
            }
            (beforeLast, last) = (last, line)
        }
        return last[right.count]
    }
}
