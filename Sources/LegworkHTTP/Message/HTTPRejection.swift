/// Why a request is turned away, as it is told to the client.
public struct HTTPRejection: Sendable, Hashable {
    /// The status code.
    public let status: Int
    /// A short name for programs, such as `body_too_large`.
    public let code: String
    /// A sentence for people.
    public let message: String
    /// Header fields that go with it.
    public let headers: HTTPHeaders

    /// Describes a rejection.
    public init(status: Int, code: String, message: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
    }

    /// `{"error":{"code":"…","message":"…"}}` in UTF-8.
    public var json: [UInt8] {
        var bytes = Array(#"{"error":{"code":""#.utf8)
        Self.escape(code, into: &bytes)
        bytes += Array(#"","message":""#.utf8)
        Self.escape(message, into: &bytes)
        bytes += Array(#""}}"#.utf8)
        return bytes
    }

    // This room stands below the JSON codec's users and needs one string escaped, nothing more.
    private static func escape(_ text: String, into bytes: inout [UInt8]) {
        let figures = Array("0123456789abcdef".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00".utf8) + [figures[Int(byte >> 4)], figures[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
    }

    static func badRequest(_ message: String) -> Self {
        HTTPRejection(status: 400, code: "bad_request", message: message)
    }
}
