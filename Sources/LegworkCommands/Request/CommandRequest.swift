package import LegworkCore

/// A command that was checked and is ready to be started.
package struct CommandRequest: Sendable, Hashable {
    /// What the caller wrote.
    package enum CommandLine: Sendable, Hashable {
        /// A program and its arguments.
        case arguments([String])
        /// A line for the shell.
        case shell(String)
    }

    /// What the caller wrote.
    package var commandLine: CommandLine
    /// The program's absolute path.
    package var executable: String
    /// What the program sees as its arguments, its own name first.
    package var arguments: [String]
    /// Where it starts; an absolute path.
    package var directory: String
    /// The whole environment as `NAME=value`, sorted.
    package var environment: [String]
    /// What it reads; nil when there is nothing to read.
    package var standardInput: String?
    /// How long it may run.
    package var timeout: Duration?
    /// How many bytes of the output's end the result shows.
    package var tailBytes: Int
}

extension CommandRequest {
    /// Reads and checks the arguments of a call: also that directory and program exist and can be used.
    ///
    /// - Throws: what the caller is to be told.
    package init(_ arguments: JSONValue, _ configuration: RunCommandConfiguration) throws(CommandError) {
        let arguments = CommandArguments(arguments)
        let line = try arguments.commandLine(allowsShell: configuration.allowsShell)
        let directory = try arguments.text("cwd") ?? configuration.defaultDirectory ?? UserHome.path
        try WorkingDirectory.check(directory)
        let environment = try arguments.environment(default: configuration.environment)

        let executable: String
        let words: [String]
        switch line {
        case .arguments(let list):
            words = list
            executable = try ExecutableSearch(path: environment["PATH"], directory: directory).find(list[0])
        case .shell(let text):
            words = [configuration.shell, "-c", text]
            executable = try ExecutableSearch(path: nil, directory: directory).find(configuration.shell)
        }

        self.init(
            commandLine: line,
            executable: executable,
            arguments: words,
            directory: directory,
            environment: environment.map { "\($0.key)=\($0.value)" }.sorted(),
            standardInput: try arguments.standardInput(),
            timeout: try arguments.timeout(),
            tailBytes: try arguments.tailBytes() ?? configuration.tailBytes
        )
        try ArgumentSpace.check(arguments: words, environment: self.environment)
    }
}
