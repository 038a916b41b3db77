/// Where Redis is, what the keys are called, and how much is waited and kept.
public struct RedisConfiguration: Sendable, Hashable {
    /// How Redis is reached.
    public enum Address: Sendable, Hashable, CustomStringConvertible {
        /// Over TCP.
        case tcp(host: String, port: Int)
        /// Over a Unix socket, at most 107 bytes of path.
        case unix(path: String)

        /// `host:port`, or the path.
        public var description: String {
            switch self {
            case .tcp(let host, let port): "\(host):\(port)"
            case .unix(let path): path
            }
        }
    }

    /// How Redis is reached.
    public var address: Address
    /// The user, for a Redis with access lists; nil is Redis's own `default`.
    public var user: String?
    /// The password; nil when none is wanted.
    public var password: RedisPassword?
    /// The number of the database, 0 unless said otherwise.
    public var database: Int

    /// What a result's key begins with; the task's id follows.
    public var resultPrefix: String
    /// What the key of a task's hash begins with; the task's id follows.
    public var taskPrefix: String
    /// What the key of a mirror's position begins with; the mirror's name follows.
    public var mirrorPrefix: String
    /// How long after a task's end its keys stay, at least a second.
    public var expiry: Duration
    /// How many bytes of a result or error are kept in Redis; of a longer one the beginning is.
    public var inlineLimit: Int
    /// The largest stored result that is read, in bytes.
    public var readLimit: Int

    /// How long connecting may take.
    public var connectTimeout: Duration
    /// How long a command may take, waiting for a connection included.
    public var commandTimeout: Duration
    /// How many commands may wait.
    public var queueLimit: Int
    /// How many bytes of commands may wait; one command alone may have as many.
    public var queueBytes: Int

    /// Describes a Redis with the first system's layout: 24 h expiry, up to 512 KiB of a result.
    public init(
        _ address: Address = .tcp(host: "127.0.0.1", port: 6379),
        user: String? = nil,
        password: RedisPassword? = nil,
        database: Int = 0,
        resultPrefix: String = "task_result:",
        taskPrefix: String = "sg:task:",
        mirrorPrefix: String = "legwork:mirror:",
        expiry: Duration = .seconds(86_400),
        inlineLimit: Int = 512 << 10,
        readLimit: Int = 8 << 20,
        connectTimeout: Duration = .seconds(2),
        commandTimeout: Duration = .seconds(5),
        queueLimit: Int = 10_000,
        queueBytes: Int = 64 << 20
    ) {
        self.address = address
        self.user = user
        self.password = password
        self.database = database
        self.resultPrefix = resultPrefix
        self.taskPrefix = taskPrefix
        self.mirrorPrefix = mirrorPrefix
        self.expiry = expiry
        self.inlineLimit = inlineLimit
        self.readLimit = readLimit
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
        self.queueLimit = queueLimit
        self.queueBytes = queueBytes
    }
}

extension RedisConfiguration {
    /// Throws ``RedisError/Code/invalidConfiguration`` for what cannot work.
    func check() throws(RedisError) {
        func require(_ isGood: Bool, _ problem: @autoclosure () -> String) throws(RedisError) {
            if !isGood { throw RedisError(.invalidConfiguration, "Redis configuration: \(problem())") }
        }
        switch address {
        case .tcp(let host, let port):
            try require(!host.isEmpty && !host.utf8.contains(0), "the host is empty or has a zero byte")
            try require((1...65_535).contains(port), "port \(port) is not between 1 and 65535")
        case .unix(let path):
            try require((1...107).contains(path.utf8.count) && !path.utf8.contains(0), "the socket's path must have 1 to 107 bytes")
        }
        try require(database >= 0, "database \(database) is negative")
        try require(user == nil || password != nil, "a user needs a password")
        try require(resultPrefix != taskPrefix, "the two key prefixes must differ")
        try require(expiry >= .seconds(1), "the expiry must be a second or more")
        try require(connectTimeout > .zero && commandTimeout > .zero, "timeouts must be positive")
        try require(inlineLimit >= 64 && inlineLimit <= 32 << 20, "inlineLimit must be between 64 bytes and 32 MiB")
        try require(readLimit >= 64 && readLimit <= 256 << 20, "readLimit must be between 64 bytes and 256 MiB")
        try require(queueLimit >= 1, "queueLimit must be at least 1")
        // A byte of a result takes six in JSON at worst, and one in the hash.
        try require(queueBytes >= 8 * inlineLimit + 4096, "queueBytes must be at least 8 times inlineLimit and 4096")
    }
}
