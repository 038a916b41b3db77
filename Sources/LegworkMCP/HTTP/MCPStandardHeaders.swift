import LegworkCore

/// The header fields that repeat what stands in the body of a request of the modern era, so that what lies between client and server
/// need not read bodies. Where both are read, they have to agree (2026-07-28, basic/transports/streamable-http, "Request Metadata").
enum MCPStandardHeaders {
    static let version = "MCP-Protocol-Version"
    static let method = "Mcp-Method"
    static let name = "Mcp-Name"

    /// Holds a request to its header.
    ///
    /// What is missing in the body is not looked at here: such a request is refused for that.
    static func check(_ request: MCPRequest, _ headers: MCPHTTPHeaders) throws(MCPError) {
        if let wanted = request.meta?[MCPName.protocolVersion]?.string {
            try compare(headers, version, with: wanted, in: "params._meta", isEncoded: false)
        }
        try compare(headers, method, with: request.method, in: "method", isEncoded: false)
        guard let source = source(of: request.method), let wanted = request.params[source.member]?.string else { return }
        // Only the tasks extension wants it for these, and clients are about that leave it out.
        if source.isOptional, headers.values(name).isEmpty { return }
        try compare(headers, name, with: wanted, in: "params.\(source.member)", isEncoded: true)
    }

    /// Which member of the parameters `Mcp-Name` repeats.
    private static func source(of method: String) -> (member: String, isOptional: Bool)? {
        switch method {
        case "tools/call", "prompts/get": ("name", false)
        case "resources/read": ("uri", false)
        case "tasks/get", "tasks/update", "tasks/cancel": ("taskId", true)
        default: nil
        }
    }

    private static func compare(
        _ headers: MCPHTTPHeaders,
        _ field: String,
        with wanted: String,
        in place: String,
        isEncoded: Bool
    ) throws(MCPError) {
        let values = headers.values(field)
        guard let value = values.first else { throw mismatch("the header field \(field) is missing; it has to repeat \(place)") }
        guard values.count == 1 else { throw mismatch("the header field \(field) comes more than once") }
        guard let text = MCPHeaderText.decode(value) else {
            throw mismatch("the header field \(field) has characters that it cannot have, or is no base64 where it says so")
        }
        guard (isEncoded ? text : value) == wanted else {
            throw mismatch(
                "the header field \(field) says '\(value.truncated(toBytes: 100))', but \(place) is '\(wanted.truncated(toBytes: 100))'"
            )
        }
    }

    private static func mismatch(_ message: String) -> MCPError { MCPError(.headerMismatch, message, httpStatus: 400) }
}
