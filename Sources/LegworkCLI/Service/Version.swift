import LegworkDaemon

/// `legwork version`.
enum Version: Command {
    static let name = "version"
    static let summary = "Print the version"
    static let usage = ""

    static func run(_ invocation: Invocation) async throws -> Int32 {
        switch invocation.style {
        case .json: invocation.console.print(#"{"version":"\#(Daemon.version)"}"#)
        case .quiet: invocation.console.print(Daemon.version)
        case .table: invocation.console.print("legwork \(Daemon.version)")
        }
        return ExitCode.success.rawValue
    }
}
