import Synchronization

/// The tools that can be called, by name.
public final class ToolRegistry: Sendable {
    private struct Contents {
        var tools: [String: RegisteredTool] = [:]
        var order: [String] = []
    }

    private let contents = Lock(Contents())

    /// Makes an empty registry.
    public init() {}

    /// Makes a registry of some tools.
    ///
    /// - Throws: ``ToolError`` as ``register(_:)`` does.
    public convenience init(_ tools: [any Tool]) throws(ToolError) {
        self.init()
        for tool in tools { try register(tool) }
    }

    /// Adds a tool.
    ///
    /// - Throws: ``ToolError/Code/invalidDescriptor`` for a bad name or schema, ``ToolError/Code/duplicateName`` for a name that is taken.
    public func register(_ tool: any Tool) throws(ToolError) {
        let registered = try RegisteredTool(tool)
        let name = registered.descriptor.name
        let isNew = contents.withLock { contents in
            guard contents.tools[name] == nil else { return false }
            contents.tools[name] = registered
            contents.order.append(name)
            return true
        }
        guard isNew else { throw ToolError(.duplicateName, "there is a tool named '\(name)' already; give one of them another name") }
    }

    /// The tool of a name.
    public subscript(_ name: String) -> RegisteredTool? {
        contents.withLock { $0.tools[name] }
    }

    /// All tools, in the order they were registered.
    public var tools: [RegisteredTool] {
        contents.withLock { contents in contents.order.compactMap { contents.tools[$0] } }
    }

    /// The tool of a name.
    ///
    /// - Throws: ``ToolError/Code/unknownTool``, naming the tool that was perhaps meant.
    public func tool(named name: String) throws(ToolError) -> RegisteredTool {
        if let tool = self[name] { return tool }
        let known = tools.map(\.descriptor.name)
        let shown = String(name.truncated(toBytes: 100))
        if let close = Suggestion.nearest(to: name, in: known) {
            throw ToolError(.unknownTool, "there is no tool named '\(shown)'; did you mean '\(close)'?")
        }
        let list = known.isEmpty ? "none is registered" : "known are \(known.prefix(20).joined(separator: ", "))"
        throw ToolError(.unknownTool, "there is no tool named '\(shown)'; \(list)")
    }
}

/// A tool with what was worked out of its descriptor once.
public final class RegisteredTool: Sendable {
    /// The tool.
    public let tool: any Tool
    /// Its descriptor.
    public let descriptor: ToolDescriptor
    /// When a call becomes a task.
    public let background: BackgroundPolicy
    /// Whether a call is recorded before the tool starts.
    public let durability: Durability
    /// Whether callers may say in the arguments how the call is to be made (``BackgroundCapable``).
    package let isBackgroundCapable: Bool
    private let capability: BackgroundCapable?
    // None for a tool that is called once, by whoever made it.
    private let checker: JSONSchemaChecker?

    /// A tool that was made to be called once, without arguments and without a registry.
    package init(spawned tool: any Tool) {
        self.tool = tool
        descriptor = tool.descriptor
        background = descriptor.background
        durability = .eager
        isBackgroundCapable = false
        capability = nil
        checker = nil
    }

    /// Looks at a tool's descriptor.
    ///
    /// - Throws: ``ToolError/Code/invalidDescriptor``.
    public init(_ tool: any Tool) throws(ToolError) {
        capability = tool as? BackgroundCapable
        isBackgroundCapable = capability != nil
        self.tool = capability?.tool ?? tool
        descriptor = tool.descriptor
        background = descriptor.background
        durability = descriptor.hasInbox ? .eager : descriptor.durability
        let name = descriptor.name
        guard ToolDescriptor.isValidName(name) else {
            throw ToolError(
                .invalidDescriptor,
                "'\(name.truncated(toBytes: 150))' is no tool name; use 1 to 128 of the characters A-Z a-z 0-9 _ . -"
            )
        }
        guard descriptor.inputSchema["type"] == "object" else {
            throw ToolError(.invalidDescriptor, "the input schema of '\(name)' must say \"type\": \"object\"")
        }
        do {
            // The tool's own schema: what the wrapper adds to it is taken out of the arguments before they are checked.
            checker = try JSONSchemaChecker(JSONSchema(self.tool.descriptor.inputSchema))
        } catch {
            throw ToolError(.invalidDescriptor, "the input schema of '\(name)' cannot be used: \(error)")
        }
        try capability?.checkNames()
    }

    /// Takes what is not for the tool out of the arguments.
    ///
    /// - Throws: ``ToolError/Code/invalidArguments`` for a wish of the wrong type.
    package func separate(_ arguments: JSONValue) throws(ToolError) -> (arguments: JSONValue, wish: BackgroundCapable.Wish) {
        guard let capability else { return (arguments, BackgroundCapable.Wish()) }
        return try capability.separate(arguments)
    }

    /// Checks arguments against the schema, then lets the tool look at them.
    ///
    /// - Throws: ``ToolError/Code/invalidArguments``, naming each path that is wrong.
    public func check(_ arguments: JSONValue) throws(ToolError) {
        let violations = checker?.check(arguments) ?? []
        guard violations.isEmpty else {
            let list = violations.map(\.description).joined(separator: "; ")
            throw ToolError(.invalidArguments, "the arguments of '\(descriptor.name)' do not fit: \(list)", violations: violations)
        }
        do {
            try tool.prepare(arguments)
        } catch let error as ToolError {
            throw error
        } catch {
            throw ToolError(.invalidArguments, "\(error)")
        }
    }

    /// Whether a stopped task of the tool can go on.
    public var isResumable: Bool { descriptor.canResume }

    /// The arguments as they may be shown.
    public func redacted(_ arguments: JSONValue) -> JSONValue {
        ToolDescriptor.redacting(arguments, hiding: descriptor.sensitiveArguments)
    }
}
