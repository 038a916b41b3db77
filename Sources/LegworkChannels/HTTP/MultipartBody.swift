import LegworkCore
import LegworkHTTP

/// A form with files (RFC 7578). Its boundary occurs in none of its parts, since nobody can guess it.
struct MultipartBody: Sendable {
    private let boundary: String
    private var bytes: [UInt8] = []

    /// An empty form; nil when the system has no randomness to give.
    init?() {
        guard let random = SecretBytes.random(24) else { return nil }
        boundary = "legwork-" + random.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The form's type, with its boundary.
    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    /// Adds a field.
    mutating func add(_ name: String, _ text: String, type: String? = nil) {
        part(name, file: nil, type: type, Array(text.utf8))
    }

    /// Adds a file.
    mutating func add(_ name: String, _ attachment: MessageAttachment) {
        part(name, file: attachment.safeName, type: attachment.safeType, attachment.bytes)
    }

    /// The form.
    func finished() -> [UInt8] { bytes + Array("--\(boundary)--\r\n".utf8) }

    private mutating func part(_ name: String, file: String?, type: String?, _ content: [UInt8]) {
        let file = file.map { "; filename=\"\($0)\"" } ?? ""
        let type = type.map { "Content-Type: \($0)\r\n" } ?? ""
        bytes += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\n\(type)\r\n".utf8
        bytes += content
        bytes += "\r\n".utf8
    }
}

extension MessageAttachment {
    /// The name with letters, digits and `._-` only: it stands in header fields.
    var safeName: String {
        let bytes = name.utf8.suffix(100).map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        return bytes.isEmpty ? "result.txt" : String(decoding: bytes, as: UTF8.self)
    }

    /// The type, where it can stand in a header field.
    var safeType: String {
        type.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && !type.isEmpty ? type : "application/octet-stream"
    }
}
