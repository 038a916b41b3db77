import LegworkCore

/// An option of a command.
struct Option: Sendable {
    /// The long name, without dashes.
    let name: String
    /// The short name, without its dash.
    let short: Character?
    /// What its value is called in help; nil for a flag.
    let value: String?
    /// What it does.
    let help: String

    init(_ name: String, short: Character? = nil, value: String? = nil, _ help: String) {
        self.name = name
        self.short = short
        self.value = value
        self.help = help
    }
}

/// A command line that was taken apart.
struct Arguments: Sendable {
    /// The options that were given, flags with an empty value. Of an option given twice the last one counts.
    private(set) var values: [String: String] = [:]
    /// All values of each option, in order.
    private var lists: [String: [String]] = [:]
    /// What is no option.
    private(set) var positionals: [String] = []
    /// What stands after `--`; nil without one.
    private(set) var rest: [String]?

    /// Takes a command line apart: `--name value`, `--name=value`, `-n value`, `-nvalue`, several short flags as one, `--` ends options.
    ///
    /// - Throws: ``CLIError`` for what is not known, naming what was perhaps meant.
    init(_ arguments: [String], options: [Option], stopsAtFirstPositional: Bool = false) throws(CLIError) {
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if argument == "--" {
                rest = Array(arguments[index...])
                return
            }
            if argument.hasPrefix("--") {
                try takeLong(argument, arguments, &index, options)
            } else if argument.hasPrefix("-"), argument.count > 1 {
                try takeShort(argument, arguments, &index, options)
            } else if stopsAtFirstPositional {
                rest = Array(arguments[(index - 1)...])
                return
            } else {
                positionals.append(argument)
            }
        }
    }

    private mutating func takeLong(
        _ argument: String,
        _ arguments: [String],
        _ index: inout Int,
        _ options: [Option]
    ) throws(CLIError) {
        let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map(String.init) ?? ""
        guard let option = options.first(where: { $0.name == name }) else {
            let hint = Suggestion.nearest(to: name, in: options.map(\.name)).map { "; did you mean '--\($0)'?" } ?? ""
            throw CLIError(.usage, "the option '--\(name)' is not known\(hint)")
        }
        guard let value = option.value else {
            guard parts.count == 1 else { throw CLIError(.usage, "the option '--\(name)' takes no value") }
            values[name] = ""
            return
        }
        if parts.count == 2 {
            take(name, String(parts[1]))
        } else {
            guard index < arguments.count else { throw CLIError(.usage, "the option '--\(name)' needs a value: --\(name) \(value)") }
            take(name, arguments[index])
            index += 1
        }
    }

    private mutating func takeShort(
        _ argument: String,
        _ arguments: [String],
        _ index: inout Int,
        _ options: [Option]
    ) throws(CLIError) {
        var letters = argument.dropFirst()
        while let letter = letters.popFirst() {
            guard let option = options.first(where: { $0.short == letter }) else {
                throw CLIError(.usage, "the option '-\(letter)' is not known; see --help")
            }
            guard let value = option.value else {
                values[option.name] = ""
                continue
            }
            if !letters.isEmpty {
                take(option.name, String(letters))
            } else {
                guard index < arguments.count else { throw CLIError(.usage, "the option '-\(letter)' needs a value: -\(letter) \(value)") }
                take(option.name, arguments[index])
                index += 1
            }
            return
        }
    }

    private mutating func take(_ name: String, _ value: String) {
        values[name] = value
        lists[name, default: []].append(value)
    }

    /// Every value of an option that may be given several times.
    func all(_ name: String) -> [String] { lists[name] ?? [] }

    /// Whether a flag was given.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of an option.
    subscript(_ name: String) -> String? { values[name] }

    /// The longest that a command waits.
    static let longestWait = Duration.seconds(7 * 24 * 3600)
    /// The greatest age that is asked for: about ten years.
    static let longestAge = Duration.seconds(3650 * 24 * 3600)

    /// The duration that an option gives: `500ms`, `10s`, `2m`, `1h`, `1d`, or plain seconds.
    ///
    /// - Throws: ``CLIError`` for anything else, also for a negative one.
    func duration(_ name: String, atMost longest: Duration = longestWait) throws(CLIError) -> Duration? {
        guard let text = values[name] else { return nil }
        return try Self.duration(text, of: name, atMost: longest)
    }

    /// The durations that an option gives to names: `a=10s,b=500ms`; none when it is not there.
    ///
    /// - Throws: ``CLIError`` for what is no such list.
    func durations(_ name: String) throws(CLIError) -> [String: Duration] {
        var durations: [String: Duration] = [:]
        for part in (values[name] ?? "").split(separator: ",") {
            // A name may have an equals sign in it, a duration has none.
            guard let end = part.lastIndex(of: "="), end > part.startIndex else {
                throw CLIError(.usage, "--\(name) must be a list such as 'NAME=10s,OTHER=500ms', and '\(part)' is no part of one")
            }
            let key = String(part[..<end])
            guard durations[key] == nil else { throw CLIError(.usage, "--\(name) names '\(key)' twice") }
            durations[key] = try Self.duration(String(part[part.index(after: end)...]), of: name, atMost: Self.longestWait)
        }
        return durations
    }

    private static func duration(_ text: String, of name: String, atMost longest: Duration) throws(CLIError) -> Duration {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("", 1)]
        for (unit, seconds) in units where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), number.isFinite, number >= 0 else { break }
            guard number * seconds <= longest.seconds else { break }
            return .milliseconds(Int64((number * seconds * 1000).rounded()))
        }
        let days = Int(longest.seconds) / 86400
        throw CLIError(.usage, "--\(name) must be a duration from 0 to \(days)d such as 500ms, 10s, 2m or 1h, not '\(text)'")
    }

    /// The whole number that an option gives.
    ///
    /// - Throws: ``CLIError`` when it is none, or out of range.
    func number(_ name: String, in range: ClosedRange<Int>) throws(CLIError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw CLIError(.usage, "--\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }
}
