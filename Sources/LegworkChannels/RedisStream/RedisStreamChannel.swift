public import LegworkCore
public import LegworkRedis

/// Writes deliveries to a stream in Redis. What comes again is not written again: its key is remembered in the same step.
///
/// An entry has `delivery` (the key), `platform`, `channel_id`, `text`, `task_id`, `tool_name`, `status` and `user_id`, as the first system names
/// them, `index` and `count` of the message, and `content` with all that is known as JSON.
public final class RedisStreamChannel: Channel {
    private let configuration: RedisStreamConfiguration
    private let connection: RedisConnection

    /// Messages as the first system cuts them, marked up for the platform where it is one that is known.
    public let form: ChannelForm

    /// Makes a channel. It connects when first used.
    ///
    /// - Throws: ``RedisError/Code/invalidConfiguration``, or ``RedisError/Code/unavailable`` when the system gives no thread.
    public init(_ configuration: RedisStreamConfiguration) throws(RedisError) {
        self.configuration = configuration
        connection = try RedisConnection(configuration.redis)
        let markup: MessageMarkup =
            switch configuration.platform {
            case "discord": .discord
            case "slack": .slack
            case "telegram": .telegram
            default: .markdown
            }
        form = .messages(MessageStyle(limit: MessageLimit(1950, .scalars), maximumMessages: 5, markup: markup))
    }

    /// Writes an entry, and returns when Redis has it.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        do throws(RedisError) {
            let reply = try await connection.send(command(for: piece), isRepeatable: true)
            guard let entry = reply.text else { throw RedisError(.refused, "Redis gave no entry's id") }
            return PieceReceipt(["entry": .string(entry)])
        } catch {
            throw ChannelError(error)
        }
    }

    private func command(for piece: DeliveryPiece) -> RedisCommand {
        let content = piece.content
        let stream = configuration.prefix + configuration.platform
        let fields: [(String, String)] = [
            ("delivery", piece.key), ("platform", configuration.platform), ("channel_id", piece.target ?? configuration.channel ?? ""),
            ("text", piece.message?.marked ?? content.text), ("task_id", content.task.description), ("tool_name", content.tool),
            ("status", content.status.rawValue), ("user_id", content.owner.name), ("index", "\(piece.index)"), ("count", "\(piece.count)"),
            ("content", JSONValue.object(piece.document).json()),
        ]
        return RedisCommand(
            [
                "EVAL", Self.script, "2", stream, "\(stream):written:\(piece.key)", "\(configuration.maximumEntries)",
                "\(configuration.memory.milliseconds)",
            ] + fields.flatMap { [$0.0, $0.1] }
        )
    }

    /// Keys: the stream, and what remembers the entry. Arguments: how many entries, how long to remember in milliseconds, then the fields.
    ///
    /// Redis runs it as one step. The type is looked at first, for what a script has done before an error stays done.
    private static let script = """
        local found = redis.call('TYPE', KEYS[1]).ok
        if found ~= 'none' and found ~= 'stream' then return redis.error_reply('WRONGTYPE ' .. KEYS[1] .. ' holds a ' .. found) end
        local written = redis.call('GET', KEYS[2])
        if written then return written end
        local entry = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, 3))
        redis.call('SET', KEYS[2], entry, 'PX', ARGV[2])
        return entry
        """
}

extension ChannelError {
    /// Says what an error of Redis means for a channel.
    init(_ error: RedisError) {
        switch error.code {
        case .tooLarge, .refused, .malformed: self.init(.rejected, error.message)
        case .invalidConfiguration, .unsupported, .accessDenied, .wrongType, .closed: self.init(.misconfigured, error.message)
        default: self.init(.unavailable, error.message)
        }
    }
}
