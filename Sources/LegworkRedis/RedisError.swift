/// What Redis, or the way to it, could not do.
public struct RedisError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault. New ones may appear in later versions.
    public struct Code: Sendable, Hashable {
        private enum Value {
            case invalidConfiguration, unsupported, unavailable, timeout, connectionLost, accessDenied, queueFull, tooLarge, wrongType,
                malformed, refused, cancelled, closed
        }
        private let value: Value

        /// The configuration makes no sense.
        public static let invalidConfiguration = Code(value: .invalidConfiguration)
        /// Something this client cannot do, such as TLS or a cluster.
        public static let unsupported = Code(value: .unsupported)
        /// Redis cannot be reached, or cannot serve now: it starts, is full, or may only be read.
        public static let unavailable = Code(value: .unavailable)
        /// Redis was reached and did not answer in time.
        public static let timeout = Code(value: .timeout)
        /// The connection broke while an answer was due; whether the command was executed is unknown.
        public static let connectionLost = Code(value: .connectionLost)
        /// The password is wrong or missing, or the user may not do this.
        public static let accessDenied = Code(value: .accessDenied)
        /// More commands wait than the configuration allows.
        public static let queueFull = Code(value: .queueFull)
        /// A command, an answer or a stored value exceeds its limit.
        public static let tooLarge = Code(value: .tooLarge)
        /// The key holds a value of another type.
        public static let wrongType = Code(value: .wrongType)
        /// What is stored is not what a result looks like.
        public static let malformed = Code(value: .malformed)
        /// Redis refused the command.
        public static let refused = Code(value: .refused)
        /// The Swift task that waited was cancelled.
        public static let cancelled = Code(value: .cancelled)
        /// The store was closed, or the mirror has ended.
        public static let closed = Code(value: .closed)
    }

    /// The kind of fault.
    public let code: Code
    /// What happened and what to do; never a password.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

extension RedisError {
    /// Whether the same may succeed later with nothing changed but Redis.
    package var isTransient: Bool {
        switch code {
        case .unavailable, .timeout, .connectionLost, .queueFull: true
        default: false
        }
    }

    /// Whether nothing at all can succeed until a person has changed something.
    package var isHopeless: Bool {
        switch code {
        case .invalidConfiguration, .unsupported, .accessDenied, .closed: true
        default: false
        }
    }

    /// An error that Redis answered with, such as `WRONGTYPE Operation against a key …`.
    ///
    /// - Parameter server: where Redis is, for the message.
    package init(answer: String, server: String) {
        // A script's error may name its first word after the word ERR, depending on the version.
        let words = answer.split(separator: " ", maxSplits: 2)
        let word = words.first == "ERR" && words.count > 1 && Self.meanings[words[1]] != nil ? words[1] : words.first ?? ""
        guard let (code, advice) = Self.meanings[word] else {
            self.init(.refused, "Redis at \(server) refused the command: \(answer)")
            return
        }
        self.init(code, "Redis at \(server): \(advice) (\(answer))")
    }

    private static let meanings: [Substring: (Code, String)] = [
        "NOAUTH": (.accessDenied, "a password is wanted; set one in the configuration"),
        "WRONGPASS": (.accessDenied, "the user name or password is wrong"),
        "NOPERM": (.accessDenied, "this user may not do that; it needs EVAL, GET, HGET and SET on the configured keys"),
        "WRONGTYPE": (.wrongType, "the key holds a value of another type; remove it or choose other key prefixes"),
        "LOADING": (.unavailable, "it is still loading its data; try again later"),
        "BUSY": (.unavailable, "it is busy with a script; try again later"),
        "OOM": (.unavailable, "its memory is used up; raise maxmemory or remove keys"),
        "READONLY": (.unavailable, "this is a replica, which takes no writes; connect to the primary"),
        "MISCONF": (.unavailable, "it cannot save its data and takes no writes; look at its log"),
        "MASTERDOWN": (.unavailable, "the replica has lost its primary; try again later"),
        "NOREPLICAS": (.unavailable, "it takes no writes while replicas are missing"),
        "TRYAGAIN": (.unavailable, "it is moving keys; try again later"),
        "MOVED": (.unsupported, "this is a cluster, which is not supported; connect to a single Redis"),
        "ASK": (.unsupported, "this is a cluster, which is not supported; connect to a single Redis"),
        "CROSSSLOT": (.unsupported, "this is a cluster, which is not supported; connect to a single Redis"),
        "CLUSTERDOWN": (.unsupported, "this is a cluster, which is not supported; connect to a single Redis"),
    ]
}
