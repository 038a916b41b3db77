/// A fault that is none of the tool's own: what carries the call failed, such as the server that a tool stands for.
///
/// A tool throws it, or returns what ``result`` gives. To most callers it is a result with `isError`; a door of JSON-RPC answers with the error
/// as it was.
public struct ProtocolFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a result's metadata has in it that stands for a fault.
    static let key = "legwork/protocol-fault"

    /// The error's number in JSON-RPC.
    public var code: Int
    /// What is wrong.
    public var message: String
    /// More, for programs.
    public var data: JSONValue?

    /// Describes a fault.
    public init(code: Int = -32603, message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// The message.
    public var description: String { message }

    /// A result that stands for the fault.
    public var result: ToolResult {
        var fault: JSONObject = ["code": JSONValue(code), "message": .string(message)]
        fault["data"] = data
        var result = ToolResult.error(message)
        result.meta = [Self.key: .object(fault)]
        return result
    }

    /// The fault that a result stands for; nil for a result of the tool's own.
    public init?(_ result: ToolResult) {
        guard result.isError, let fault = result.meta?[Self.key], let code = fault["code"]?.int, let message = fault["message"]?.string
        else {
            return nil
        }
        self.init(code: code, message: message, data: fault["data"])
    }
}
