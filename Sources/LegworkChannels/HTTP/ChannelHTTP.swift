import LegworkCore
import LegworkHTTP

/// Sends a channel's requests, within its limits, and says in words without secrets what went wrong.
struct ChannelHTTP: Sendable {
    /// The most bytes of an answer that are read.
    static let maximumReply = 64 << 10
    /// The most bytes that are repeated of what a platform says.
    private static let maximumWord = 200

    private let platform: String
    private let client: HTTPClient
    private let allowsPrivateAddresses: Bool
    private let timeLimit: Duration
    private let redactor: SecretRedactor

    /// - Parameters:
    ///   - platform: its name, for messages.
    ///   - secrets: what no message may repeat.
    init(_ platform: String, _ means: ChannelMeans, secrets: [String]) {
        self.platform = platform
        client = means.client
        allowsPrivateAddresses = means.allowsPrivateAddresses
        timeLimit = means.timeLimit
        redactor = SecretRedactor(secrets)
    }

    /// Sends a JSON document.
    func post(
        _ json: JSONValue,
        to url: String,
        method: String = "POST",
        headers: HTTPHeaders = [:]
    ) async throws(ChannelError) -> ChannelReply {
        var headers = headers
        headers["Content-Type"] = "application/json; charset=utf-8"
        return try await send(method, url, headers: headers, body: json.jsonBytes())
    }

    /// Sends a request and reads the beginning of its answer, whatever its status is.
    ///
    /// - Throws: ``ChannelError`` when no answer came about.
    func send(_ method: String, _ url: String, headers: HTTPHeaders = [:], body: [UInt8]?) async throws(ChannelError) -> ChannelReply {
        var request = HTTPClientRequest(method: method, destination: .url(url), headers: headers, body: body)
        request.avoidsPrivateAddresses = !allowsPrivateAddresses
        request.totalTimeout = timeLimit
        request.idleTimeout = timeLimit
        request.connectTimeout = min(timeLimit, .seconds(10))
        do {
            let response = try await client.send(request)
            var bytes: [UInt8] = []
            var isWhole = true
            for try await piece in response.body {
                bytes += piece.prefix(Self.maximumReply - bytes.count)
                isWhole = bytes.count < Self.maximumReply
                if !isWhole { break }
            }
            return ChannelReply(status: response.status, headers: response.headers, body: bytes, isWhole: isWhole)
        } catch {
            throw failure(error)
        }
    }

    // MARK: - What went wrong

    private func failure(_ error: any Error) -> ChannelError {
        guard let error = error as? HTTPError else { return ChannelError(.unavailable, "\(platform) could not be asked") }
        switch error.code {
        case .addressNotAllowed:
            return ChannelError(
                .misconfigured,
                "\(platform) is at a private address, where channels may not go; set \"allow_private\": true for this channel if that is meant"
            )
        case .invalidRequest:
            return ChannelError(
                .misconfigured,
                "the request to \(platform) cannot be made; check the URL and the headers of the configuration"
            )
        case .cancelled: return ChannelError(.unavailable, "\(platform) did not answer in time")
        // The client's words name no address.
        default: return ChannelError(.unavailable, "\(platform) cannot be reached: \(said(error.message) ?? "no answer")")
        }
    }

    /// What an answer that is no success means.
    ///
    /// - Parameters:
    ///   - code: what it means on this platform; nil takes what its status means everywhere.
    ///   - word: what the platform says of it.
    ///   - pause: how long it wants to be left alone, where it says so in its own way.
    ///   - advice: what to do; nil takes what the code asks for.
    func refusal(
        _ reply: ChannelReply,
        _ code: ChannelError.Code? = nil,
        word: String?,
        pause: Duration? = nil,
        advice: String? = nil,
        at now: Timestamp
    ) -> ChannelError {
        let code = code ?? Self.code(for: reply.status)
        let isRedirect = (300..<400).contains(reply.status)
        let isPage = reply.hasGoodStatus && reply.isPage
        let found = isPage ? "it is a page for people; check the address, and what is on the way there" : Self.advice(for: code)
        let advice = advice ?? (isRedirect ? "redirects are not followed; configure the address that it leads to" : found)
        let word = word.flatMap(said).map { ", saying '\($0)'" } ?? ""
        return ChannelError(
            code,
            "\(platform) answered \(reply.status)\(word): \(advice)",
            retryAfter: code == .rateLimited || code == .unavailable ? pause ?? reply.retryAfter(at: now) : nil
        )
    }

    /// What a status means where a platform means nothing else by it.
    static func code(for status: Int) -> ChannelError.Code {
        switch status {
        case 429: .rateLimited
        case 408, 425, 500...: .unavailable
        case 401, 403, 407, 300..<400: .misconfigured
        case 404, 410: .gone
        // A success that is none: something else than the platform answers there.
        case ..<300: .unavailable
        default: .rejected
        }
    }

    private static func advice(for code: ChannelError.Code) -> String {
        switch code {
        case .rateLimited: "too much was sent; it is sent again later"
        case .misconfigured: "check the channel's address and token in the configuration"
        case .gone: "the place is gone; configure another"
        case .rejected: "it does not take this"
        default: "it is sent again later"
        }
    }

    /// What a platform says, short, in one line and without secrets; nil when that is nothing.
    func said(_ text: String) -> String? {
        let scalars = redactor.redact(text).unicodeScalars.lazy.map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: " "
            default: Character(scalar)
            }
        }
        let line = String(scalars.prefix(4 * Self.maximumWord)).split(separator: " ").joined(separator: " ")
        return line.isEmpty ? nil : line.truncated(toBytes: Self.maximumWord)
    }
}
