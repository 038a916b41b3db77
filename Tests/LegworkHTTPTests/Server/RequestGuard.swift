import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

/// A request as bytes, and the status that it must get.
struct GuardCase: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let status: Int
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ status: Int = 400) {
        self.name = name
        bytes = utf8(text)
        self.status = status
    }

    private static let post = "POST / HTTP/1.1\r\nHost: x\r\n"
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n"
    private static let chunked = post + "Transfer-Encoding: chunked\r\n"

    static let refused: [GuardCase] = [
        .init("two different lengths", post + "Content-Length: 3\r\nContent-Length: 2\r\n\r\nabc"),
        .init("two equal lengths", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        .init("a list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc"),
        .init("a length with a sign", post + "Content-Length: +3\r\n\r\nabc"),
        .init("a negative length", post + "Content-Length: -1\r\n\r\n"),
        .init("a hexadecimal length", post + "Content-Length: 0x3\r\n\r\nabc"),
        .init("an empty length", post + "Content-Length:\r\n\r\n"),
        .init("a length beyond all numbers", post + "Content-Length: 99999999999999999999\r\n\r\n"),
        .init("length and encoding", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        .init("encoding and length", chunked + "Content-Length: 3\r\n\r\n0\r\n\r\n"),
        .init("an unknown encoding", post + "Transfer-Encoding: gzip\r\n\r\n"),
        .init("a list of encodings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        .init("identity encoding", post + "Transfer-Encoding: identity\r\n\r\n"),
        .init("chunked twice", chunked + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        .init("an encoding with a vertical tab", post + "Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\n"),
        .init("an encoding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        .init("a blank before the colon", "GET / HTTP/1.1\r\nHost: x\r\nFoo : bar\r\n\r\n"),
        .init("a blank before the colon of Host", "GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
        .init("a folded field", get + "A: b\r\n c\r\n\r\n"),
        .init("a field folded by a tab", get + "A: b\r\n\tc\r\n\r\n"),
        .init("a blank line that is not empty", get + " \r\n\r\n"),
        .init("a first field that is folded", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"),
        .init("no colon", get + "nonsense\r\n\r\n"),
        .init("no name", get + ": x\r\n\r\n"),
        .init("a name with a bracket", get + "A(b): x\r\n\r\n"),
        .init("a zero byte in a value", get + "A: b\0c\r\n\r\n"),
        .init("an escape in a value", get + "A: \u{1b}[0m\r\n\r\n"),
        .init("a delete character in a value", get + "A: b\u{7f}\r\n\r\n"),
        .init("a lone return in a value", get + "A: b\rc\r\n\r\n"),
        .init("lone line feeds", "GET / HTTP/1.1\nHost: x\n\n"),
        .init("one lone line feed", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n"),
        .init("no host", "GET / HTTP/1.1\r\n\r\n"),
        .init("two hosts", get + "Host: x\r\n\r\n"),
        .init("an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        .init("a host with a path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"),
        .init("a host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        .init("a list of hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        .init("a host with a bad port", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n"),
        .init("a host with an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n"),
        .init("no version", "GET /\r\n\r\n"),
        .init("a word too many", "GET / x HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("two blanks", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a tab in the request line", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a malformed method", "G[T / HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a zero byte in the target", "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a control character in the target", "GET /a\u{1}b HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a raw letter beyond ASCII in the target", "GET /ä HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a fragment in the target", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("malformed percent-encoding", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("an encoded zero byte", "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a relative target", "GET a HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a target for a proxy", "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a target with a user", "GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n"),
        .init("a tunnel", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("a star for GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init("small letters in the version", "GET / http/1.1\r\nHost: x\r\n\r\n"),
        .init("a long version", "GET / HTTP/1.10\r\nHost: x\r\n\r\n"),
        .init("another version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        .init("an unknown expectation", get + "Expect: miracles\r\n\r\n", 417),
        .init("a chunk size with 0x", chunked + "\r\n0x3\r\nabc\r\n0\r\n\r\n"),
        .init("a chunk size with a sign", chunked + "\r\n+3\r\nabc\r\n0\r\n\r\n"),
        .init("a chunk size with a blank before", chunked + "\r\n 3\r\nabc\r\n0\r\n\r\n"),
        .init("a chunk size with a blank behind", chunked + "\r\n3 \r\nabc\r\n0\r\n\r\n"),
        .init("a chunk size beyond all numbers", chunked + "\r\nfffffffffffffffff\r\nabc"),
        .init("an empty chunk size", chunked + "\r\n\r\nabc\r\n0\r\n\r\n"),
        .init("a chunk longer than its size", chunked + "\r\n3\r\nabcd\r\n0\r\n\r\n"),
        .init("a chunk that ends in a line feed", chunked + "\r\n3\r\nabc\n0\r\n\r\n"),
        .init("a chunk size that ends in a line feed", chunked + "\r\n3\nabc\r\n0\r\n\r\n"),
        .init("an extension with a line feed", chunked + "\r\n3;a\nb\r\nabc\r\n0\r\n\r\n"),
        .init("a folded trailer", chunked + "\r\n0\r\nA: b\r\n c\r\n\r\n"),
        .init("nonsense", "\u{16}\u{3}\u{1}\u{2}\n\n"),
        .init("two empty lines first", "\r\n\r\n" + get + "\r\n"),
    ]

    static let accepted: [GuardCase] = [
        .init("the plainest request", get + "\r\n", 200),
        .init("an empty line first", "\r\n" + get + "\r\n", 200),
        .init("no blank after the colon", "GET / HTTP/1.1\r\nHost:x\r\n\r\n", 200),
        .init("blanks around a value", get + "A: \t b \t\r\n\r\n", 200),
        .init("a host with a port", "GET / HTTP/1.1\r\nHost: localhost:80\r\n\r\n", 200),
        .init("a host in IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200),
        .init("letters beyond ASCII in a value", get + "A: grün\r\n\r\n", 200),
        .init("an absolute target", "GET http://x:80/a?b HTTP/1.1\r\nHost: y\r\n\r\n", 200),
        .init("an absolute target without a path", "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        .init("a length of zero", post + "Content-Length: 0\r\n\r\n", 200),
        .init("chunks with extensions and trailers", chunked + "\r\n3;a=b\r\nabc\r\n00\r\nA: b\r\n\r\n", 200),
        .init(
            "capital letters in names",
            "POST / HTTP/1.1\r\nHOST: x\r\nTRANSFER-ENCODING: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
            200
        ),
        .init("HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", 200),
        .init("a star for OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        .init("an unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 200),
    ]
}

@Suite("The guard before the handler", .timeLimit(.minutes(5)))
struct RequestGuard {
    @Test("refuses, closes, and serves nothing that follows", arguments: GuardCase.refused)
    func refuses(example: GuardCase) async throws {
        let calls = Lock(0)
        try await TestServer.run { _, writer in
            calls.withLock { $0 += 1 }
            await writer.send(status: 200)
        } body: { test in
            // What follows would be the smuggled request. The end of sending makes an unfinished one visible as silence.
            let raw = try test.raw()
            raw.send(example.bytes + utf8("GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"))
            let answer = await raw.readToEnd()
            raw.close()
            #expect(answer.hasPrefix("HTTP/1.1 \(example.status) "))
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(answer.contains(#"{"type":"urn:legwork:problem:"#))
            #expect(calls.withLock { $0 } == 0)
        }
    }

    @Test("lets proper requests through, however they are cut up", arguments: GuardCase.accepted)
    func accepts(example: GuardCase) async throws {
        try await TestServer.run { request, writer in
            await writer.send(status: 200, headers: ["X-Target": request.target, "X-Host": request.headers["host"] ?? ""])
        } body: { test in
            let whole = try test.raw()
            whole.send(example.bytes)
            let expected = await whole.read(until: "\r\n\r\n")
            whole.close()
            #expect(expected.hasPrefix("HTTP/1.1 200 "))
            let cut = try test.raw()
            for byte in example.bytes {
                cut.send([byte])
                await test.loop.settle {}
            }
            let answer = await cut.read(until: "\r\n\r\n")
            cut.close()
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("takes host and path from an absolute target")
    func absolute() async throws {
        try await TestServer.run { request, writer in
            await writer.send(status: 200, body: utf8("\(request.headers["Host"] ?? "") \(request.path) \(request.target)"))
        } body: { test in
            let raw = try test.raw()
            raw.send("GET HTTP://a.example:81/b%20c?d=e HTTP/1.1\r\nHost: other\r\n\r\n")
            #expect(await raw.read(until: "d=e").hasSuffix("a.example:81 /b%20c /b%20c?d=e"))
            raw.close()
        }
    }
}
