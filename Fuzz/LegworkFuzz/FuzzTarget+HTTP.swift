import LegworkHTTP

extension FuzzTarget {
    /// Requests on a connection: what is read does not depend on how the bytes were cut, holds no more than the limits, and is what the same
    /// request would be when it was written anew.
    static let http = FuzzTarget("http") { input throws(FuzzFailure) in
        let readings = try Pieces.all(of: input).map { pieces throws(FuzzFailure) in try RequestReading(pieces) }
        for other in readings.dropFirst() {
            try FuzzFailure.unless(
                other == readings[0],
                "requests cut otherwise are the same requests: \(readings[0].steps) \(other.steps)"
            )
        }
        for case .request(let request) in readings[0].steps { try request.check() }
    }
}

/// What a parser made of a stream.
private struct RequestReading: Equatable {
    enum Step: Equatable {
        case head(ReadRequest), request(ReadRequest), rejected(HTTPRejection)
    }

    /// So small that the fuzzer reaches them.
    static let limits = HTTPRequestParser.Limits(head: 1024, fieldCount: 16, body: 2048)
    private(set) var steps: [Step] = []

    init(_ pieces: [ArraySlice<UInt8>], limits: HTTPRequestParser.Limits = limits) throws(FuzzFailure) {
        var parser = HTTPRequestParser(limits: limits)
        for piece in pieces {
            piece.withUnsafeBytes { parser.append($0) }
            guard try read(&parser) else { return }
            // What is waited for is one line at most, and lines have limits; the longest is a trailer's.
            try FuzzFailure.unless(parser.unread <= max(limits.head, 8192), "no more than a line waits: \(parser.unread) bytes")
            let bound = 2 * (limits.head + limits.body + 8192 + 32 * 1024 + pieces.map(\.count).reduce(0, max))
            try FuzzFailure.unless(parser.held <= bound, "memory is bounded: \(parser.held) of \(bound) bytes")
        }
    }

    /// Takes the events that are there; false after a rejection.
    private mutating func read(_ parser: inout HTTPRequestParser) throws(FuzzFailure) -> Bool {
        while true {
            switch parser.next() {
            case .needMore: return true
            // Depends on whether the body has begun to arrive, so on the pieces.
            case .expectsContinue: continue
            case .head(let head): steps.append(.head(ReadRequest(head, [])))
            case .request(let head, let body): steps.append(.request(ReadRequest(head, body)))
            case .rejected(let rejection):
                try FuzzFailure.unless((400...599).contains(rejection.status), "a rejection has a status of an error: \(rejection)")
                guard case .rejected = parser.next() else { throw FuzzFailure(message: "after a rejection nothing is read") }
                steps.append(.rejected(rejection))
                return false
            }
        }
    }
}

/// One request as it was read.
private struct ReadRequest: Equatable {
    let method: String
    let target: String
    let isVersion10: Bool
    let headers: HTTPHeaders
    let framing: HTTPRequestHead.Framing
    let body: [UInt8]

    init(_ head: HTTPRequestHead, _ body: [UInt8]) {
        method = head.method
        target = head.target
        isVersion10 = head.isVersion10
        headers = head.headers
        framing = head.framing
        self.body = body
    }

    /// Looks whether what was let through is what a handler may rely on.
    func check() throws(FuzzFailure) {
        try FuzzFailure.unless(!method.isEmpty && method.utf8.allSatisfy(HTTPSyntax.isToken), "a method is a token: \(method)")
        try FuzzFailure.unless(target.hasPrefix("/") || target == "*", "a target begins with /: \(target)")
        try FuzzFailure.unless(body.count <= RequestReading.limits.body, "a body has a limit")
        if case .fixed(let length) = framing { try FuzzFailure.unless(body.count == length, "a body is as long as was said") }
        // One more than was sent: the host of an absolute target.
        try FuzzFailure.unless(headers.count <= RequestReading.limits.fieldCount + 1, "fields have a limit")
        try FuzzFailure.unless(headers.values("Host").count == 1 || isVersion10, "there is one host")
        for field in headers {
            try FuzzFailure.unless(!field.name.isEmpty && field.name.utf8.allSatisfy(HTTPSyntax.isToken), "a name is a token: \(field)")
            try FuzzFailure.unless(field.value.utf8.allSatisfy(HTTPSyntax.isFieldValue), "a value has no control characters: \(field)")
            let edges = [field.value.utf8.first, field.value.utf8.last].compactMap { $0 }
            try FuzzFailure.unless(!edges.contains(where: HTTPSyntax.isBlank), "a value has no blanks around it: \(field)")
        }
        let request = HTTPRequest(method: method, target: target, headers: headers, body: body, peer: .tcp(address: "::1", port: 1))
        try FuzzFailure.unless(!request.path.contains("?"), "a path has no query: \(request.path)")
        try FuzzFailure.unless(HTTPSyntax.percentDecoded(request.path[...]) != nil, "a path can be decoded: \(request.path)")
        _ = request.query
        try checkAgain()
    }

    /// Written anew in the plainest form it is read as the same request, and as one alone: nobody behind this parser can see another.
    private func checkAgain() throws(FuzzFailure) {
        var text = Array("\(method) \(target) HTTP/1.\(isVersion10 ? 0 : 1)\r\n".utf8)
        var plain = headers
        plain.remove("Transfer-Encoding")
        plain["Content-Length"] = framing == .none ? nil : String(body.count)
        for field in plain { text += Array("\(field.name): \(field.value)\r\n".utf8) }
        text += Array("\r\n".utf8) + body
        let limits = HTTPRequestParser.Limits(head: 64 * 1024, fieldCount: 32, body: RequestReading.limits.body)
        let again = try RequestReading([text[...]], limits: limits)
        guard again.steps.count == 2, case .request(let request) = again.steps[1] else {
            throw FuzzFailure(message: "what was let through once is let through again: \(self) \(again.steps)")
        }
        let isSame = request.method == method && request.target == target && request.headers == plain && request.body == body
        try FuzzFailure.unless(isSame, "written anew a request is the same: \(self) \(request)")
    }
}
