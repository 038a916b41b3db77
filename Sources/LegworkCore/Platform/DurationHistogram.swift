/// How long things took: how many were at most so long, for each of some bounds, and the sum.
public struct DurationHistogram: Sendable, Hashable {
    /// The bounds in seconds, from a millisecond to an hour. Beyond the last there is one more place.
    public static let bounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600,
    ]

    /// How many fell between each bound and the one before; the last are those beyond all.
    public private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    /// What all took together, in seconds.
    public private(set) var sum = 0.0
    /// How many there were.
    public private(set) var count = 0

    /// Nothing yet.
    public init() {}

    /// Takes note of one.
    public mutating func record(_ duration: Duration) {
        let (whole, attoseconds) = duration.components
        let seconds = max(0, Double(whole) + Double(attoseconds) / 1e18)
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
        count += 1
    }
}
