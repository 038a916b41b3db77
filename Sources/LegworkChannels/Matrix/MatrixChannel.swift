public import LegworkCore
import LegworkHTTP
import Synchronization

/// Tells of tasks in a room of Matrix.
///
/// A piece that comes again has the same transaction id, so that its message is there once. Later messages of a delivery stand in the thread of
/// the first. Nobody is mentioned.
public final class MatrixChannel: Channel {
    /// The most aliases whose rooms are remembered.
    private static let maximumAliases = 100

    private let configuration: MatrixConfiguration
    private let http: ChannelHTTP
    private let rooms = Lock<[String: String]>([:])

    /// Makes a channel.
    public init(_ configuration: MatrixConfiguration, _ means: ChannelMeans) {
        self.configuration = configuration
        http = ChannelHTTP("Matrix", means, secrets: [configuration.token.revealed] + ChannelURL.secrets(in: configuration.homeserver))
    }

    /// Messages in HTML beside plain text, and files.
    public var form: ChannelForm {
        .messages(
            MessageStyle(limit: MessageLimit(MatrixConfiguration.maximumText, .utf8), markup: .html, maximumAttachmentBytes: 10 << 20)
        )
    }

    /// Sends a message, and what goes with it. A target is a room's id or an alias.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        let message = try piece.requireMessage()
        if let target = piece.target, !MatrixConfiguration.isRoom(target) { throw piece.wrongTarget("a room's id or alias of Matrix") }
        let room = try await room(piece.target ?? configuration.room, piece)
        let relation = Self.relation(after: piece.previous)
        var content: JSONObject = [
            "msgtype": configuration.isNotice ? "m.notice" : "m.text", "body": .string(message.plain), "format": "org.matrix.custom.html",
            "formatted_body": .string(message.marked), "m.mentions": [:],
        ]
        content["m.relates_to"] = relation
        if JSONValue.object(content).jsonBytes().count > MatrixConfiguration.maximumContent {
            // As JSON a text can be twice as long.
            (content["format"], content["formatted_body"]) = (nil, nil)
        }
        let event: String
        do throws(ChannelError) {
            event = try await put(content, in: room, transaction: piece.key, piece)
        } catch {
            // An alias may lead elsewhere by now.
            if error.code != .unavailable, error.code != .rateLimited { rooms.withLock { $0[piece.target ?? configuration.room] = nil } }
            throw error
        }
        let root = piece.previous?["thread"]?.string ?? event
        var receipt: JSONObject = ["event": .string(event), "thread": .string(root)]
        if let attachment = piece.attachment {
            receipt["file"] = .string(
                try await send(attachment, in: room, after: ["event": .string(event), "thread": .string(root)], piece)
            )
        }
        return PieceReceipt(.object(receipt))
    }

    /// Where a message stands: in the thread of the first one, and for those who see no threads as an answer to the one before.
    private static func relation(after receipt: JSONValue?) -> JSONValue? {
        guard let root = receipt?["thread"]?.string, let last = receipt?["event"]?.string else { return nil }
        return [
            "rel_type": "m.thread", "event_id": .string(root), "is_falling_back": true, "m.in_reply_to": ["event_id": .string(last)],
        ]
    }

    private var headers: HTTPHeaders { ["Authorization": "Bearer \(configuration.token.revealed)"] }

    private func put(
        _ content: JSONObject,
        in room: String,
        transaction: String,
        _ piece: DeliveryPiece
    ) async throws(ChannelError) -> String {
        let path = "/_matrix/client/v3/rooms/\(ChannelURL.encoded(room))/send/m.room.message/\(ChannelURL.encoded(transaction))"
        let reply = try await http.post(.object(content), to: configuration.homeserver.revealed + path, method: "PUT", headers: headers)
        guard reply.isSuccess, let event = reply.json?["event_id"]?.string, event.utf8.count <= 255 else { throw refusal(reply, piece) }
        return event
    }

    // MARK: - Rooms

    /// The id of a room, looked up once where it is called by an alias.
    private func room(_ name: String, _ piece: DeliveryPiece) async throws(ChannelError) -> String {
        if name.hasPrefix("!") { return name }
        if let known = rooms.withLock({ $0[name] }) { return known }
        let path = "/_matrix/client/v3/directory/room/\(ChannelURL.encoded(name))"
        let reply = try await http.send("GET", configuration.homeserver.revealed + path, headers: headers, body: nil)
        guard reply.isSuccess, let id = reply.json?["room_id"]?.string, MatrixConfiguration.isRoom(id) else { throw refusal(reply, piece) }
        rooms.withLock { rooms in
            if rooms.count >= Self.maximumAliases { rooms.removeAll() }
            rooms[name] = id
        }
        return id
    }

    // MARK: - Files

    /// Uploads a file and adds it to the thread. A file that is not taken is only missing: what came of it is the answer.
    ///
    /// - Throws: ``ChannelError`` for what passes: all of it can be sent again, since the message is there once.
    private func send(
        _ attachment: MessageAttachment,
        in room: String,
        after receipt: JSONValue,
        _ piece: DeliveryPiece
    ) async throws(ChannelError) -> String {
        var headers = headers
        headers["Content-Type"] = attachment.safeType
        let url = configuration.homeserver.revealed + "/_matrix/media/v3/upload?filename=\(ChannelURL.encoded(attachment.safeName))"
        let reply = try await http.send("POST", url, headers: headers, body: attachment.bytes)
        guard reply.isSuccess, let uri = reply.json?["content_uri"]?.string, uri.hasPrefix("mxc://"), uri.utf8.count <= 500 else {
            return try Self.missing(refusal(reply, piece))
        }
        var content: JSONObject = [
            "msgtype": "m.file", "body": .string(attachment.safeName), "filename": .string(attachment.safeName), "url": .string(uri),
            "info": ["mimetype": .string(attachment.safeType), "size": JSONValue(attachment.bytes.count)], "m.mentions": [:],
        ]
        content["m.relates_to"] = Self.relation(after: receipt)
        do throws(ChannelError) {
            _ = try await put(content, in: room, transaction: piece.key + "_file", piece)
            return "sent"
        } catch {
            return try Self.missing(error)
        }
    }

    private static func missing(_ error: ChannelError) throws(ChannelError) -> String {
        if error.code == .unavailable || error.code == .rateLimited { throw error }
        return "not taken"
    }

    // MARK: - What went wrong

    private func refusal(_ reply: ChannelReply, _ piece: DeliveryPiece) -> ChannelError {
        let json = reply.json
        let word = json?["errcode"]?.string
        let (code, advice): (ChannelError.Code?, String?) =
            switch word {
            case "M_LIMIT_EXCEEDED": (.rateLimited, nil)
            case "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED":
                (.misconfigured, "the access token is not valid; log in anew and configure the new one")
            case "M_FORBIDDEN":
                (piece.fault(ofPlace: .misconfigured), "the account may not write there; invite it to the room and let it join")
            case "M_NOT_FOUND": (piece.fault(ofPlace: .misconfigured), "the homeserver knows no such room")
            case "M_UNRECOGNIZED", nil:
                (reply.status == 404 || reply.status == 410 ? .misconfigured : nil, nil)
            default: (nil, nil)
            }
        return http.refusal(
            reply,
            code,
            word: [word, json?["error"]?.string].compactMap(\.self).joined(separator: " "),
            pause: reply.retryAfter(at: piece.now) ?? HTTPText.pause((json?["retry_after_ms"]?.double).map { $0 / 1000 }),
            advice: advice,
            at: piece.now
        )
    }
}
