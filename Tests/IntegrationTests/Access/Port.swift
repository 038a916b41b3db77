import LegworkCore
import Testing

/// A daemon's TCP port.
struct Port: Sendable {
    let number: UInt16

    func request(
        _ method: String,
        _ target: String,
        token: String?,
        host: String = "localhost",
        headers: [String] = [],
        body: JSONValue? = nil
    ) async throws -> Reply {
        let (number, headers) = (number, (token.map { ["Authorization: Bearer \($0)"] } ?? []) + headers)
        return try await offPool {
            let connection = try Connection(port: number)
            connection.send(method, target, host: host, headers: headers, body: body?.jsonBytes() ?? [])
            return try connection.reply()
        }
    }
}

extension Site {
    /// Starts a daemon that listens at a port too.
    func serveTCP(_ options: String...) async throws -> (daemon: Child, port: Port) {
        let daemon = try start(["serve", "--detached", "--port", "0"] + options)
        let log = try await daemon.view { $0.error.contains("listening on http") && $0.output.contains("ready\n") }.error
        let address = try #require(log.split(separator: "listening on http").last).drop { $0 != "/" }.dropFirst(2)
        let number = try #require(address.prefix { $0 != "/" }.split(separator: ":").last.flatMap { UInt16($0) })
        return (daemon, Port(number: number))
    }

    /// Makes a token with the command.
    func token(_ options: String...) async throws -> String {
        let view = try await start(["token", "create"] + options).end()
        guard view.code == 0, view.lines.count == 1 else { throw Failure("no token was made: \(view)") }
        return view.output.trimmed
    }
}
