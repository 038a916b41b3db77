/// The names that MCP gives to metadata and extensions.
enum MCPName {
    static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
    static let clientCapabilities = "io.modelcontextprotocol/clientCapabilities"
    static let clientInfo = "io.modelcontextprotocol/clientInfo"
    static let serverInfo = "io.modelcontextprotocol/serverInfo"
    static let logLevel = "io.modelcontextprotocol/logLevel"
    static let subscriptionID = "io.modelcontextprotocol/subscriptionId"
    static let tasks = "io.modelcontextprotocol/tasks"
    static let relatedTask = "io.modelcontextprotocol/related-task"
    static let immediateResponse = "io.modelcontextprotocol/model-immediate-response"
}
