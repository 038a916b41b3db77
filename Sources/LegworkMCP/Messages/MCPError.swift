public import LegworkCore

/// An error as JSON-RPC carries it.
public struct MCPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of error, as its number on the wire.
    public struct Code: Sendable, Hashable {
        /// The number.
        public let rawValue: Int

        /// Wraps a number.
        public init(_ rawValue: Int) { self.rawValue = rawValue }

        /// The bytes are no JSON.
        public static let parseError = Code(-32700)
        /// The JSON is no JSON-RPC message.
        public static let invalidRequest = Code(-32600)
        /// There is no such method (in this revision).
        public static let methodNotFound = Code(-32601)
        /// The parameters do not fit; also for an unknown tool and an unknown task.
        public static let invalidParams = Code(-32602)
        /// There is no such resource (revisions before 2026-07-28).
        public static let resourceNotFound = Code(-32002)
        /// The server could not do its part.
        public static let internalError = Code(-32603)
        /// An HTTP header and the body disagree (2026-07-28).
        public static let headerMismatch = Code(-32020)
        /// The request needs a capability that it does not declare (2026-07-28).
        public static let missingCapability = Code(-32021)
        /// The request's protocol version is not spoken here (2026-07-28).
        public static let unsupportedVersion = Code(-32022)
        /// There is no such session, or it is somebody else's.
        public static let unknownSession = Code(404)
        /// The sender may not do this.
        public static let forbidden = Code(403)
        /// Too many requests are open. Own codes lie outside of -32768…-32000 (2026-07-28, basic/index).
        public static let tooManyRequests = Code(429)
    }

    /// The kind of error.
    public let code: Code
    /// What is wrong and what to do.
    public let message: String
    /// More, for programs.
    public let data: JSONValue?
    /// The status with which HTTP carries the error.
    public let httpStatus: Int

    /// Makes an error.
    public init(_ code: Code, _ message: String, data: JSONValue? = nil, httpStatus: Int = 200) {
        self.code = code
        self.message = message
        self.data = data
        self.httpStatus = httpStatus
    }

    /// The fault that a tool has answered with, as it was.
    init(_ fault: ProtocolFault) { self.init(Code(fault.code), fault.message, data: fault.data) }

    /// The message.
    public var description: String { message }

    /// `{"code": …, "message": …, "data": …}`.
    public var json: JSONValue {
        var object: JSONObject = ["code": JSONValue(code.rawValue), "message": .string(message)]
        object["data"] = data
        return .object(object)
    }
}
