/// How a process ended.
public enum ProcessExit: Sendable, Hashable, CustomStringConvertible {
    /// It returned this code (0 to 255).
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32, coreDumped: Bool)

    /// Whether the process ended by itself with code 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// `exit 3` or `signal 9`.
    public var description: String {
        switch self {
        case .exited(let code): "exit \(code)"
        case .signalled(let number, let coreDumped): coreDumped ? "signal \(number), core dumped" : "signal \(number)"
        }
    }
}
