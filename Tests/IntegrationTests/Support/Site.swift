import Glibc
import LegworkCore

/// A folder with a daemon of its own, and the commands that use it.
struct Site: Sendable {
    private static let gate = Gate(6)

    /// A folder for the test's own files; commands run in it.
    let folder: String
    /// The state folder.
    var state: String { folder + "/state" }
    /// Where the test and its commands wait for each other.
    let pipes: Pipes

    /// Gives a test a site, and removes it with every process that was started there, however the test ends.
    static func use(_ body: (Site) async throws -> Void) async throws {
        try await gate.pass {
            let folder = try Files.makeTemporaryFolder()
            let site = Site(folder: folder, pipes: Pipes(folder: folder))
            do {
                try await body(site)
            } catch {
                let log = Files.text(site.state + "/daemon.log")
                try await site.remove()
                throw Failure("\(error)\(log.isEmpty ? "" : "\ndaemon.log:\n\(log)")")
            }
            try await site.remove()
        }
    }

    private func remove() async throws {
        try await offPool {
            while true {
                let left = Processes.mentioning(folder)
                for pid in left { kill(pid, SIGKILL) }
                if left.isEmpty { break }
            }
            Files.removeAll(folder)
        }
    }

    // MARK: - Commands

    var environment: [String: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "LEGWORK_STATE": state, "LANG": "C.UTF-8"]
    }

    /// Starts a command of `legwork`.
    func start(
        _ arguments: [String],
        adding variables: [String: String] = [:],
        in folder: String? = nil,
        hasInput: Bool = false
    ) throws -> Child {
        let all = environment.merging(variables) { $1 }
        return try Child([Product.path] + arguments, environment: all, folder: folder ?? self.folder, hasInput: hasInput)
    }

    /// Starts a command of `legwork`.
    func start(_ arguments: String...) throws -> Child { try start(arguments) }

    /// Runs a command of `legwork` to its end.
    @discardableResult
    func legwork(_ arguments: String...) async throws -> Child.View { try await start(arguments).end() }

    /// Starts a line of the shell, in which `$legwork` is the command.
    func startShell(_ line: String, adding variables: [String: String] = [:]) throws -> Child {
        let all = environment.merging(["legwork": Product.path]) { $1 }.merging(variables) { $1 }
        return try Child(["/bin/sh", "-c", line], environment: all, folder: folder)
    }

    /// Runs a line of the shell to its end.
    func shell(_ line: String) async throws -> Child.View { try await startShell(line).end() }

    /// Runs a command and reads the JSON that it prints.
    func json(_ arguments: String...) async throws -> JSONValue { try await json(arguments) }

    /// Runs a command and reads the JSON that it prints.
    func json(_ arguments: [String]) async throws -> JSONValue {
        let view = try await start(arguments + ["--json"]).end()
        do {
            return try JSONValue(parsing: view.output)
        } catch {
            throw Failure("'\(arguments.joined(separator: " ")) --json' printed no JSON (\(error)): \(view)")
        }
    }

    /// Starts a daemon as a child of the tests; returns when it can be reached.
    func serve(_ options: String...) async throws -> Child {
        let daemon = try start(["serve", "--detached"] + options)
        try await daemon.view { $0.output.contains("ready\n") }
        return daemon
    }

    /// Starts a command that runs until the test lets it: `echo started; read gate; echo done`.
    ///
    /// - Returns: the task's id.
    func startGated(_ gate: String = "gate", _ options: String...) async throws -> String {
        try pipes.make(gate)
        let view = try await start(["run", "--background"] + options + ["--", "sh", "-c", "echo started; read line <\(gate); echo $line"])
            .end()
        guard view.code == 0, let id = view.lines.last else { throw Failure("the task cannot be started: \(view)") }
        return id
    }

    /// Lets a gated command go on, and gives it a line.
    func open(_ gate: String = "gate", _ line: String = "done") throws { try pipes.send(line + "\n", to: gate) }

    /// Returns when each child has a connection to the daemon.
    func waitUntilConnected(_ children: Child...) async throws {
        try await offPool {
            for child in children {
                while !Processes.hasSocket(child.pid) {
                    if child.now.code != nil { throw Failure("it ended before it was connected: \(child.now)") }
                    sched_yield()
                }
            }
        }
    }

    /// The status of a task.
    func status(_ task: String) async throws -> String {
        try await legwork("show", "--quiet", task).output.trimmed
    }
}

extension String {
    /// Without the line break at its end.
    var trimmed: String { hasSuffix("\n") ? String(dropLast()) : self }
}
