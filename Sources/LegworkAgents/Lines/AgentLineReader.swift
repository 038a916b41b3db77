package import LegworkCore

/// Understands the JSON lines of one kind of agent. A value without clock, lock or I/O: a line in, events out.
///
/// What it does not know, it overlooks: programs say more with every version.
package protocol AgentLineReader: Sendable {
    /// Whether a run that ends well always says so; one that does not has been cut off then.
    var saysWhenItEnds: Bool { get }

    /// What a line says.
    mutating func read(_ line: JSONObject) -> [AgentEvent]
}

extension JSONValue {
    /// The text of what may be a string, or a list of content blocks; of anything else its JSON.
    var plainText: String? {
        switch self {
        case .null: nil
        case .string(let text): text
        case .array(let blocks):
            blocks.map { block in block["text"]?.string ?? block.string ?? "[\(block["type"]?.string ?? "other content")]" }
                .joined(separator: "\n")
        case .bool, .integer, .number, .object: json()
        }
    }
}
