extension QueuePolicy {
    /// What a text of policies says that is none.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        /// What is wrong and how it is written.
        public let description: String
    }

    /// Reads policies as they are written on a command line: `build:concurrency=2,key=1;*:owner=4,rate=10/60s`.
    ///
    /// Each queue has a name, or `*` for all that are not named, a colon, and any of `concurrency`, `owner`, `tool` and `key` (how many at
    /// once) and `rate` (how many of a key may begin in how many seconds), with commas between.
    ///
    /// - Throws: ``Fault``.
    public static func read(_ text: String) throws(Fault) -> (named: [String: QueuePolicy], others: QueuePolicy) {
        var (named, others): ([String: QueuePolicy], QueuePolicy) = ([:], .unlimited)
        for part in text.split(separator: ";", omittingEmptySubsequences: true) {
            // A queue's name may have colons itself.
            guard let colon = part.lastIndex(of: ":"), colon > part.startIndex else { throw fault(part) }
            let name = String(part[..<colon])
            var policy = QueuePolicy.unlimited
            for wish in part[part.index(after: colon)...].split(separator: ",") {
                let sides = wish.split(separator: "=", omittingEmptySubsequences: false)
                guard sides.count == 2 else { throw fault(part) }
                switch sides[0] {
                case "concurrency": policy.concurrency = try number(sides[1], part)
                case "owner": policy.perOwner = try number(sides[1], part)
                case "tool": policy.perTool = try number(sides[1], part)
                case "key": policy.perKey = try number(sides[1], part)
                case "rate":
                    let numbers = sides[1].split(separator: "/", omittingEmptySubsequences: false)
                    guard numbers.count == 2, numbers[1].hasSuffix("s") else { throw fault(part) }
                    policy.rate = RateLimit(try number(numbers[0], part), per: .seconds(try number(numbers[1].dropLast(), part)))
                case _: throw fault(part)
                }
            }
            if name == "*" { others = policy } else { named[name] = policy }
        }
        return (named, others)
    }

    private static func number(_ text: Substring, _ part: Substring) throws(Fault) -> Int {
        guard let number = Int(text), (1...1_000_000).contains(number) else { throw fault(part) }
        return number
    }

    private static func fault(_ part: Substring) -> Fault {
        Fault(
            description: """
                '\(String(part).truncated(toBytes: 100))' is no policy of a queue; write QUEUE:concurrency=4,owner=1,tool=2,key=1,rate=10/60s, \
                with '*' for all queues that are not named, and ';' between several
                """
        )
    }
}
