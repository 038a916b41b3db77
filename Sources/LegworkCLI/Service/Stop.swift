import Glibc
import LegworkCore
import LegworkDaemon

/// `legwork stop`.
enum Stop: Command {
    static let name = "stop"
    static let summary = "Stop the daemon; running tasks are interrupted and kept"
    static let usage = ""

    /// A daemon that ends gives its calls and commands some seconds each.
    private static let patience = Duration.seconds(60)

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let client = try invocation.makeClient()
        guard let pid = try await client.health()?["pid"]?.int else {
            if invocation.style == .table { invocation.console.print("no daemon is running on \(invocation.folder.path)") }
            return ExitCode.success.rawValue
        }
        // The connection ends when the process does, which is what is waited for.
        let watch = try ProcessEnd(pid: Int32(pid))
        guard kill(pid_t(pid), SIGTERM) == 0 else {
            throw CLIError(.failure, "the daemon (pid \(pid)) cannot be stopped: \(String(cString: strerror(errno)))")
        }
        guard await watch.wait(on: client.loop, atMost: patience) else {
            throw CLIError(.failure, "the daemon (pid \(pid)) has not ended within \(patience); see \(invocation.folder.log), or kill it")
        }
        if invocation.style == .table { invocation.console.print("stopped") }
        return ExitCode.success.rawValue
    }
}
