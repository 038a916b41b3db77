import LegworkCore

/// The tools that the manager calls by itself, which nobody finds in the registry.
struct BuiltInTools: Sendable {
    let reminder: RegisteredTool

    init() { reminder = RegisteredTool(spawned: ReminderTool()) }

    subscript(_ name: String) -> RegisteredTool? { name == ReminderTool.name ? reminder : nil }
}
