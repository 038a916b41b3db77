import LegworkCore
import LegworkHTTP

/// Why there is no answer.
struct ChatFault: Error, Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// It may work later; perhaps the endpoint said when.
        case retryable(after: Duration?)
        /// The conversation is too long for the model.
        case contextExceeded
        /// It will not work however often it is tried.
        case final
    }

    var kind: Kind
    var message: String

    /// What an endpoint means that answered with another status than 200.
    ///
    /// - Parameters:
    ///   - retryAfter: the header of that name, and `retry-after-ms`.
    ///   - now: when the answer came, for a `Retry-After` that names a moment.
    init(status: Int, body: [UInt8], retryAfter: (seconds: String?, milliseconds: String?), now: Timestamp) {
        let json = try? JSONValue(parsing: body)
        let error = json?["error"] ?? json?[0]?["error"]
        let text = error?["message"]?.string ?? error?.string ?? json?["message"]?.string ?? json?["detail"]?.string
        let said = (text ?? String(decoding: body.prefix(1000), as: UTF8.self)).truncated(toBytes: 500)
        let code = error?["code"]?.string ?? error?["type"]?.string
        let what = "the model's endpoint answered \(status)" + (said.isEmpty ? "" : ": \(said)")
        switch status {
        case 400, 413, 422:
            let isTooLong = code == "context_length_exceeded" || Self.speaksOfContext(said)
            self.init(isTooLong ? .contextExceeded : .final, what)
        case 401, 403: self.init(.final, "\(what). Check the key where the agent's configuration says that it is")
        case 404: self.init(.final, "\(what). Check the model's name and the base URL in the agent's configuration")
        case 429 where code == "insufficient_quota": self.init(.final, what)
        case 408, 409, 425, 429, 500...599:
            self.init(.retryable(after: Self.wait(retryAfter.seconds, retryAfter.milliseconds, now)), what)
        default: self.init(.final, what)
        }
    }

    /// An error that stands in the stream.
    init(event error: JSONValue) {
        let said = (error["message"]?.string ?? error.plainText ?? "").truncated(toBytes: 500)
        let names = [error["code"]?.plainText, error["type"]?.plainText].compactMap(\.self).joined(separator: " ")
        let passes = ["overloaded", "server_error", "rate_limit", "timeout", "unavailable", "429", "500", "502", "503", "529"]
        if names.contains("context_length_exceeded") || Self.speaksOfContext(said) {
            self.init(.contextExceeded, said)
        } else {
            self.init(
                passes.contains { names.contains($0) } ? .retryable(after: nil) : .final,
                "the model's endpoint broke its answer off: \(said)"
            )
        }
    }

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    private static func speaksOfContext(_ text: String) -> Bool {
        let text = text.lowercased()
        return ["context length", "context window", "maximum context", "context size", "prompt is too long", "too many tokens"].contains {
            text.contains($0)
        }
    }

    /// `Retry-After` as RFC 9110, section 10.2.3, has it: seconds or a date; and the milliseconds that some endpoints give beside it.
    static func wait(_ seconds: String?, _ milliseconds: String?, _ now: Timestamp) -> Duration? {
        if let milliseconds = milliseconds.flatMap(Double.init), (0..<1e9).contains(milliseconds) {
            return .milliseconds(Int(milliseconds))
        }
        guard let seconds else { return nil }
        if let number = Double(seconds), (0..<1e9).contains(number) { return .seconds(number) }
        guard let moment = HTTPDate.parse(seconds) else { return nil }
        return .milliseconds(max(0, moment.milliseconds - now.milliseconds))
    }
}
