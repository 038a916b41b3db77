public import LegworkCore

/// Why a request is turned away, as it is told to the client: a problem in the form of RFC 9457.
public struct HTTPRejection: Sendable, Hashable {
    /// The media type of ``json``.
    public static let contentType = "application/problem+json"

    /// The status code.
    public let status: Int
    /// A short name for programs, such as `body_too_large`.
    public let code: String
    /// A sentence for people, which says what to do.
    public let message: String
    /// Header fields that go with it.
    public let headers: HTTPHeaders
    /// What else programs are told, such as which tasks a reference fits.
    public let details: JSONObject

    /// Describes a rejection.
    public init(status: Int, code: String, message: String, headers: HTTPHeaders = [:], details: JSONObject = JSONObject()) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.details = details
    }

    /// `{"type": "urn:legwork:problem:body_too_large", "title": "Body too large", "status": 413, "detail": …, "code": "body_too_large", …}`
    /// in UTF-8.
    public var json: [UInt8] {
        let title = code.split(separator: "_").joined(separator: " ")
        var problem: JSONObject = [
            "type": .string("urn:legwork:problem:\(code)"), "title": .string(title.prefix(1).uppercased() + title.dropFirst()),
            "status": JSONValue(status), "detail": .string(message), "code": .string(code),
        ]
        for member in details.members { problem[member.key] = member.value }
        return JSONValue.object(problem).jsonBytes() + [0x0A]
    }

    /// The header fields, and what the body is.
    var fields: HTTPHeaders {
        var fields = headers
        fields["Content-Type"] = Self.contentType
        return fields
    }

    static func badRequest(_ message: String) -> Self {
        HTTPRejection(status: 400, code: "bad_request", message: message)
    }
}
