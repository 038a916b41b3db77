public import LegworkCore

/// An agent that is a loop over a model behind an OpenAI-compatible endpoint, with this process's tools.
public struct ChatAgentConfiguration: Sendable, Hashable {
    /// What happens to a call that is neither granted nor only reads.
    public enum Approval: String, Sendable, Hashable, CaseIterable {
        /// Whoever watches over the task is asked.
        case ask
        /// The model is told that it may not.
        case refuse
    }

    /// The tool's name.
    public var name: String
    /// What it is for, for models that may call it.
    public var description: String?
    /// Where the model is.
    public var endpoint: ChatEndpoint
    /// The model that calls use which name none.
    public var model: String
    /// The other models that a call may name; nil lets it name any.
    public var models: [String]?
    /// What the model is told first.
    public var instructions: String?
    /// The most answers of the model in one task.
    public var maximumTurns = 50
    /// How many tokens the model takes, those of its answer included.
    public var contextTokens = 128_000
    /// The most tokens of one answer; nil leaves it to the endpoint.
    public var maximumOutputTokens: Int?
    /// What the model costs; nil counts no money.
    public var prices: ChatPrices?
    /// The tools it has, by name, or by the beginning of names with `*` at the end.
    public var tools: [String] = ["*"]
    /// The tools it may call without anybody being asked, beside those that only read.
    public var granted: [String] = []
    /// What happens to calls of all others.
    public var approval: Approval = .ask
    /// How often and how long it waits when the endpoint fails.
    public var retry = ChatRetryPolicy()
    /// How many tools are called at once.
    public var maximumParallelCalls = 8
    /// The most of a tool's result that the model is given, in bytes (64 KiB).
    public var maximumToolResultBytes = 64 << 10
    /// Members that are added to each request, such as `temperature`.
    public var extraBody = JSONObject()

    /// Describes an agent with its defaults.
    public init(name: String, endpoint: ChatEndpoint, model: String) {
        self.name = name
        self.endpoint = endpoint
        self.model = model
    }
}

/// Where a model is, and how it is reached.
public struct ChatEndpoint: Sendable, Hashable {
    /// What stands before `/chat/completions`, such as `https://api.openai.com/v1`.
    public var baseURL: String
    /// Where the key is; nil sends none.
    public var key: SecretReference?
    /// The header that takes the key as it is; nil sends it as `Authorization: Bearer KEY`.
    public var keyHeader: String?
    /// Other headers; they must hold no secrets.
    public var headers: [String: String] = [:]
    /// Whether the endpoint is asked to tell the tokens at the end of the stream. Some do not know the wish.
    public var reportsUsage = true
    /// How long connecting may take.
    public var connectTimeout = Duration.seconds(10)
    /// How long the endpoint may be silent.
    public var idleTimeout = Duration.seconds(120)
    /// The largest answer, in bytes.
    public var maximumAnswerBytes = 8 << 20

    /// Describes an endpoint.
    public init(baseURL: String, key: SecretReference? = nil) {
        self.baseURL = baseURL
        self.key = key
    }

    /// The URL that is posted to.
    var url: String { (baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL) + "/chat/completions" }
}

/// What a model costs, in US dollars per million tokens.
public struct ChatPrices: Sendable, Hashable {
    /// What it reads.
    public var input: Double
    /// What it reads from a cache; nil costs the same.
    public var cachedInput: Double?
    /// What it writes.
    public var output: Double

    /// Describes prices.
    public init(input: Double, cachedInput: Double? = nil, output: Double) {
        self.input = input
        self.cachedInput = cachedInput
        self.output = output
    }

    /// What a use costs.
    public func cost(of usage: AgentUsage) -> Double {
        let cached = min(usage.cachedInputTokens, usage.inputTokens)
        let sum =
            Double(usage.inputTokens - cached) * input + Double(cached) * (cachedInput ?? input) + Double(usage.outputTokens) * output
        return sum / 1_000_000
    }
}
