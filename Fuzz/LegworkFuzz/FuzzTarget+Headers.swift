import LegworkHTTP

extension FuzzTarget {
    /// Fields as somebody put them together: however malformed, a response's head has as many lines as it has fields, and names and values
    /// can be looked up. Each line of the input is a field.
    static let headers = FuzzTarget("headers") { input throws(FuzzFailure) in
        var headers = HTTPHeaders()
        for line in input.split(separator: 0x0a, maxSplits: 63) {
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            // Of the value a line feed is left out by the cutting, so another byte stands for it.
            let value = line[colon...].dropFirst().map { $0 == 0x01 ? 0x0a : $0 }
            headers.add(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
        try checkEncoding(headers)
        for field in headers {
            try checkLookUp(field, headers)
            try checkSyntax(field.value)
        }
    }

    private static func checkEncoding(_ headers: HTTPHeaders) throws(FuzzFailure) {
        var bytes: [UInt8] = []
        HTTPResponseEncoder.head(
            status: 200,
            headers: headers,
            length: .bytes(3),
            keepAlive: true,
            isVersion10: false,
            date: Array("D".utf8),
            into: &bytes
        )
        try FuzzFailure.unless(bytes.suffix(4).elementsEqual([13, 10, 13, 10]), "a head ends with an empty line")
        let lines = bytes.dropLast(4).split(separator: 0x0a, omittingEmptySubsequences: false)
        for line in lines.dropLast() { try FuzzFailure.unless(line.last == 0x0d, "a line ends with CR LF") }
        let fields = lines.dropFirst().map { line in line.last == 0x0d ? line.dropLast() : line }
        // Date and length are the server's own; of the rest only what can be sent comes.
        try FuzzFailure.unless(fields.count <= headers.count + 2, "no value begins another field: \(headers)")
        var framing = 0
        for field in fields {
            guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { throw FuzzFailure(message: "a field has a colon") }
            try FuzzFailure.unless(colon > field.startIndex && field[..<colon].allSatisfy(HTTPSyntax.isToken), "a name is a token")
            try FuzzFailure.unless(field[colon...].allSatisfy(HTTPSyntax.isFieldValue), "a value has no control characters")
            let name = String(decoding: field[..<colon], as: UTF8.self)
            if ["content-length", "transfer-encoding", "connection"].contains(name.lowercased()) { framing += 1 }
        }
        try FuzzFailure.unless(framing == 1, "how long a message is says the server alone: \(headers)")
    }

    private static func checkLookUp(_ field: HTTPHeaders.Field, _ headers: HTTPHeaders) throws(FuzzFailure) {
        try FuzzFailure.unless(headers.contains(field.name), "a field that is there is found: \(field)")
        try FuzzFailure.unless(headers.values(field.name).contains(field.value), "so is its value: \(field)")
        for item in headers.items(field.name) {
            try FuzzFailure.unless(
                !item.isEmpty && !item.contains(",") && HTTPSyntax.trimmed(item[...]) == item,
                "an item is bare: \(item)"
            )
        }
        var changed = headers
        changed[field.name] = "x"
        try FuzzFailure.unless(changed.values(field.name) == ["x"], "what is set is there once: \(field)")
        changed.remove(field.name)
        try FuzzFailure.unless(!changed.contains(field.name), "what is removed is gone: \(field)")
    }

    private static func checkSyntax(_ text: String) throws(FuzzFailure) {
        if HTTPSyntax.isHost(text) { try FuzzFailure.unless(text.utf8.count <= 255, "a host is short: \(text)") }
        if let decoded = HTTPSyntax.percentDecoded(text[...], plusIsBlank: true) {
            try FuzzFailure.unless(decoded.utf8.count <= text.utf8.count, "decoding makes nothing longer: \(text)")
        }
        let figures = Array("0123456789abcdef".utf8)
        let encoded = text.utf8.flatMap { [UInt8(ascii: "%"), figures[Int($0 >> 4)], figures[Int($0 & 15)]] }
        let isDecodable = !text.utf8.contains(0)
        let decoded = HTTPSyntax.percentDecoded(String(decoding: encoded, as: UTF8.self)[...])
        try FuzzFailure.unless(decoded == (isDecodable ? text : nil), "what is encoded is decoded to itself: \(text)")
    }
}
