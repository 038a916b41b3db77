import LegworkCore

/// The request line and the fields, and what they say about the body and the connection.
package struct HTTPRequestHead: Sendable {
    package enum Framing: Sendable, Hashable {
        case none, fixed(Int), chunked
    }

    struct Failure: Error {
        let rejection: HTTPRejection
    }

    package private(set) var method = ""
    package private(set) var target = ""
    package private(set) var isVersion10 = false
    package var headers = HTTPHeaders()
    package private(set) var framing = Framing.none
    private(set) var expectsContinue = false
    /// Whether the client wants to use the connection again.
    private(set) var keepAlive = false
    /// The authority of a target in absolute form.
    private var authority: String?

    static func tooLarge(_ limit: Int) -> HTTPRejection {
        HTTPRejection(status: 413, code: "body_too_large", message: "The body is larger than \(limit) bytes.")
    }

    // MARK: Request line

    /// Reads `METHOD target HTTP/1.1`; answers what is wrong with it.
    mutating func setRequestLine(_ line: ArraySlice<UInt8>) -> HTTPRejection? {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return .badRequest("The request line is not METHOD target HTTP/1.1.") }
        guard (1...32).contains(parts[0].count), parts[0].allSatisfy(HTTPSyntax.isToken) else {
            return .badRequest("The method is malformed.")
        }
        guard !parts[1].isEmpty, parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
            return .badRequest("The target contains characters that must be percent-encoded.")
        }
        guard let (major, minor) = Self.version(parts[2]) else { return .badRequest("The version is malformed.") }
        guard major == 1, minor <= 1 else {
            return HTTPRejection(status: 505, code: "version_not_supported", message: "Use HTTP/1.1.")
        }
        isVersion10 = minor == 0
        method = String(decoding: parts[0], as: UTF8.self)
        return setTarget(String(decoding: parts[1], as: UTF8.self))
    }

    private static func version(_ text: ArraySlice<UInt8>) -> (major: Int, minor: Int)? {
        let start = text.startIndex
        guard text.count == 8, text.starts(with: "HTTP/".utf8), text[start + 6] == UInt8(ascii: "."),
            let major = HTTPSyntax.digit(text[start + 5]), let minor = HTTPSyntax.digit(text[start + 7])
        else { return nil }
        return (major, minor)
    }

    private mutating func setTarget(_ text: String) -> HTTPRejection? {
        var origin = text[...]
        if text.utf8.first != UInt8(ascii: "/"), text != "*" {
            // Absolute form (RFC 9112 §3.2.2): a server has to understand it; other schemes would be for a proxy.
            guard let colon = text.firstIndex(of: ":"), ASCIICase.isSame(String(text[..<colon]), "http"), text[colon...].hasPrefix("://")
            else { return .badRequest("The target must begin with / .") }
            let rest = text[colon...].dropFirst(3)
            let host = rest.prefix { $0 != "/" && $0 != "?" }
            guard HTTPSyntax.isHost(host) else { return .badRequest("The target's host is malformed.") }
            authority = String(host)
            origin = rest[host.endIndex...]
            if origin.first != "/" { origin = "/" + origin }
        } else if text == "*", method != "OPTIONS" {
            return .badRequest("The target * is for OPTIONS only.")
        }
        guard HTTPSyntax.isPercentEncoded(HTTPSyntax.path(of: origin)) else {
            return .badRequest("The path's percent-encoding is malformed.")
        }
        target = String(origin)
        return nil
    }

    // MARK: Fields

    /// Reads one field line.
    static func field(_ line: ArraySlice<UInt8>) -> Result<HTTPHeaders.Field, Failure> {
        if let first = line.first, HTTPSyntax.isBlank(first) { return failure("A header field is folded.") }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return failure("A header field has no colon.") }
        // A blank before the colon is no token character either.
        guard colon > line.startIndex, line[..<colon].allSatisfy(HTTPSyntax.isToken) else {
            return failure("A header field's name is malformed.")
        }
        var value = line[(colon + 1)...]
        while let first = value.first, HTTPSyntax.isBlank(first) { value.removeFirst() }
        while let last = value.last, HTTPSyntax.isBlank(last) { value.removeLast() }
        guard value.allSatisfy(HTTPSyntax.isFieldValue) else { return failure("A header field contains control characters.") }
        guard let text = String(validating: value, as: UTF8.self) else { return failure("A header field is not UTF-8.") }
        return .success(HTTPHeaders.Field(name: String(decoding: line[..<colon], as: UTF8.self), value: text))
    }

    private static func failure(_ message: String) -> Result<HTTPHeaders.Field, Failure> {
        .failure(Failure(rejection: .badRequest(message)))
    }

    // MARK: The whole

    /// Decides host, framing and connection once all fields are there; answers what is wrong with them.
    mutating func check(maximumBody: Int) -> HTTPRejection? {
        var hosts = 0
        var lengths: [String] = []
        var encodings: [String] = []
        var connection: [String] = []
        for field in headers {
            // The length sorts out nearly all names before any comparison.
            switch field.name.utf8.count {
            case 4 where ASCIICase.isSame(field.name, "host"):
                hosts += 1
                guard HTTPSyntax.isHost(field.value) else { return .badRequest("The Host field is malformed.") }
            case 6 where ASCIICase.isSame(field.name, "expect"):
                guard ASCIICase.isSame(field.value, "100-continue") else {
                    return HTTPRejection(status: 417, code: "expectation_failed", message: "Only 100-continue can be expected.")
                }
                expectsContinue = !isVersion10
            case 10 where ASCIICase.isSame(field.name, "connection"):
                connection += field.value.split(separator: ",").map { HTTPSyntax.trimmed($0) }
            case 14 where ASCIICase.isSame(field.name, "content-length"): lengths.append(field.value)
            case 17 where ASCIICase.isSame(field.name, "transfer-encoding"): encodings.append(field.value)
            default: break
            }
        }
        guard hosts == 1 || hosts == 0 && isVersion10 else { return .badRequest("There must be exactly one Host field.") }
        if let authority { headers["Host"] = authority }
        let asksToClose = connection.contains { ASCIICase.isSame($0, "close") }
        keepAlive = !asksToClose && (!isVersion10 || connection.contains { ASCIICase.isSame($0, "keep-alive") })
        return setFraming(lengths, encodings, maximumBody)
    }

    private mutating func setFraming(_ lengths: [String], _ encodings: [String], _ maximumBody: Int) -> HTTPRejection? {
        if !encodings.isEmpty {
            guard lengths.isEmpty else { return .badRequest("Content-Length and Transfer-Encoding exclude each other.") }
            guard encodings.count == 1, ASCIICase.isSame(encodings[0], "chunked"), !isVersion10 else {
                return .badRequest("The only Transfer-Encoding is chunked, in HTTP/1.1.")
            }
            framing = .chunked
            return nil
        }
        guard let length = lengths.first else { return nil }
        // Even equal repetitions are refused: whoever sends them lets somebody else choose.
        guard lengths.count == 1 else { return .badRequest("There is more than one Content-Length.") }
        let digits = length.utf8
        guard (1...18).contains(digits.count), digits.allSatisfy({ HTTPSyntax.digit($0) != nil }), let count = Int(length) else {
            return .badRequest("The Content-Length is malformed.")
        }
        guard count <= maximumBody else { return Self.tooLarge(maximumBody) }
        framing = count == 0 ? .none : .fixed(count)
        return nil
    }
}
