import LegworkCore
import LegworkHTTP

/// Small things of HTTP that channels read.
enum HTTPText {
    /// The longest pause that is believed.
    static let longestPause = Duration.seconds(86_400)

    /// Undoes percent-encoding; nil where it is none.
    static func percentDecoded(_ text: String) -> String? { HTTPSyntax.percentDecoded(text[...]) }

    /// How long to wait by `Retry-After`: seconds, also with a fraction, or a date (RFC 9110, section 10.2.3).
    static func retryAfter(_ text: String?, at now: Timestamp) -> Duration? {
        guard let text else { return nil }
        if let seconds = Double(text) { return pause(seconds) }
        return HTTPDate.parse(text).flatMap { pause(($0 - now).seconds) }
    }

    /// A pause of so many seconds, between none and ``longestPause``; nil for what is no number.
    static func pause(_ seconds: Double?) -> Duration? {
        guard let seconds, !seconds.isNaN else { return nil }
        return .milliseconds(Int64((min(max(0, seconds), longestPause.seconds) * 1000).rounded(.up)))
    }
}
