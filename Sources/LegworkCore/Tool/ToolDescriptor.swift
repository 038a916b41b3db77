/// What is known of a tool without calling it.
public struct ToolDescriptor: Sendable, Hashable {
    /// The longest name, in characters.
    public static let maximumNameLength = 128

    /// The name it is called by: 1 to 128 of `A-Z a-z 0-9 _ . -`.
    public var name: String
    /// A name for people.
    public var title: String?
    /// What it does and when to use it, for the model.
    public var description: String
    /// The JSON Schema of its arguments; its type is `object`.
    public var inputSchema: JSONValue
    /// The JSON Schema of its structured content.
    public var outputSchema: JSONValue?
    /// Hints as MCP defines them: `readOnlyHint`, `destructiveHint`, `idempotentHint`, `openWorldHint`.
    public var annotations: JSONObject?
    /// When a call becomes a task.
    public var background: BackgroundPolicy
    /// Whether a call is recorded before the tool starts.
    public var durability: Durability
    /// What happens to a task whose process is lost.
    public var recovery: RecoveryPolicy
    /// Whether messages can be sent to its tasks. Such a call is recorded before it starts.
    public var hasInbox: Bool
    /// Whether a stopped task can go on; nil means that it can unless ``recovery`` is ``RecoveryPolicy/fail``.
    public var isResumable: Bool?
    /// How long the tool has to stop once it was asked to, before it is abandoned.
    public var cancelGrace: Duration
    /// How often a task that failed is tried again; nil never.
    public var retry: RetryPolicy?
    /// How long its tasks may take; what is left open the manager decides.
    public var limits: TaskLimits
    /// Top-level arguments whose values are never shown, only kept; such as environment variables.
    public var sensitiveArguments: Set<String>
    /// What a client of MCP has to be able to do, or its calls are refused: with ``ClientAbility/tasks``, calls become tasks at once, and only
    /// clients that take tasks can make them. Callers through other doors can do all of it.
    public var requires: Set<ClientAbility>
    /// Whether what it asks while its caller waits is to be asked of that caller before the call becomes a task, also of one that takes tasks.
    public var asksFirst: Bool

    /// Describes a tool.
    public init(
        name: String,
        title: String? = nil,
        description: String,
        inputSchema: JSONValue = ["type": "object", "properties": [:]],
        outputSchema: JSONValue? = nil,
        annotations: JSONObject? = nil,
        background: BackgroundPolicy = .automatic(after: nil),
        durability: Durability = .lazy,
        recovery: RecoveryPolicy = .stop,
        hasInbox: Bool = false,
        isResumable: Bool? = nil,
        cancelGrace: Duration = .seconds(5),
        retry: RetryPolicy? = nil,
        limits: TaskLimits = TaskLimits(),
        sensitiveArguments: Set<String> = [],
        requires: Set<ClientAbility> = [],
        asksFirst: Bool = false
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.inputSchema = inputSchema
        self.outputSchema = outputSchema
        self.annotations = annotations
        self.background = background
        self.durability = durability
        self.recovery = recovery
        self.hasInbox = hasInbox
        self.isResumable = isResumable
        self.cancelGrace = cancelGrace
        self.retry = retry
        self.limits = limits
        self.sensitiveArguments = sensitiveArguments
        self.requires = requires
        self.asksFirst = asksFirst
    }

    /// ``isResumable``, or what stands in its place.
    var canResume: Bool { isResumable ?? (recovery != .fail) }

    /// Whether a text can be a tool's name.
    public static func isValidName(_ name: String) -> Bool {
        (1...maximumNameLength).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// The arguments as they may be shown: sensitive ones are replaced by `"[hidden]"`.
    public static func redacting(_ arguments: JSONValue, hiding sensitive: Set<String>) -> JSONValue {
        guard !sensitive.isEmpty, case .object(var object) = arguments else { return arguments }
        for key in sensitive where object[key] != nil { object[key] = "[hidden]" }
        return .object(object)
    }
}
