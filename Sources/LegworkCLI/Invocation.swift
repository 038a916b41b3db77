import LegworkCore
import LegworkDaemon

/// One use of a command: what was asked for, and with what.
struct Invocation: Sendable {
    let arguments: Arguments
    let environment: [String: String]
    let console: Console
    let folder: StateFolder

    /// How to print.
    enum Style: Sendable { case table, json, quiet }

    var style: Style {
        if arguments.has("json") { return .json }
        return arguments.has("quiet") ? .quiet : .table
    }

    /// For whom to act, where that was said.
    var owner: String? { arguments["owner"] ?? environment["LEGWORK_OWNER"].flatMap { $0.isEmpty ? nil : $0 } }

    /// Reaches the daemon, starting one if there is none.
    ///
    /// - Parameter asOperator: true to see what is every owner's, also when it was not asked for.
    /// - Throws: ``CLIError`` when that is impossible.
    func client(asOperator: Bool = false) async throws -> DaemonClient {
        let client = try makeClient(asOperator: asOperator)
        if try await client.isAnswering() { return client }
        try await DaemonLauncher(client: client).start()
        return client
    }

    /// A client of a daemon that may or may not be there.
    func makeClient(asOperator: Bool = false) throws -> DaemonClient {
        try DaemonClient(
            folder: folder,
            owner: owner,
            isOperator: asOperator || arguments.has("all-owners")
        )
    }

    /// The one argument that a command takes.
    func onlyArgument(_ what: String) throws(CLIError) -> String {
        let given = arguments.positionals + (arguments.rest ?? [])
        guard given.count == 1, let argument = given.first else {
            throw CLIError(.usage, given.isEmpty ? "\(what) is missing; see --help" : "too many arguments: only \(what) is taken")
        }
        return argument
    }

    /// The arguments of a command that takes one or more.
    func someArguments(_ what: String) throws(CLIError) -> [String] {
        let given = arguments.positionals + (arguments.rest ?? [])
        guard !given.isEmpty else { throw CLIError(.usage, "\(what) is missing; see --help") }
        return given
    }
}
