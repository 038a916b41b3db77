/// How often a failed request is sent again, and after what time.
public struct ChatRetryPolicy: Sendable, Hashable {
    /// How often, after the first time.
    public var maximumRetries: Int
    /// The wait before the first repetition; each further one is twice as long.
    public var base: Duration
    /// The longest wait, also when the endpoint asks for a longer one: then the task fails, and says so.
    public var cap: Duration

    /// Describes a policy.
    public init(maximumRetries: Int = 5, base: Duration = .seconds(1), cap: Duration = .seconds(60)) {
        self.maximumRetries = max(0, maximumRetries)
        self.base = base
        self.cap = cap
    }

    /// How long to wait before a repetition; nil when there is none.
    ///
    /// - Parameters:
    ///   - retry: which repetition, from 1.
    ///   - wish: what the endpoint asked for; nobody comes earlier.
    ///   - chance: from 0 up to 1: waits of many agents are spread over half their length.
    func delay(before retry: Int, wish: Duration?, chance: Double) -> Duration? {
        guard retry <= maximumRetries else { return nil }
        if let wish {
            // Those who were told the same moment shall not all come in it.
            return wish > cap ? nil : min(cap, wish + wish * (chance * 0.1))
        }
        let doubled = base * Double(1 << min(retry - 1, 20))
        return min(cap, doubled) * (0.5 + chance / 2)
    }
}
