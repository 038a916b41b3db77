/// The rules of sending one message: enter the room, send, and see that the server has dealt with it. Pure.
struct XMPPExchange {
    /// Something that the server sent.
    struct Stanza {
        var name: String
        var type: String?
        var id: String?
        var from: String?
        /// The condition of its error.
        var condition: String?
        /// Whether it says that we are in the room now (status 110).
        var isOwnPresence = false
    }

    private enum Phase { case connecting, entering, sent, over }

    static let pingID = "legwork-ping"

    private let message: XMPPMessage
    private let domain: String
    private let isInRoom: Bool
    private var phase = Phase.connecting
    /// How it ended; nil while it goes on.
    private(set) var outcome: Result<Void, XMPPError>?

    /// - Parameter isInRoom: whether the room was entered before.
    init(_ message: XMPPMessage, from account: JID, isInRoom: Bool = false) {
        self.message = message
        self.isInRoom = isInRoom
        domain = account.domain
    }

    /// The connection stands.
    ///
    /// - Returns: what is to be said.
    mutating func connected() -> [String] {
        guard outcome == nil else { return [] }
        if let entrance = message.entrance, !isInRoom {
            phase = .entering
            return [entrance]
        }
        return send()
    }

    private mutating func send() -> [String] {
        phase = .sent
        return [message.stanza, XMPPMessage.ping(Self.pingID, domain)]
    }

    /// Something came.
    ///
    /// - Returns: what is to be said.
    mutating func received(_ stanza: Stanza) -> [String] {
        guard outcome == nil else { return [] }
        switch (phase, stanza.name) {
        case (.entering, "presence") where isFromRoom(stanza):
            if stanza.type == "error" { refuse("does not let us in", stanza) } else if stanza.isOwnPresence { return send() }
        case (.sent, "message") where stanza.type == "error" && stanza.id?.utf8.elementsEqual(message.id.utf8) == true:
            refuse("does not take the message", stanza)
        case (.sent, "iq") where stanza.id == Self.pingID && (stanza.type == "result" || stanza.type == "error"):
            end(.success(()))
        default: break
        }
        return []
    }

    /// It is over for another reason.
    mutating func failed(_ error: XMPPError) { end(.failure(error)) }

    private func isFromRoom(_ stanza: Stanza) -> Bool {
        let room = "\(message.to.user)@\(message.to.domain)".lowercased()
        return stanza.from?.split(separator: "/").first.map { $0.lowercased() == room } ?? false
    }

    private mutating func refuse(_ what: String, _ stanza: Stanza) {
        let condition = stanza.condition ?? "undefined-condition"
        end(.failure(XMPPError(.refused, "the other side \(what): \(condition.prefix(60))", condition: condition)))
    }

    private mutating func end(_ result: Result<Void, XMPPError>) {
        if outcome == nil { outcome = result }
        phase = .over
    }
}
