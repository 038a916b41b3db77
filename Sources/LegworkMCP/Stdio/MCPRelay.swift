package import LegworkCore

/// What a relay, which passes a client's lines on to a server elsewhere, has to remember of them. Pure.
///
/// A server that is started anew knows nothing of the client: the relay then repeats the client's opening. And a request whose answer is
/// lost with its server has to be answered all the same, or its sender waits for ever.
package struct MCPRelay: Sendable {
    /// What a line is to the relay.
    package struct Line: Sendable, Hashable {
        /// The line.
        package let bytes: [UInt8]
        /// The id of a request, which wants an answer.
        package let id: JSONValue?
    }

    /// How many subscriptions are remembered.
    private static let maximumSubscriptions = 1000

    private var initialize: [UInt8]?
    private var initialized: [UInt8]?
    private var level: [UInt8]?
    private var subscriptions: [(uri: String, line: [UInt8])] = []
    private var requests = 0

    /// Nothing has been said yet.
    package init() {}

    /// What a server that is started anew has to be told of a legacy client: its introduction, and what it wants to hear of. Empty for
    /// a client of the modern era, which says everything with each request.
    package var opening: [[UInt8]] { [initialize, initialized, level].compactMap(\.self) + subscriptions.map(\.line) }

    /// Takes a line on its way to the server.
    package mutating func pass(_ bytes: [UInt8]) -> Line {
        // What is no JSON-RPC is the server's to refuse.
        guard let message = try? JSONValue(parsing: bytes, limits: JSONLimits(bytes: .max)), let method = message["method"]?.string else {
            return Line(bytes: bytes, id: nil)
        }
        switch method {
        case "initialize": initialize = again(message)
        case "notifications/initialized": initialized = bytes
        case "logging/setLevel": level = again(message)
        case "resources/subscribe":
            guard let uri = message["params"]?["uri"]?.string, subscriptions.count < Self.maximumSubscriptions else { break }
            subscriptions.removeAll { $0.uri == uri }
            subscriptions.append((uri, again(message)))
        case "resources/unsubscribe": subscriptions.removeAll { $0.uri == message["params"]?["uri"]?.string }
        default: break
        }
        return Line(bytes: bytes, id: message["id"])
    }

    /// A request as it is repeated: with an id of its own, for the client may use the one that it had for something else.
    private mutating func again(_ message: JSONValue) -> [UInt8] {
        guard var object = message.object else { return message.jsonBytes() }
        requests += 1
        object["id"] = .string("legwork-again-\(requests)")
        return JSONValue.object(object).jsonBytes()
    }

    /// The answer to a request whose server is gone; nil for a line that wants none.
    package static func lost(_ line: Line, because reason: String) -> [UInt8]? {
        guard let id = line.id else { return nil }
        let error: JSONValue = ["code": -32603, "message": .string(reason)]
        return JSONValue.object(["jsonrpc": "2.0", "id": id, "error": error]).jsonBytes()
    }

    /// The answer to a line that was too long to be passed on.
    package static func tooLong(limit: Int) -> [UInt8] { MCPRejection.tooLong(limit: limit).answer.bytes }
}
