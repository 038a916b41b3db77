import LegworkCore

/// What is asked of git about a working tree. Nothing of it is changed: what is recorded goes through an index of its own.
struct GitWorkingTree: Sendable {
    /// What a working tree has that its last commit has not.
    struct Change: Sendable {
        var top: String
        var branch: String?
        var commit: String?
        var files: [String]
        var patch: [UInt8]
    }

    /// The largest patch, in bytes.
    static let maximumPatch = 64 << 20

    private let commands: CommandRun

    init(_ commands: CommandRun) { self.commands = commands }

    var cancelGrace: Duration { commands.cancelGrace }

    /// All changes since the last commit, with the files that are new and not ignored.
    ///
    /// - Parameters:
    ///   - directory: a folder within the working tree.
    ///   - scratch: where files may be made for a moment; the beginning of their paths.
    func change(in directory: String?, scratch: String, _ context: ToolContext) async throws -> Change {
        let top = try await top(of: directory, context)
        let index = ["GIT_INDEX_FILE": JSONValue.string(scratch + ".index")] as JSONObject
        let (patch, names) = (scratch + ".patch", scratch + ".names")
        defer { for path in [scratch + ".index", scratch + ".index.lock", patch, names] { ScratchFile.remove(path) } }
        let commit = try? await line(["rev-parse", "--verify", "-q", "HEAD"], in: top, context)
        let branch = try? await line(["symbolic-ref", "--short", "-q", "HEAD"], in: top, context)
        // With the real index's knowledge of what has not changed, large trees need not be read.
        if let real = try? await line(["rev-parse", "--path-format=absolute", "--git-path", "index"], in: top, context) {
            ScratchFile.copy(real, to: scratch + ".index")
        }
        try await git(["add", "--all", "--ignore-errors", "."], in: top, index, context)
        // Whatever the user's configuration says of how differences are shown: this one is to be applied.
        let difference = [
            "diff", "--cached", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--src-prefix=a/", "--dst-prefix=b/",
            "--submodule=short", "--ignore-submodules=none",
        ]
        try await git(difference + ["--binary", "--output=\(patch)"], in: top, index, context)
        try await git(difference + ["--name-only", "-z", "--output=\(names)"], in: top, index, context)
        return Change(
            top: top,
            branch: branch,
            commit: commit,
            files: try ScratchFile.read(names, limit: Self.maximumPatch).split(separator: 0).map { String(decoding: $0, as: UTF8.self) },
            patch: try ScratchFile.read(patch, limit: Self.maximumPatch)
        )
    }

    /// Whether a patch fits the working tree as it is.
    func check(_ patch: String, in directory: String?, _ context: ToolContext) async throws -> CommandRun.Ending {
        let top = try await top(of: directory, context)
        return try await run(["apply", "--check", "--verbose", patch], in: top, [:], context)
    }

    private func top(of directory: String?, _ context: ToolContext) async throws -> String {
        let ending = try await run(["rev-parse", "--show-toplevel"], in: directory, [:], context)
        guard ending.exitCode == 0, let top = ending.text.split(separator: "\n").first else {
            let said = EvidenceText.ending(ending.text, limit: 300)
            throw ToolError(.invalidArguments, "'\(directory ?? "the folder")' is in no working tree of git; give cwd. git says: \(said)")
        }
        return String(top)
    }

    private func line(_ arguments: [String], in directory: String, _ context: ToolContext) async throws -> String? {
        let ending = try await run(arguments, in: directory, [:], context)
        return ending.exitCode == 0 ? ending.text.split(separator: "\n").first.map(String.init) : nil
    }

    private func git(_ arguments: [String], in directory: String, _ variables: JSONObject, _ context: ToolContext) async throws {
        let ending = try await run(arguments, in: directory, variables, context)
        guard ending.exitCode == 0 else {
            throw ToolError(
                .invalidArguments,
                "git \(arguments.first ?? "") failed in \(directory): \(EvidenceText.ending(ending.text, limit: 500))"
            )
        }
    }

    private func run(
        _ arguments: [String],
        in directory: String?,
        _ variables: JSONObject,
        _ context: ToolContext
    ) async throws -> CommandRun.Ending {
        let settings = ["core.fsmonitor=false", "core.hooksPath=/dev/null", "core.quotePath=false", "core.safecrlf=false"]
        let words = ["git"] + settings.flatMap { ["-c", $0] } + arguments
        var environment = variables
        environment["GIT_TERMINAL_PROMPT"] = "0"
        environment["GIT_OPTIONAL_LOCKS"] = "0"
        var command: JSONObject = [
            "argv": .array(words.map(JSONValue.string)), "extra_env": .object(environment), "timeout": 120,
        ]
        command["cwd"] = directory.map(JSONValue.string)
        let ending: CommandRun.Ending
        do {
            ending = try await commands.run(command, context, isShown: false)
        } catch {
            throw ToolError(.invalidArguments, "git cannot be run: \(error)")
        }
        if ending.isCancelled { throw CancellationError() }
        return ending
    }
}
