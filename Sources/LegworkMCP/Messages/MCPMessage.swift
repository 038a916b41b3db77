public import LegworkCore

/// One JSON-RPC 2.0 message from a client.
public enum MCPMessage: Sendable, Hashable {
    /// Wants an answer.
    case request(MCPRequest)
    /// Wants none.
    case notification(method: String, params: JSONObject)
    /// Answers a request of ours.
    case response(MCPResponse)

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - bytes: one JSON text.
    ///   - limits: how large and deep it may be.
    /// - Throws: ``MCPRejection``, with the answer that the sender gets.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(MCPRejection) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes, limits: limits)
        } catch {
            throw MCPRejection(nil, .parseError, "the message is no JSON: \(error)")
        }
        try self.init(json)
    }

    /// Reads a message that has been parsed.
    ///
    /// - Throws: ``MCPRejection``, with the answer that the sender gets.
    public init(_ json: JSONValue) throws(MCPRejection) {
        if case .array = json {
            // Only revision 2025-03-26 knew batches, and left them to the server's choice in all but name; no client is known to send one.
            throw MCPRejection(nil, .invalidRequest, "batches are not supported: send each message on its own")
        }
        guard let object = json.object else {
            throw MCPRejection(nil, .invalidRequest, "a message is a JSON object, not \(json.typeName)")
        }
        // The id is echoed whenever it can be one, also when the rest is wrong.
        let id = object["id"].flatMap(MCPRequestID.init)
        guard object["jsonrpc"] == "2.0" else {
            throw MCPRejection(id, .invalidRequest, "a message needs the member \"jsonrpc\": \"2.0\"")
        }
        guard let method = object["method"] else {
            if object["result"] != nil || object["error"] != nil {
                self = .response(
                    MCPResponse(id: id, outcome: object["error"].map(MCPResponse.Outcome.error) ?? .result(object["result"] ?? .null))
                )
                return
            }
            throw MCPRejection(id, .invalidRequest, "a message needs a method, a result or an error")
        }
        guard let method = method.string else {
            throw MCPRejection(id, .invalidRequest, "a method is a string, not \(method.typeName)")
        }
        let params: JSONObject
        switch object["params"] {
        case nil: params = JSONObject()
        case .object(let members): params = members
        case .some(let other):
            guard object["id"] != nil else {
                // Nobody waits for an answer to a notification, not even for an error.
                self = .notification(method: method, params: JSONObject())
                return
            }
            throw MCPRejection(id, .invalidParams, "params must be an object, not \(other.typeName)")
        }
        guard let given = object["id"] else {
            self = .notification(method: method, params: params)
            return
        }
        guard let id else {
            throw MCPRejection(
                nil,
                .invalidRequest,
                "an id is a whole number or a string of at most \(MCPRequestID.maximumLength) bytes, not \(given.typeName)"
            )
        }
        self = .request(MCPRequest(id: id, method: method, params: params))
    }
}

/// A request of a client.
public struct MCPRequest: Sendable, Hashable {
    /// The id that the answer names.
    public let id: MCPRequestID
    /// The method.
    public let method: String
    /// Its parameters; empty when there are none.
    public let params: JSONObject

    /// Describes a request.
    public init(id: MCPRequestID, method: String, params: JSONObject = JSONObject()) {
        self.id = id
        self.method = method
        self.params = params
    }

    /// The parameters' `_meta`, when it is an object.
    var meta: JSONObject? { params["_meta"]?.object }
}

/// What a client answers to a request of ours.
public struct MCPResponse: Sendable, Hashable {
    /// What it gave.
    public enum Outcome: Sendable, Hashable {
        /// The request's result.
        case result(JSONValue)
        /// Why there is none.
        case error(JSONValue)
    }

    /// The id of the request; nil when it is none.
    public let id: MCPRequestID?
    /// What it gave.
    public let outcome: Outcome

    /// Describes a response.
    public init(id: MCPRequestID?, outcome: Outcome) {
        self.id = id
        self.outcome = outcome
    }
}

/// Bytes that are no message, and the answer to them.
public struct MCPRejection: Error, Sendable, Hashable {
    /// The answer that the sender gets.
    public let answer: MCPAnswer

    init(_ id: MCPRequestID?, _ code: MCPError.Code, _ message: String) {
        answer = .error(id, MCPError(code, message, httpStatus: 400))
    }

    /// A line that was longer than it may be, and was skipped.
    public static func tooLong(limit: Int) -> MCPRejection {
        MCPRejection(nil, .invalidRequest, "a message may have \(limit) bytes; this one was longer and has been skipped")
    }
}
