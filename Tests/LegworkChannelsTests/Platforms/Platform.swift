import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP

/// A platform as a test plays it, written from its documentation: it enforces its limits and answers as it does.
protocol Platform: Sendable {
    var name: String { get }
    /// What its receiver can beyond what all over HTTP can.
    var capabilities: ChannelCapabilities { get }
    /// What nobody may be shown.
    var secrets: [String] { get }
    /// A place that is not the channel's own.
    var target: String? { get }

    /// A channel to it.
    ///
    /// - Parameter base: `http://HOST:PORT`.
    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel
    /// Takes a request, or refuses it by the platform's rules.
    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer
    /// What it says when it takes nothing.
    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer
}

/// What came to a platform.
struct Inbox: Sendable {
    var messages: [ReceivedMessage] = []
    var requests: [HTTPRequest] = []
    var files: [MessageAttachment] = []
    /// Where the server is, for what it says of itself.
    var base = ""
    private var counter = 1000

    /// A number that names something.
    mutating func number() -> Int {
        counter += 1
        return counter
    }
}

struct PlatformAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]

    init(_ status: Int, _ json: JSONValue, _ headers: HTTPHeaders = [:]) {
        (self.status, self.headers, body) = (status, headers, json.jsonBytes())
        self.headers["Content-Type"] = "application/json"
    }

    init(_ status: Int, text: String, _ headers: HTTPHeaders = [:]) {
        (self.status, self.headers, body) = (status, headers, Array(text.utf8))
        self.headers["Content-Type"] = "text/plain"
    }
}

extension HTTPRequest {
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    /// All that could be a secret in a request, as an indiscreet server repeats it.
    var echo: String { "no: \(target) " + headers.map { "\($0.name)=\($0.value)" }.joined(separator: " ") }

    /// The parts of a form, by name.
    var form: [String: (file: String?, type: String?, bytes: [UInt8])] {
        guard let boundary = headers["Content-Type"]?.split(separator: "boundary=").last else { return [:] }
        var parts: [String: (file: String?, type: String?, bytes: [UInt8])] = [:]
        var rest = body[...]
        let mark = Array("--\(boundary)".utf8)
        while let start = rest.firstRange(of: mark)?.upperBound, let end = rest[start...].firstRange(of: Array("\r\n".utf8) + mark) {
            let part = rest[start..<end.lowerBound].dropFirst(2)
            rest = rest[(end.lowerBound + 2)...]
            guard let blank = part.firstRange(of: Array("\r\n\r\n".utf8)) else { return [:] }
            let head = String(decoding: part[..<blank.lowerBound], as: UTF8.self)
            guard let name = head.firstMatch(of: /; name="([^"]*)"/)?.output.1 else { return [:] }
            parts[String(name)] = (
                head.firstMatch(of: /filename="([^"]*)"/).map { String($0.output.1) },
                head.firstMatch(of: /Content-Type: ([^\r\n]*)/).map { String($0.output.1) }, Array(part[blank.upperBound...])
            )
        }
        return parts
    }
}
