import CHiredis
import Glibc

/// One connection of hiredis. It belongs to the thread that made it, and after an error it is of no further use.
@safe struct RedisLink: ~Copyable {
    private let context: UnsafeMutablePointer<redisContext>
    private let server: String
    /// The largest answer that is taken in, in bytes.
    private let largestAnswer: Int

    private init(_ context: UnsafeMutablePointer<redisContext>, _ configuration: RedisConfiguration) {
        unsafe self.context = context
        server = configuration.address.description
        // The largest thing that is asked for, and something around it.
        largestAnswer = configuration.readLimit + (1 << 20)
    }

    /// Connects, and makes sure that commands will be listened to.
    static func connect(_ configuration: RedisConfiguration) throws(RedisError) -> RedisLink {
        let timeout = timeval(configuration.connectTimeout)
        let context =
            switch configuration.address {
            case .tcp(let host, let port): unsafe redisConnectWithTimeout(host, Int32(port), timeout)
            case .unix(let path): unsafe redisConnectUnixWithTimeout(path, timeout)
            }
        guard let context = unsafe context else { throw RedisError(.unavailable, "there is no memory left to connect to Redis") }
        var link = unsafe RedisLink(context, configuration)
        guard unsafe context.pointee.err == 0 else {
            throw RedisError(
                .unavailable,
                "cannot connect to Redis at \(link.server): \(link.problem()); is it running, and is the address right?"
            )
        }
        // hiredis leaves the descriptor open to programs that this one starts.
        _ = unsafe fcntl(context.pointee.fd, F_SETFD, FD_CLOEXEC)
        if case .tcp = configuration.address { unsafe redisEnableKeepAlive(context) }
        // The most that one read or write may wait; an exchange watches the whole.
        unsafe redisSetTimeout(context, timeval(configuration.commandTimeout))
        try link.greet(configuration)
        return link
    }

    deinit { unsafe redisFree(context) }

    /// Sends commands in one piece, and hands over the answers one by one.
    mutating func exchange(
        _ commands: [RedisCommand],
        within timeout: Duration,
        _ take: (RedisReply) -> Void
    ) throws(RedisError) {
        let deadline = ContinuousClock.now.advanced(by: timeout)
        for command in commands {
            let result = unsafe command.encoded.withUnsafeBytes { bytes in
                unsafe redisAppendFormattedCommand(context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
            }
            guard result == REDIS_OK else { throw failure() }
        }
        var isDone: Int32 = 0
        while isDone == 0 {
            try watch(deadline)
            guard unsafe redisBufferWrite(context, &isDone) == REDIS_OK else { throw failure() }
        }
        for _ in commands { take(try reply(before: deadline)) }
    }

    private mutating func reply(before deadline: ContinuousClock.Instant) throws(RedisError) -> RedisReply {
        while true {
            var reply: UnsafeMutableRawPointer?
            guard unsafe redisGetReplyFromReader(context, &reply) == REDIS_OK else { throw failure() }
            if let reply = unsafe reply {
                defer { unsafe freeReplyObject(reply) }
                return unsafe RedisReply(reply.assumingMemoryBound(to: redisReply.self).pointee)
            }
            try watch(deadline)
            guard unsafe context.pointee.reader.pointee.len <= largestAnswer else {
                throw RedisError(.tooLarge, "Redis at \(server) answers with more than \(largestAnswer) bytes; raise readLimit")
            }
            guard unsafe redisBufferRead(context) == REDIS_OK else { throw failure() }
        }
    }

    private func watch(_ deadline: ContinuousClock.Instant) throws(RedisError) {
        if ContinuousClock.now >= deadline { throw timeout() }
    }

    private func timeout() -> RedisError {
        RedisError(.timeout, "Redis at \(server) did not answer in time; look at its load, or raise commandTimeout")
    }

    /// The error that belongs to what hiredis says went wrong.
    private func failure() -> RedisError {
        let latest = errno
        switch unsafe context.pointee.err {
        case REDIS_ERR_IO where latest == EAGAIN || latest == ETIMEDOUT: return timeout()
        case REDIS_ERR_IO, REDIS_ERR_EOF:
            return RedisError(.connectionLost, "the connection to Redis at \(server) broke: \(problem())")
        case REDIS_ERR_PROTOCOL:
            return RedisError(.connectionLost, "what answers at \(server) does not speak Redis's protocol: \(problem())")
        default: return RedisError(.unavailable, "Redis at \(server): \(problem())")
        }
    }

    /// hiredis's text for the last error.
    private func problem() -> String {
        unsafe withUnsafeBytes(of: &context.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func timeval(_ duration: Duration) -> timeval {
        let (seconds, attoseconds) = duration.components
        // Zero would mean: for ever.
        return Glibc.timeval(tv_sec: Int(seconds), tv_usec: max(seconds == 0 ? 1 : 0, Int(attoseconds / 1_000_000_000_000)))
    }
}

extension RedisLink {
    /// Says who we are, chooses the database, and asks whether Redis listens.
    private mutating func greet(_ configuration: RedisConfiguration) throws(RedisError) {
        do throws(RedisError) {
            if let password = configuration.password {
                let words = ["AUTH", configuration.user, password.text].compactMap(\.self)
                try ask(RedisCommand(words), isSecret: true, configuration)
            }
            if configuration.database != 0 { try ask(RedisCommand("SELECT", String(configuration.database)), configuration) }
            try ask(RedisCommand("PING"), configuration)
        } catch  where error.code == .connectionLost {
            throw RedisError(
                .unavailable,
                "\(error.message) (during the greeting: if TLS is expected there, which is not supported, use a tunnel or a Unix socket)"
            )
        }
    }

    /// Sends one command of the greeting.
    ///
    /// - Parameter isSecret: the answer to a command that is not known may repeat its arguments, so of this one only the first word is shown.
    private mutating func ask(
        _ command: RedisCommand,
        isSecret: Bool = false,
        _ configuration: RedisConfiguration
    ) throws(RedisError) {
        var answer = RedisReply.nothing
        try exchange([command], within: configuration.commandTimeout) { answer = $0 }
        guard case .error(let text) = answer else { return }
        if !isSecret {
            let error = RedisError(answer: text, server: server)
            throw error.code == .refused ? RedisError(.invalidConfiguration, error.message) : error
        }
        let word = String(text.prefix { $0 != " " })
        let error = RedisError(answer: word, server: server)
        throw error.code == .refused
            ? RedisError(.accessDenied, "Redis at \(server) did not accept the password (\(word)); is one set there, and is it this one?")
            : error
    }
}

extension RedisReply {
    /// Copies an answer out of hiredis's memory. hiredis allows few levels, so that this does not go deep.
    init(_ reply: redisReply) {
        switch unsafe reply.type {
        case REDIS_REPLY_STRING: self = .bytes(unsafe Self.bytes(of: reply))
        case REDIS_REPLY_STATUS: self = .word(unsafe String(decoding: Self.bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_ERROR: self = .error(unsafe String(decoding: Self.bytes(of: reply).prefix(500), as: UTF8.self))
        case REDIS_REPLY_INTEGER: self = .integer(unsafe reply.integer)
        case REDIS_REPLY_ARRAY:
            var list: [RedisReply] = []
            for index in 0..<(unsafe reply.elements) {
                guard let element = unsafe reply.element[index] else { continue }
                unsafe list.append(RedisReply(element.pointee))
            }
            self = .list(list)
        default: self = .nothing
        }
    }

    private static func bytes(of reply: redisReply) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: reply.str, count: reply.len))
    }
}
