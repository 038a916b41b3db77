import LegworkCore
import LegworkHTTP

/// A page for a person who followed a link: plain HTML without scripts, pictures or anything from elsewhere.
struct AnswerPage: Sendable {
    /// What can be done on it.
    enum Form: Sendable {
        /// A button.
        case button(String)
        /// A field for a text, and a button.
        case field(hint: String?, button: String)
    }

    var title: String
    /// What it is about, such as the tool and title of a task.
    var subject: String?
    /// What is asked or told, with its line breaks.
    var text: String
    var form: Form?

    /// Nothing about the page leaves it: no referrer, no copy in a cache, no frame around it.
    static let headers: HTTPHeaders = [
        "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
        "Content-Security-Policy":
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Robots-Tag": "noindex, nofollow",
    ]

    private static let style = """
        body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}
        pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}small{opacity:.7}
        textarea{width:100%;box-sizing:border-box;font:inherit}button{font:inherit;padding:.5rem 1.5rem;margin-top:1rem}
        """

    var html: String {
        var body = "<h1>\(Self.escaped(title))</h1>\n"
        if let subject { body += "<p><small>\(Self.escaped(subject))</small></p>\n" }
        if !text.isEmpty { body += "<pre>\(Self.escaped(text))</pre>\n" }
        // Without an action a form goes to where its page came from, also behind a proxy that calls it otherwise.
        switch form {
        case .button(let label): body += "<form method=\"post\"><button type=\"submit\">\(Self.escaped(label))</button></form>\n"
        case .field(let hint, let label):
            body += "<form method=\"post\"><p><textarea name=\"answer\" rows=\"4\" required aria-label=\"Answer\"></textarea></p>\n"
            if let hint { body += "<p><small>\(Self.escaped(hint))</small></p>\n" }
            body += "<button type=\"submit\">\(Self.escaped(label))</button></form>\n"
        case nil: break
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(Self.escaped(title))</title><style>\(Self.style)</style></head><body>
            \(body)</body></html>

            """
    }

    /// A text that no browser takes for anything else.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            // Marks that turn the direction of text round could show another question than the one that is asked.
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": continue
            default: if scalar.value >= 0x20, !(0x7F...0x9F).contains(scalar.value) { result.unicodeScalars.append(scalar) }
            }
        }
        return result
    }
}
