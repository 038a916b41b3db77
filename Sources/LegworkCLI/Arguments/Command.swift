/// One of the things that `legwork` can do.
protocol Command: Sendable {
    /// The word that chooses it.
    static var name: String { get }
    /// What it does, in one line.
    static var summary: String { get }
    /// What follows the word, such as `[OPTIONS] TASK…`.
    static var usage: String { get }
    /// Its own options, beside the common ones.
    static var options: [Option] { get }
    /// More for its help, in whole lines.
    static var details: String { get }
    /// Whether everything from the first argument on that is no option belongs to another command.
    static var stopsAtFirstPositional: Bool { get }

    /// Does it.
    ///
    /// - Returns: the exit code.
    static func run(_ invocation: Invocation) async throws -> Int32
}

extension Command {
    static var options: [Option] { [] }
    static var details: String { "" }
    static var stopsAtFirstPositional: Bool { false }

    /// The text of `--help`.
    static var help: String {
        var text = "\(summary)\n\nUsage: legwork \(name) \(usage)\n"
        if !details.isEmpty { text += "\n\(details)\n" }
        if !options.isEmpty { text += "\nOptions:\n" + listing(options) }
        text += "\nCommon options:\n" + listing(CommonOptions.all)
        return text
    }

    private static func listing(_ options: [Option]) -> String {
        let rows = options.map { option in
            let short = option.short.map { "-\($0), " } ?? "    "
            return ("  \(short)--\(option.name)\(option.value.map { " \($0)" } ?? "")", option.help)
        }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { left, right in left + String(repeating: " ", count: width - left.count + 2) + right + "\n" }.joined()
    }
}

/// The options that every command takes.
enum CommonOptions {
    static let all = [
        Option("state", value: "FOLDER", "the state folder (default: LEGWORK_STATE, or legwork in XDG_STATE_HOME)"),
        Option("owner", value: "NAME", "act for this owner (default: LEGWORK_OWNER, or local)"),
        Option("all-owners", "see the tasks of every owner"),
        Option("json", "print JSON"),
        Option("quiet", short: "q", "print as little as possible: ids, one per line"),
        Option("help", short: "h", "print this"),
    ]
}
