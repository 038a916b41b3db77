public import LegworkCore

/// A call of a tool as a client makes it.
public struct MCPToolCall: Sendable, Hashable {
    /// The tool.
    public let name: String
    /// Its arguments, an object.
    public let arguments: JSONValue
    /// Whether the client wants a task for an answer, at once (2025-11-25).
    public let wantsTask: Bool
    /// What the client says to what was asked of it, or will be, by key (2026-07-28).
    public let inputResponses: JSONObject
    /// What an earlier answer told the client to send with its next try (2026-07-28).
    public let requestState: String?

    /// Describes a call.
    public init(
        name: String,
        arguments: JSONValue = .object(JSONObject()),
        wantsTask: Bool = false,
        inputResponses: JSONObject = JSONObject(),
        requestState: String? = nil
    ) {
        self.name = name
        self.arguments = arguments
        self.wantsTask = wantsTask
        self.inputResponses = inputResponses
        self.requestState = requestState
    }

    /// Reads a call. What the revision does not know is passed over.
    init(_ params: JSONObject, in revision: MCPRevision) throws(MCPError) {
        guard let name = params["name"]?.string else {
            throw MCPError(.invalidParams, "params.name must be a string: the tool's name")
        }
        self.name = name
        switch params["arguments"] {
        case nil, .null: arguments = .object(JSONObject())
        case .some(let arguments):
            guard arguments.object != nil else {
                throw MCPError(.invalidParams, "params.arguments must be an object, not \(arguments.typeName)")
            }
            self.arguments = arguments
        }
        wantsTask = revision.hasDrivenTasks ? try Self.wantsTask(params["task"]) : false
        let retry = revision.isModern ? try MCPRetry(params) : MCPRetry()
        inputResponses = retry.inputResponses
        requestState = retry.requestState
    }

    private static func wantsTask(_ task: JSONValue?) throws(MCPError) -> Bool {
        guard let task else { return false }
        guard let task = task.object else { throw MCPError(.invalidParams, "params.task must be an object, not \(task.typeName)") }
        // How long a task is kept is not for the client to say; what it is told is that there is no limit.
        switch task["ttl"] {
        case nil, .null: break
        case .some(let ttl):
            guard let ttl = ttl.int, ttl >= 0 else {
                throw MCPError(.invalidParams, "params.task.ttl must be a whole number of milliseconds, 0 or more")
            }
        }
        return true
    }
}

/// What a client adds to a request that it makes again, with what it was asked for (2026-07-28, basic/utilities/mrtr). Any request that may be
/// answered with questions has it.
public struct MCPRetry: Sendable, Hashable {
    /// The longest state that can be ours, in bytes.
    static let maximumStateLength = 1000

    /// What the client says to what was asked of it, by key.
    public let inputResponses: JSONObject
    /// What the answer told the client to send.
    public let requestState: String?

    /// Nothing.
    public init() {
        inputResponses = JSONObject()
        requestState = nil
    }

    /// Reads what a request's parameters have of it.
    init(_ params: JSONObject) throws(MCPError) {
        switch params["inputResponses"] {
        case nil: inputResponses = JSONObject()
        case .some(let value):
            guard let responses = value.object else {
                throw MCPError(.invalidParams, "params.inputResponses must be an object, not \(value.typeName)")
            }
            inputResponses = responses
        }
        switch params["requestState"] {
        case nil: requestState = nil
        case .some(let value):
            guard let state = value.string, state.utf8.count <= Self.maximumStateLength else {
                throw MCPError(.invalidParams, "params.requestState must be what the last answer had under that name, unchanged")
            }
            requestState = state
        }
    }
}
