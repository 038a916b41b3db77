import LegworkCore

/// The tools that a model is told of, under names that endpoints take, and what it may do with them.
struct ChatToolbox: Sendable {
    struct Entry: Sendable {
        /// What the model calls it.
        var wireName: String
        var descriptor: ToolDescriptor
        /// Whether somebody has to allow each call.
        var needsApproval: Bool
        /// Whether a call may be made again when nobody knows whether it was made.
        var isRepeatable: Bool
        /// Whether it has another tool called, the one that its argument `tool` names.
        var handsOn: Bool
    }

    private let entries: [String: Entry]
    /// As the endpoint is sent them.
    let json: [JSONValue]

    init(_ descriptors: [ToolDescriptor], handingOn: Set<String> = [], _ configuration: ChatAgentConfiguration) {
        var entries: [String: Entry] = [:]
        var json: [JSONValue] = []
        for descriptor in descriptors where Self.has(descriptor.name, configuration) {
            let wireName = Self.wireName(descriptor.name, taken: entries)
            let readsOnly = descriptor.annotations?["readOnlyHint"] == true
            entries[wireName] = Entry(
                wireName: wireName,
                descriptor: descriptor,
                needsApproval: !readsOnly && !Self.matches(descriptor.name, configuration.granted),
                isRepeatable: readsOnly || descriptor.annotations?["idempotentHint"] == true || descriptor.recovery == .restart,
                handsOn: handingOn.contains(descriptor.name)
            )
            json.append([
                "type": "function",
                "function": [
                    "name": .string(wireName), "description": .string(descriptor.description), "parameters": descriptor.inputSchema,
                ],
            ])
        }
        self.entries = entries
        self.json = json
    }

    subscript(_ wireName: String) -> Entry? { entries[wireName] }

    /// The tool of a name that it has for others than the model.
    func entry(of name: String) -> Entry? { entries.values.first { $0.descriptor.name == name } }

    /// What to say of a name that is none.
    func unknown(_ name: String) -> String {
        "there is no tool named '\(name.truncated(toBytes: 100))'; there are: \(entries.keys.sorted().joined(separator: ", "))"
    }

    /// An agent does not get itself, unless its configuration says so by name.
    private static func has(_ name: String, _ configuration: ChatAgentConfiguration) -> Bool {
        name == configuration.name ? configuration.tools.contains(name) : matches(name, configuration.tools)
    }

    static func matches(_ name: String, _ patterns: [String]) -> Bool {
        patterns.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : $0 == name }
    }

    /// Endpoints take 64 of the letters, digits, `_` and `-`.
    private static func wireName(_ name: String, taken: [String: Entry]) -> String {
        let plain = String(name.map { $0 == "." ? "_" : $0 }.prefix(64))
        if taken[plain] == nil { return plain }
        return (2...).lazy.map { "\(plain.prefix(60))_\($0)" }.first { taken[$0] == nil } ?? plain
    }
}
