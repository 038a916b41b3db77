import LegworkCore

/// Writes heads and chunks as bytes.
package enum HTTPResponseEncoder {
    package enum Length {
        case none, bytes(Int), chunked
    }

    static func isBodiless(_ status: Int) -> Bool {
        status < 200 || status == 204 || status == 304
    }

    package static func head(
        status: Int,
        headers: HTTPHeaders,
        length: Length,
        keepAlive: Bool,
        isVersion10: Bool,
        date: [UInt8],
        into bytes: inout [UInt8]
    ) {
        let status = (200...599).contains(status) ? status : 500
        append("HTTP/1.1 ", to: &bytes)
        append(status, to: &bytes)
        bytes.append(0x20)
        append(HTTPReason.phrase(status), to: &bytes)
        append("\r\nDate: ", to: &bytes)
        bytes.append(contentsOf: date)
        for field in headers where !isOurs(field.name) {
            append("\r\n", to: &bytes)
            append(field.name, to: &bytes)
            append(": ", to: &bytes)
            // A line break in a value would begin another field: a blank is what the older rules made of it.
            for byte in field.value.utf8 { bytes.append(HTTPSyntax.isFieldValue(byte) ? byte : 0x20) }
        }
        switch length {
        case .none: break
        case .bytes(let count):
            append("\r\nContent-Length: ", to: &bytes)
            append(count, to: &bytes)
        case .chunked: append("\r\nTransfer-Encoding: chunked", to: &bytes)
        }
        if !keepAlive {
            append("\r\nConnection: close", to: &bytes)
        } else if isVersion10 {
            append("\r\nConnection: keep-alive", to: &bytes)
        }
        append("\r\n\r\n", to: &bytes)
    }

    static func chunk(_ data: [UInt8], into bytes: inout [UInt8]) {
        append(String(data.count, radix: 16), to: &bytes)
        append("\r\n", to: &bytes)
        bytes.append(contentsOf: data)
        append("\r\n", to: &bytes)
    }

    /// The fields that frame the message belong to the server; a malformed name cannot be sent.
    private static func isOurs(_ name: String) -> Bool {
        if name.isEmpty || !name.utf8.allSatisfy(HTTPSyntax.isToken) { return true }
        return switch name.utf8.count {
        case 4: ASCIICase.isSame(name, "date")
        case 10: ASCIICase.isSame(name, "connection")
        case 14: ASCIICase.isSame(name, "content-length")
        case 17: ASCIICase.isSame(name, "transfer-encoding")
        default: false
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: text.utf8)
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: String(number).utf8)
    }
}
