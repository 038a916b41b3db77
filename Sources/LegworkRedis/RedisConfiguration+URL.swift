extension RedisConfiguration {
    /// Reads where Redis is from a URL: `redis://[[user]:password@]host[:port][/database]`, or `unix:/path/to/socket[?db=N]`.
    ///
    /// Parts may be percent-encoded. Throws ``RedisError/Code/unsupported`` for `rediss://` (TLS), and
    /// ``RedisError/Code/invalidConfiguration`` for anything else; no message repeats the URL, which may hold a password.
    public init(url: String) throws(RedisError) {
        guard let colon = url.firstIndex(of: ":") else { throw Self.noURL("it has no scheme; begin with redis:// or unix:") }
        let rest = url[url.index(after: colon)...]
        switch url[..<colon].lowercased() {
        case "redis": try self.init(tcp: rest)
        case "unix", "redis+unix": try self.init(unix: rest)
        case "rediss":
            throw RedisError(
                .unsupported,
                "TLS to Redis (rediss://) is not supported; use redis:// to a tunnel on this machine (such as stunnel), or a Unix socket"
            )
        default: throw Self.noURL("its scheme is none of redis:// and unix:")
        }
        try check()
    }

    private init(tcp text: Substring) throws(RedisError) {
        guard text.hasPrefix("//") else { throw Self.noURL("two slashes are missing after redis:") }
        let parts = text.dropFirst(2).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var place = parts[0]
        self.init()
        if let at = place.lastIndex(of: "@") {
            let names = place[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard names.count == 2 else { throw Self.noURL("a password is written :password@ or user:password@") }
            user = names[0].isEmpty ? nil : try Self.decoded(names[0])
            password = RedisPassword(try Self.decoded(names[1]))
            place = place[place.index(after: at)...]
        }
        var port = 6379
        var host = place
        // The colon of a port stands after the bracket of an IPv6 address.
        if let colon = place.lastIndex(of: ":"), !place[colon...].contains("]") {
            guard let number = Int(place[place.index(after: colon)...]) else { throw Self.noURL("its port is no number") }
            (host, port) = (place[..<colon], number)
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        address = .tcp(host: try Self.decoded(host), port: port)
        if parts.count == 2, !parts[1].isEmpty {
            guard let number = Int(parts[1]) else { throw Self.noURL("its database is no number") }
            database = number
        }
    }

    private init(unix text: Substring) throws(RedisError) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].hasPrefix("//") ? parts[0].dropFirst(2) : parts[0]
        self.init(.unix(path: try Self.decoded(path)))
        guard parts.count == 2 else { return }
        guard parts[1].hasPrefix("db="), let number = Int(parts[1].dropFirst(3)) else {
            throw Self.noURL("after the socket's path only ?db=NUMBER may follow")
        }
        database = number
    }

    private static func noURL(_ problem: String) -> RedisError { RedisError(.invalidConfiguration, "the Redis URL: \(problem)") }

    private static func decoded(_ text: Substring) throws(RedisError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                throw noURL("a % is not followed by two hexadecimal digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw noURL("a part of it is no UTF-8") }
        return decoded
    }
}
