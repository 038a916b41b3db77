import Glibc
import LegworkCore
import LegworkRedis
import TestPrograms
import Testing

@Suite("The connection to Redis", .needsRedis)
struct ConnectingTests {
    private let ping = RedisCommand("PING")

    @Test("is made over TCP and over a Unix socket, with a password and a user")
    func ways() async throws {
        let server = try await RedisServer.start(
            ["--requirepass", "hunter2", "--user", "ann", "on", ">s3cret", "~*", "+@all"],
            overTCP: true
        )
        for address in [RedisConfiguration.Address.unix(path: server.socket), .tcp(host: "127.0.0.1", port: server.port)] {
            for (user, password) in [(nil, "hunter2"), ("ann", "s3cret")] as [(String?, RedisPassword)] {
                let results = try RedisResultStore(RedisConfiguration(address, user: user, password: password, database: 2))
                try await results.ping()
                await results.close()
            }
        }
    }

    @Test("says what is wrong with a password, and does not show it")
    func passwords() async throws {
        let server = try await RedisServer.start(["--requirepass", "hunter2", "--user", "ann", "on", ">s3cret", "~x*", "+ping"])
        for (user, password) in [(nil, nil), (nil, "wr0ng"), ("ann", "wr0ng")] as [(String?, RedisPassword?)] {
            let results = try RedisResultStore(server.configuration { ($0.user, $0.password) = (user, password) })
            do {
                try await results.ping()
                Issue.record("it was let in")
            } catch {
                #expect(error.code == .accessDenied)
                #expect(!error.message.contains("wr0ng"))
            }
            await results.close()
        }
        // A user who may connect and may not write.
        let results = try RedisResultStore(server.configuration { ($0.user, $0.password) = ("ann", "s3cret") })
        try await results.ping()
        #expect(await code { try await results.write(try Sample.completed(text: "x", at: .now)) } == .accessDenied)
        await results.close()
        // A password where none is set.
        let open = try await RedisServer.start()
        let stranger = try RedisResultStore(open.configuration { $0.password = "wr0ng" })
        #expect(await code { try await stranger.ping() } == .accessDenied)
        await stranger.close()
    }

    @Test("never shows the password, not even when Redis repeats it because it does not know the command")
    func renamedCommand() async throws {
        let server = try await RedisServer.start(["--rename-command", "AUTH", ""])
        let results = try RedisResultStore(server.configuration { $0.password = "hunter2" })
        do {
            try await results.ping()
            Issue.record("it was let in")
        } catch {
            #expect(error.code == .accessDenied)
            #expect(!error.message.contains("hunter2"))
        }
        await results.close()
    }

    @Test("refuses a database that is not there")
    func database() async throws {
        let server = try await RedisServer.start()
        let results = try RedisResultStore(server.configuration { $0.database = 99 })
        #expect(await code { try await results.ping() } == .invalidConfiguration)
        await results.close()
    }

    @Test("keeps what comes while Redis is away, as much as it may, and sends it when Redis is there")
    func waiting() async throws {
        let server = try await RedisServer.start()
        server.kill()
        // However busy the machine is, nobody gives up before Redis is there.
        let configuration = server.configuration { configuration in
            configuration.queueLimit = 2
            configuration.commandTimeout = .seconds(300)
        }
        let connection = try RedisConnection(configuration)
        // What was taken out of the queue while connecting is tried leaves room for as many again.
        let (accepted, refused) = try await withThrowingTaskGroup(of: RedisError.Code?.self) { group in
            for _ in 0..<20 {
                group.addTask { await code { _ = try await connection.send(RedisCommand("PING"), isRepeatable: true) } }
            }
            var codes: [RedisError.Code?] = []
            // Those that are refused are told at once; the others wait for Redis.
            while codes.count < 16, let code = try await group.next() { codes.append(code) }
            try await server.start()
            for try await code in group { codes.append(code) }
            return (codes.count { $0 == nil }, codes.count { $0 == .queueFull })
        }
        #expect(accepted + refused == 20)
        #expect((2...4).contains(accepted))
        await connection.close()
    }

    @Test("gives up what Redis does not come for in time, and says where it looked")
    func away() async throws {
        // Nobody but this test has it.
        let address = LoopbackAddress.own()
        let connection = try RedisConnection(
            RedisConfiguration(.tcp(host: address, port: 6379), commandTimeout: .milliseconds(100))
        )
        do {
            _ = try await connection.send(ping, isRepeatable: true)
            Issue.record("there is nobody")
        } catch {
            #expect(error.code == .unavailable)
            #expect(error.message.contains("\(address):6379"))
        }
        await connection.close()
    }

    @Test("gives up on a Redis that does not answer, and takes it up again when it does")
    func hanging() async throws {
        let server = try await RedisServer.start()
        let connection = try RedisConnection(server.configuration { $0.commandTimeout = .milliseconds(300) })
        _ = try await connection.send(ping, isRepeatable: true)
        server.signal(SIGSTOP)
        #expect(await code { _ = try await connection.send(ping, isRepeatable: false) } == .timeout)
        server.signal(SIGCONT)
        while await code(of: { _ = try await connection.send(ping, isRepeatable: true) }) != nil {}
        await connection.close()
    }

    @Test("survives that Redis is killed: what may be repeated is, and the rest is told")
    func killing() async throws {
        let server = try await RedisServer.start()
        let connection = try RedisConnection(server.configuration())
        _ = try await connection.send(RedisCommand("SET", "k", "v"), isRepeatable: true)
        server.kill()
        try await server.start()
        #expect(try await connection.send(RedisCommand("GET", "k"), isRepeatable: true) == .bytes(Array("v".utf8)))
        server.kill()
        try await server.start()
        #expect(await code { _ = try await connection.send(RedisCommand("INCR", "n"), isRepeatable: false) } == .connectionLost)
        await connection.close()
    }

    @Test("is shared by many, and everybody gets the answers to what they sent")
    func sharing() async throws {
        let server = try await RedisServer.start()
        let connection = try RedisConnection(server.configuration())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<2000 {
                group.addTask {
                    let replies = try await connection.send(
                        [
                            RedisCommand("SET", "k\(number)", "v\(number)\r\n\0"), RedisCommand("NONSENSE"),
                            RedisCommand("GET", "k\(number)"),
                        ],
                        isRepeatable: true
                    )
                    #expect(replies.count == 3)
                    #expect(replies[0] == .word("OK"))
                    if case .error = replies[1] {} else { Issue.record("\(replies[1])") }
                    #expect(replies[2].text == "v\(number)\r\n\0")
                }
            }
            try await group.waitForAll()
        }
        await connection.close()
    }

    @Test("ends for who is cancelled, and for all when it is closed")
    func ending() async throws {
        let server = try await RedisServer.start()
        server.kill()
        let connection = try RedisConnection(server.configuration())
        let waiting = Task { await code { _ = try await connection.send(RedisCommand("PING"), isRepeatable: true) } }
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        async let other = code { _ = try await connection.send(RedisCommand("PING"), isRepeatable: true) }
        await connection.close()
        #expect(await other == .closed)
        #expect(await code { _ = try await connection.send(RedisCommand("PING"), isRepeatable: true) } == .closed)
    }

    @Test("says so when what answers is no Redis, and that TLS is not spoken")
    func strangers() async throws {
        let stranger = try Stranger(answering: "HTTP/1.1 400 Bad Request\r\n\r\n")
        let silent = try Stranger(answering: "")
        for port in [stranger.port, silent.port] {
            let connection = try RedisConnection(
                RedisConfiguration(.tcp(host: "127.0.0.1", port: port), commandTimeout: .milliseconds(300))
            )
            do {
                _ = try await connection.send(ping, isRepeatable: true)
                Issue.record("it answered")
            } catch {
                #expect(error.code == .unavailable)
                #expect(error.message.contains("TLS"))
            }
            await connection.close()
        }
    }
}
