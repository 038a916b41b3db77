import Glibc

/// The system's limits on what a program can be given, checked before it is started.
enum ArgumentSpace {
    /// The longest single argument or variable with its zero byte: 32 pages (`MAX_ARG_STRLEN` of execve(2)).
    private static let longestString = 32 * 4096

    static func check(arguments: [String], environment: [String]) throws(CommandError) {
        for (index, argument) in arguments.enumerated() where argument.utf8.count >= longestString {
            throw CommandError(
                .tooLarge,
                "argument \(index) is \(argument.utf8.count) bytes; the system takes at most \(longestString - 1) in one. "
                    + "Put it into a file, or send it as stdin"
            )
        }
        for entry in environment where entry.utf8.count >= longestString {
            let name = entry.prefix { $0 != "=" }
            throw CommandError(
                .tooLarge,
                "the environment variable \(name) has \(entry.utf8.count) bytes; the system takes at most \(longestString - 1) in one"
            )
        }
        let total = (arguments + environment).reduce(0) { $0 + $1.utf8.count + 1 + MemoryLayout<UInt>.size }
        let limit = total < smallestLimit ? smallestLimit : currentLimit
        guard total <= limit else { throw tooLarge(total, limit) }
    }

    /// What to say when arguments and environment together are too large.
    static func tooLarge(_ total: Int? = nil, _ limit: Int? = nil) -> CommandError {
        let sizes = total.flatMap { total in limit.map { " (\(total) bytes; the system takes \($0))" } } ?? ""
        return CommandError(
            .tooLarge,
            "arguments and environment together are too large\(sizes). Put long arguments into a file, or send them as stdin"
        )
    }

    /// Every system takes this much.
    private static let smallestLimit = 128 << 10

    /// A quarter of the stack, and at most three quarters of 8 MiB, as execve(2) says.
    private static var currentLimit: Int {
        let limit = sysconf(Int32(_SC_ARG_MAX))
        return limit <= 0 ? 6 << 20 : min(limit, 6 << 20)
    }
}
