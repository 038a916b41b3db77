/// A message to a person or to a room.
public struct XMPPMessage: Sendable, Hashable {
    /// Whom it goes to.
    public var to: JID
    /// The name under which the room is entered; nil for a person.
    public var nickname: String?
    /// What names it, the same whenever it is sent again.
    public var id: String
    /// The text.
    public var text: String

    /// Describes a message.
    public init(to: JID, nickname: String? = nil, id: String, text: String) {
        self.to = to
        self.nickname = nickname
        self.id = id
        self.text = text
    }

    // MARK: - As it is sent

    /// What enters the room; nil for a person (XEP-0045, section 7.2).
    var entrance: String? {
        nickname.map { name in
            "<presence to=\"\(Self.escaped("\(to.user)@\(to.domain)/\(name)"))\"><x xmlns=\"http://jabber.org/protocol/muc\">"
                + "<history maxstanzas=\"0\"/></x></presence>"
        }
    }

    /// The message, with its id in both places where clients look for it (XEP-0359).
    var stanza: String {
        let id = Self.escaped(id)
        return "<message to=\"\(Self.escaped(to.description))\" type=\"\(nickname == nil ? "chat" : "groupchat")\" id=\"\(id)\">"
            + "<body>\(Self.escaped(text))</body><origin-id xmlns=\"urn:xmpp:sid:0\" id=\"\(id)\"/></message>"
    }

    /// A question to the server, which answers it after it has dealt with what came before (XEP-0199; RFC 6120, section 10.1).
    static func ping(_ id: String, _ domain: String) -> String {
        "<iq type=\"get\" id=\"\(escaped(id))\" to=\"\(escaped(domain))\"><ping xmlns=\"urn:xmpp:ping\"/></iq>"
    }

    /// The text without what XML cannot hold, and with nothing in it that means something (XML 1.0, section 2.2).
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&apos;"
            case "\t", "\n": escaped.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": break
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
