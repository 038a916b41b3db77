import LegworkCore
import LegworkEventLoop

/// The JSON arguments of a call, read one by one.
struct CommandArguments {
    private let object: JSONObject

    init(_ arguments: JSONValue) {
        object = arguments.object ?? [:]
    }

    /// What to run: exactly one of `argv` and `shell`.
    func commandLine(allowsShell: Bool) throws(CommandError) -> CommandRequest.CommandLine {
        switch (object["argv"], object["shell"]) {
        case (.some, .some):
            throw .invalid("give either argv or shell, not both")
        case (nil, nil):
            throw .invalid(
                allowsShell
                    ? "give the command: argv (a list such as [\"git\", \"status\"]) or shell (one line for the shell)"
                    : "give the command: argv, a list such as [\"git\", \"status\"]"
            )
        case (.some(let list), nil):
            return .arguments(try Self.words(list))
        case (nil, .some(let line)):
            guard allowsShell else {
                throw CommandError(.shellNotAllowed, "shell lines are not allowed here; give the program and its arguments as argv")
            }
            guard let text = line.string else { throw .wrongType("shell", expected: "a string", line) }
            guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else { throw .invalid("shell must not be empty") }
            return .shell(try Self.withoutZeroBytes(text, "shell"))
        }
    }

    private static func words(_ list: JSONValue) throws(CommandError) -> [String] {
        guard let elements = list.array else { throw .wrongType("argv", expected: "an array of strings", list) }
        guard (1...RunCommandConfiguration.maximumArguments).contains(elements.count) else {
            throw .invalid("argv must have 1 to \(RunCommandConfiguration.maximumArguments) entries; it has \(elements.count)")
        }
        var words: [String] = []
        words.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let word = element.string else { throw .wrongType("argv[\(index)]", expected: "a string", element) }
            words.append(try withoutZeroBytes(word, "argv[\(index)]"))
        }
        guard !words[0].isEmpty else { throw .invalid("argv[0] must not be empty: it names the program") }
        return words
    }

    /// The environment: `env` or the default, and `extra_env` over it.
    func environment(default standard: [String: String]?) throws(CommandError) -> [String: String] {
        var environment = try variables("env") ?? standard ?? Self.ownEnvironment
        for (name, value) in try variables("extra_env") ?? [:] { environment[name] = value }
        return environment
    }

    private static var ownEnvironment: [String: String] {
        let pairs = ProcessControl.environment().compactMap { entry -> (String, String)? in
            guard let separator = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            return (String(entry[..<separator]), String(entry[entry.utf8.index(after: separator)...]))
        }
        // Of two entries with one name `getenv` sees the first.
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private func variables(_ key: String) throws(CommandError) -> [String: String]? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let members = value.object?.members else { throw .wrongType(key, expected: "an object of strings", value) }
        var variables: [String: String] = [:]
        for member in members {
            guard !member.key.isEmpty, !member.key.utf8.contains(UInt8(ascii: "=")) else {
                throw .invalid(
                    "\(key) has a variable named \(CommandLineText.quoted(member.key)); a name has at least one character and no '='"
                )
            }
            guard let text = member.value.string else { throw .wrongType("\(key).\(member.key)", expected: "a string", member.value) }
            variables[try Self.withoutZeroBytes(member.key, "a name in \(key)")] = try Self.withoutZeroBytes(text, "\(key).\(member.key)")
        }
        return variables
    }

    /// A string that may be missing or null.
    func text(_ key: String) throws(CommandError) -> String? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let text = value.string else { throw .wrongType(key, expected: "a string", value) }
        return try Self.withoutZeroBytes(text, key)
    }

    /// What the command reads. It may contain zero bytes.
    func standardInput() throws(CommandError) -> String? {
        guard let value = object["stdin"], !value.isNull else { return nil }
        guard var text = value.string else { throw .wrongType("stdin", expected: "a string", value) }
        guard text.utf8.count <= RunCommandConfiguration.maximumInputBytes else {
            throw CommandError(
                .tooLarge,
                "stdin is \(text.utf8.count) bytes; at most \(RunCommandConfiguration.maximumInputBytes) are taken. "
                    + "Put it into a file and let the command read that"
            )
        }
        text.makeContiguousUTF8()
        return text.isEmpty ? nil : text
    }

    /// The time limit.
    func timeout() throws(CommandError) -> Duration? {
        guard let value = object["timeout"], !value.isNull else { return nil }
        guard let seconds = value.double else { throw .wrongType("timeout", expected: "a number of seconds", value) }
        let longest = RunCommandConfiguration.maximumTimeout
        guard seconds > 0, seconds <= longest.seconds else {
            throw .invalid("timeout must be more than 0 and at most \(longest.components.seconds) seconds; it is \(seconds)")
        }
        return .seconds(seconds)
    }

    /// How much of the output's end is wanted.
    func tailBytes() throws(CommandError) -> Int? {
        guard let value = object["tail_bytes"], !value.isNull else { return nil }
        let most = RunCommandConfiguration.maximumTailBytes
        guard let count = value.int, (0...most).contains(count) else {
            throw .invalid("tail_bytes must be a whole number from 0 to \(most)")
        }
        return count
    }

    private static func withoutZeroBytes(_ text: String, _ what: String) throws(CommandError) -> String {
        guard !text.utf8.contains(0) else { throw .invalid("\(what) contains a zero byte, which no program can be given") }
        return text
    }
}

extension CommandError {
    fileprivate static func invalid(_ message: String) -> CommandError { CommandError(.invalidArguments, message) }

    fileprivate static func wrongType(_ what: String, expected: String, _ value: JSONValue) -> CommandError {
        .invalid("\(what) must be \(expected), not \(value.typeName)")
    }
}
