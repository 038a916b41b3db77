/// Random numbers that are the same for the same seed: SplitMix64, after Steele, Lea and Flood (2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// True once in so many times.
    mutating func once(in number: Int) -> Bool { Int.random(in: 0..<number, using: &self) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: elements.indices, using: &self)] }

    /// An element, or nil once in so many times.
    mutating func perhaps<Element>(_ elements: [Element], nilOnceIn number: Int) -> Element? {
        elements.isEmpty || once(in: number) ? nil : pick(elements)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}
