/// When a call of a tool becomes a task.
public enum BackgroundPolicy: Sendable, Hashable {
    /// When it has taken longer than a window; nil means the door's own window.
    case automatic(after: Duration?)
    /// Only when the caller asks for it.
    case onRequest
    /// At once.
    case always
    /// Never: the caller waits, however long it takes.
    case never
}

/// When a call that may become a task is recorded.
public enum Durability: Sendable, Hashable {
    /// When the window has passed; a quick call leaves no trace.
    case lazy
    /// Before the tool starts; for tools with side effects.
    case eager
}
