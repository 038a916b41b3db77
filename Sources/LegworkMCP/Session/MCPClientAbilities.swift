import LegworkCore

/// What a client says that it can be asked. A pure value.
struct MCPClientAbilities: Sendable, Hashable {
    /// Nothing.
    static let none = MCPClientAbilities(nil, in: .november2024)

    /// What the client can do, taking tasks left out.
    let all: Set<ClientAbility>
    private let showsForms: Bool
    private let opensURLs: Bool
    private let revision: MCPRevision

    /// Reads a client's capabilities.
    init(_ capabilities: JSONObject?, in revision: MCPRevision) {
        var all: Set<ClientAbility> = []
        if capabilities?["sampling"]?.object != nil { all.insert(.sampling) }
        if capabilities?["roots"]?.object != nil { all.insert(.roots) }
        // Before it was in the protocol, no client can have meant it.
        let elicitation = revision >= .june2025 ? capabilities?["elicitation"]?.object : nil
        if elicitation != nil { all.insert(.elicitation) }
        self.all = all
        self.revision = revision
        opensURLs = elicitation?["url"]?.object != nil
        // A client that names no mode shows forms (2025-11-25, client/elicitation).
        showsForms = elicitation.map { $0["form"]?.object != nil || $0["url"]?.object == nil } ?? false
    }

    /// Whether a question can be put to the client.
    func canAnswer(_ question: MCPQuestion) -> Bool {
        guard all.contains(question.ability) else { return false }
        guard question.ability == .elicitation else { return true }
        return question.isURL ? opensURLs : showsForms
    }

    /// What a tool wants of its clients and this one cannot do, as an error names it: `{"sampling": {}, …}`; nil when nothing is missing.
    func missing(_ required: Set<ClientAbility>, takesTasks: Bool) -> JSONObject? {
        var missing = JSONObject()
        for ability in ClientAbility.allCases where required.contains(ability) && !all.contains(ability) {
            switch ability {
            case .elicitation, .sampling, .roots: missing[ability.rawValue] = [:]
            case .tasks: if !takesTasks { missing["extensions"] = [MCPName.tasks: [:]] }
            }
        }
        return missing.isEmpty ? nil : missing
    }
}
