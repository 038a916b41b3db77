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

    private var initialize: [UInt8]?
    private var initialized: [UInt8]?

    /// Nothing has been said yet.
    package init() {}

    /// What a legacy client opened the conversation with; empty for one of the modern era, which opens nothing.
    package var opening: [[UInt8]] { [initialize, initialized].compactMap(\.self) }

    /// Takes a line on its way to the server.
    package mutating func pass(_ bytes: [UInt8]) -> Line {
        // What is no JSON-RPC is the server's to refuse.
        guard let message = try? JSONValue(parsing: bytes, limits: JSONLimits(bytes: .max)), let method = message["method"]?.string else {
            return Line(bytes: bytes, id: nil)
        }
        switch method {
        case "initialize": initialize = bytes
        case "notifications/initialized": initialized = bytes
        default: break
        }
        return Line(bytes: bytes, id: message["id"])
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
