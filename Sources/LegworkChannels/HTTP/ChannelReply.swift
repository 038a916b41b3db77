import LegworkCore
import LegworkHTTP

/// What a platform answered, of which no more than a bounded beginning was read.
struct ChannelReply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]
    /// Whether the body is all of it.
    let isWhole: Bool

    /// Whether the platform took the request. A page for people, as a proxy or a network's login sends it, is no platform's answer.
    var isSuccess: Bool { hasGoodStatus && !isPage }

    /// Whether the status says that the request was taken.
    var hasGoodStatus: Bool { (200..<300).contains(status) }

    var isPage: Bool { body.first { $0 > 0x20 } == UInt8(ascii: "<") }

    /// The body as JSON; nil when it is none.
    var json: JSONValue? { isWhole ? try? JSONValue(parsing: body, limits: JSONLimits(bytes: body.count)) : nil }

    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }

    /// How long to wait by the header.
    func retryAfter(at now: Timestamp) -> Duration? { HTTPText.retryAfter(headers["Retry-After"], at: now) }
}
