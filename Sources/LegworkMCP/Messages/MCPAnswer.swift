public import LegworkCore

/// A JSON-RPC response, ready to be sent.
public struct MCPAnswer: Sendable, Hashable {
    /// The response.
    public let json: JSONValue
    /// The status with which HTTP carries it. Other transports have no use for it.
    public let httpStatus: Int

    /// The response as JSON text, without a line end.
    public var bytes: [UInt8] { json.jsonBytes() }

    static func result(_ id: MCPRequestID, _ result: JSONObject) -> MCPAnswer {
        MCPAnswer(json: ["jsonrpc": "2.0", "id": id.json, "result": .object(result)], httpStatus: 200)
    }

    /// An error; with the id null when the request's is not known, as JSON-RPC 2.0 demands it.
    static func error(_ id: MCPRequestID?, _ error: MCPError) -> MCPAnswer {
        MCPAnswer(json: ["jsonrpc": "2.0", "id": id?.json ?? .null, "error": error.json], httpStatus: error.httpStatus)
    }
}
