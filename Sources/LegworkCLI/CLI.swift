import LegworkCore
import LegworkDaemon
import LegworkEventLoop

/// The command `legwork`, as a library.
public enum CLI {
    static let commands: [any Command.Type] = [
        Run.self, Call.self, Submit.self, List.self, Show.self, Logs.self, Wait.self, Cancel.self, Retry.self, Resume.self,
        Answer.self, Send.self, Tree.self, RedirectCommand.self, Channels.self, Queue.self, ScheduleCommand.self, Notices.self, Pin.self,
        Unpin.self, Clear.self,
        Delete.self, Artifacts.self, Import.self, Stats.self, Tools.self, TokenCommand.self, Serve.self, Stop.self, MCP.self,
        Doctor.self, Version.self,
    ]

    /// Does what a command line says.
    ///
    /// - Parameters:
    ///   - arguments: what follows the program's name.
    ///   - environment: the environment.
    /// - Returns: the exit code; see ``ExitCode``.
    public static func main(_ arguments: [String], environment: [String: String]) async -> Int32 {
        EventLoop.ignoreBrokenPipes()
        let console = Console(environment: environment)
        guard let word = arguments.first else {
            console.error(overview)
            return ExitCode.usage.rawValue
        }
        if ["help", "--help", "-h"].contains(word) { return help(Array(arguments.dropFirst()), console) }
        if word == "--version" { return (try? await run(Version.self, [], environment, console)) ?? ExitCode.failure.rawValue }
        guard let command = commands.first(where: { $0.name == word }) else {
            let hint = Suggestion.nearest(to: word, in: commands.map { $0.name }).map { "; did you mean '\($0)'?" } ?? ""
            console.error("legwork: '\(word)' is no command\(hint)\nlegwork --help lists the commands")
            return ExitCode.usage.rawValue
        }
        do {
            return try await run(command, Array(arguments.dropFirst()), environment, console)
        } catch let refusal as DaemonRefusal {
            console.error("legwork: \(refusal.description)")
            return refusal.exitCode.rawValue
        } catch let error as DaemonClient.Unreachable {
            console.error("legwork: \(error.description)")
            return ExitCode.noDaemon.rawValue
        } catch let error as CLIError {
            console.error("legwork: \(error.description)")
            return error.exitCode.rawValue
        } catch {
            console.error("legwork: \(error)")
            return ExitCode.failure.rawValue
        }
    }

    private static func run(
        _ command: any Command.Type,
        _ words: [String],
        _ environment: [String: String],
        _ console: Console
    ) async throws -> Int32 {
        let options = command.options + CommonOptions.all
        let arguments = try Arguments(words, options: options, stopsAtFirstPositional: command.stopsAtFirstPositional)
        if arguments.has("help") {
            console.print(command.help)
            return ExitCode.success.rawValue
        }
        let folder = arguments["state"].map(StateFolder.init(path:)) ?? .standard(environment)
        return try await command.run(Invocation(arguments: arguments, environment: environment, console: console, folder: folder))
    }

    private static func help(_ words: [String], _ console: Console) -> Int32 {
        guard let word = words.first else {
            console.print(overview)
            return ExitCode.success.rawValue
        }
        guard let command = commands.first(where: { $0.name == word }) else {
            console.error("legwork: '\(word)' is no command; legwork --help lists the commands")
            return ExitCode.usage.rawValue
        }
        console.print(command.help)
        return ExitCode.success.rawValue
    }

    private static var overview: String {
        let width = commands.map { $0.name.count }.max() ?? 0
        let list = commands.map { "  \($0.name)\(String(repeating: " ", count: width - $0.name.count + 2))\($0.summary)\n" }.joined()
        return """
            legwork does the legwork of AI agents in the background: a call that takes long becomes a durable task.

            Usage: legwork COMMAND …

            \(list)
            legwork COMMAND --help says more. Exit codes: 0 success, 1 failure, 2 usage, 3 no such task, 4 no daemon, 75 still running,
            124 time over, 127 command cannot be started, 130 interrupted; legwork run ends with the command's own code.
            """
    }
}
