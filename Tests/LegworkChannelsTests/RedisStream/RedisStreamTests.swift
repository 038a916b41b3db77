import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkRedis
import TestPrograms
import Testing

@Suite(
    "A stream of Redis that is told of deliveries",
    .enabled(if: RedisServer.isInstalled, "there is no redis-server; run scripts/setup --tests")
)
struct RedisStreamTests {
    @Test("has an entry that the first system's gateway can send on")
    func entry() async throws {
        let stage = try await Stage()
        let piece = PieceSample.piece(index: 1, count: 3)
        let receipt = try await stage.channel().send(piece)
        let entries = try await stage.entries()
        #expect(entries.count == 1)
        #expect(receipt.receipt == ["entry": .string(entries[0].id)])
        var fields = entries[0].fields
        let document = fields.removeValue(forKey: "content")
        let content = try JSONValue(parsing: try #require(document))
        #expect(DeliveryContent(json: content) == piece.content)
        #expect(
            fields == [
                "delivery": piece.key, "platform": "discord", "channel_id": "123", "text": "all is well",
                "task_id": piece.content.task.description, "tool_name": "backup", "status": "completed", "user_id": "ann", "index": "1",
                "count": "3",
            ]
        )
        _ = try await stage.channel().send(PieceSample.piece(target: "456"))
        #expect(try await stage.entries().last?.fields["channel_id"] == "456")
        await stage.close()
    }

    @Test("has no second entry for what comes again, also from another process")
    func again() async throws {
        let stage = try await Stage()
        let (piece, channel) = (PieceSample.piece(), try stage.channel())
        let receipts = [try await channel.send(piece), try await channel.send(piece), try await stage.channel().send(piece)]
        #expect(Set(receipts).count == 1)
        #expect(try await stage.entries().count == 1)
        await stage.close()
    }

    @Test("keeps about as many entries as it is to")
    func trimmed() async throws {
        let stage = try await Stage()
        let channel = try stage.channel { $0.maximumEntries = 100 }
        for _ in 0..<400 { _ = try await channel.send(PieceSample.piece()) }
        let count = try await stage.entries().count
        #expect(count >= 100 && count < 400)
        await stage.close()
    }

    @Test("is left alone where its name is another's, and nothing is remembered as written")
    func wrongType() async throws {
        let stage = try await Stage()
        let (piece, channel) = (PieceSample.piece(), try stage.channel())
        _ = try await stage.eye.send(RedisCommand("SET", Stage.stream, "x"), isRepeatable: true)
        #expect(await failure(channel, piece)?.code == .misconfigured)
        _ = try await stage.eye.send(RedisCommand("DEL", Stage.stream), isRepeatable: true)
        #expect(await failure(channel, piece) == nil)
        #expect(try await stage.entries().count == 1)
        await stage.close()
    }

    @Test("does what every channel must", .timeLimit(.minutes(1)), arguments: ChannelBehaviour.all)
    func behaves(_ behaviour: ChannelBehaviour) async throws { try await behaviour.run(Provider()) }

    private struct Provider: ChannelProvider {
        let capabilities: ChannelCapabilities = [.keys, .targets, .unreachable, .credentials]

        func makeStage() async throws -> ChannelStage {
            let stage = try await Stage(options: ["--requirepass", Stage.password])
            return ChannelStage(
                channel: try stage.channel(),
                receiver: Receiver(stage: stage),
                secrets: [Stage.password],
                target: "456"
            )
        }
    }

    private struct Receiver: ChannelReceiver {
        let stage: Stage

        func answer(_ answer: ReceiverAnswer) async throws {
            switch answer {
            case .unreachable: stage.server.kill()
            case .wrongCredentials:
                _ = try await stage.eye.send(RedisCommand("CONFIG", "SET", "requirepass", "another-password"), isRepeatable: true)
                _ = try await stage.eye.send(RedisCommand("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"), isRepeatable: true)
            case .taking:
                // What answers here is the one that was killed, or the one that has another password.
                stage.server.kill()
                try await stage.server.start()
            default: break
            }
        }

        func received() async throws -> [ReceivedMessage] {
            try await stage.entries().map {
                ReceivedMessage(id: $0.id, text: $0.fields["text"] ?? "", key: $0.fields["delivery"], place: $0.fields["channel_id"])
            }
        }

        func close() async { await stage.close() }
    }
}

/// A Redis, channels to it, and a look at what is there.
private struct Stage: Sendable {
    static let stream = "sg:stream:outbound:discord"
    static let password = "secret-of-this-redis"

    let server: RedisServer
    let eye: RedisConnection
    private let configuration: RedisConfiguration

    init(options: [String] = []) async throws {
        server = try await RedisServer.start(options)
        configuration = RedisConfiguration(
            .unix(path: server.socket),
            password: options.isEmpty ? nil : RedisPassword(Stage.password),
            commandTimeout: .seconds(3)
        )
        eye = try RedisConnection(configuration)
    }

    func channel(_ change: (inout RedisStreamConfiguration) -> Void = { _ in }) throws -> RedisStreamChannel {
        var stream = RedisStreamConfiguration(configuration, platform: "discord", channel: "123")
        change(&stream)
        return try RedisStreamChannel(stream)
    }

    func entries() async throws -> [(id: String, fields: [String: String])] {
        guard case .list(let entries) = try await eye.send(RedisCommand("XRANGE", Stage.stream, "-", "+"), isRepeatable: true) else {
            return []
        }
        return entries.compactMap { entry in
            guard case .list(let parts) = entry, parts.count == 2, let id = parts[0].text, case .list(let words) = parts[1] else {
                return nil
            }
            let texts = words.map { $0.text ?? "?" }
            return (id, Dictionary(uniqueKeysWithValues: stride(from: 0, to: texts.count, by: 2).map { (texts[$0], texts[$0 + 1]) }))
        }
    }

    func close() async {
        await eye.close()
        server.kill()
    }
}
