import Glibc
import LegworkCore

/// A reply that was read from a socket to its end.
struct Reply: Sendable, CustomStringConvertible {
    let status: Int
    let head: String
    let body: [UInt8]

    init(_ bytes: [UInt8]) throws {
        let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))
        guard let end, let status = Int(String(decoding: bytes.prefix(12).suffix(3), as: UTF8.self)) else {
            throw Failure("this is no HTTP reply: <\(String(decoding: bytes.prefix(500), as: UTF8.self))>")
        }
        self.status = status
        head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        body = Array(bytes[end.upperBound...])
    }

    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }
    /// The code of the problem that the body describes.
    var errorCode: String? { json["code"]?.string }
    /// What the body says of the problem.
    var errorDetail: String? { json["detail"]?.string }
    var description: String { "\(head)\n\(String(decoding: body.prefix(2000), as: UTF8.self))" }
}
