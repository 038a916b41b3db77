public import LegworkCore

/// How many tokens a model has read and written.
public struct AgentUsage: Sendable, Hashable {
    /// What it read, cached tokens included.
    public var inputTokens: Int
    /// What of that came from a cache.
    public var cachedInputTokens: Int
    /// What it wrote.
    public var outputTokens: Int

    /// Describes a use; nothing is below zero.
    public init(inputTokens: Int = 0, cachedInputTokens: Int = 0, outputTokens: Int = 0) {
        self.inputTokens = max(0, inputTokens)
        self.cachedInputTokens = max(0, cachedInputTokens)
        self.outputTokens = max(0, outputTokens)
    }

    /// Adds up; what is beyond all numbers stays at the largest one.
    public static func + (left: AgentUsage, right: AgentUsage) -> AgentUsage {
        AgentUsage(
            inputTokens: left.inputTokens.adding(right.inputTokens),
            cachedInputTokens: left.cachedInputTokens.adding(right.cachedInputTokens),
            outputTokens: left.outputTokens.adding(right.outputTokens)
        )
    }

    /// As results and checkpoints have it: `{"input_tokens", "cached_input_tokens", "output_tokens"}`.
    public var json: JSONValue {
        [
            "input_tokens": JSONValue(inputTokens), "cached_input_tokens": JSONValue(cachedInputTokens),
            "output_tokens": JSONValue(outputTokens),
        ]
    }

    /// Reads what ``json`` made; what is missing is 0.
    public init(json: JSONValue?) {
        self.init(
            inputTokens: json?["input_tokens"]?.int ?? 0,
            cachedInputTokens: json?["cached_input_tokens"]?.int ?? 0,
            outputTokens: json?["output_tokens"]?.int ?? 0
        )
    }
}

extension Int {
    /// The sum, or the largest number.
    fileprivate func adding(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
