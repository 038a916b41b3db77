import LegworkCore
import LegworkHTTP

/// Addresses of a configuration: all of one may be a secret, and none is ever shown.
enum ChannelURL {
    /// Checks an address and takes it, without the slashes at its end where paths are added to it.
    static func read(_ settings: inout ChannelSettings, _ key: String, isBase: Bool = false) throws(ChannelConfigurationError) -> Secret? {
        guard var text = try settings.text(key) else { return nil }
        let rest = ["https://", "http://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.utf8.count) } ?? ""
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        guard let first = rest.first, first != "/", first != "?", isPlain, !text.contains("#"), !isBase || !text.contains("?") else {
            throw settings.wrong(key, "a URL that begins with https:// or http://, without blanks and '#'\(isBase ? " and '?'" : "")")
        }
        while isBase, text.hasSuffix("/") { text.removeLast() }
        return Secret(text)
    }

    /// The address with a parameter added to its query.
    static func adding(_ name: String, _ value: String, to url: String) -> String {
        "\(url)\(url.contains("?") ? "&" : "?")\(name)=\(encoded(value))"
    }

    /// A text as one part of a path or a query.
    static func encoded(_ text: String) -> String { HTTPSyntax.percentEncoded(text) }

    /// What of an address must not be seen: all of it, and each of its parts behind the host that is long enough to be a secret.
    static func secrets(in url: Secret) -> [String] {
        let text = url.revealed
        let authority = text.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        let rest = text[authority.endIndex...]
        let user = authority.contains("@") ? authority.prefix { $0 != "@" }.split(separator: ":") : []
        let parts = (rest.split { "/?&=".contains($0) } + user).map(String.init).filter { $0.utf8.count >= 8 }
        let login = user.isEmpty ? [] : [Base64.text(of: Array(user.joined(separator: ":").utf8))]
        return [text, String(rest)] + login + parts + parts.compactMap { HTTPText.percentDecoded($0) }
    }

    /// What of a header field must not be seen: all of it, and each of its words that is long enough to be a secret, such as what follows
    /// `Bearer`.
    static func secrets(inField value: Secret) -> [String] {
        [value.revealed] + value.revealed.split { " ,;=\"".contains($0) }.map(String.init).filter { $0.utf8.count >= 8 }
    }
}
