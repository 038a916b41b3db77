import LegworkCore
import LegworkMCP

extension FuzzTarget {
    /// The messages of an MCP client, a line each, in one session: each is answered once at most, with valid JSON-RPC that names its id.
    static let jsonrpc = FuzzTarget("jsonrpc") { input throws(FuzzFailure) in
        var session = MCPSession(server: MCPServerInfo(name: "fuzz", version: "1"), maximumOpenRequests: 3, hasPrompts: true)
        for (number, line) in input.split(separator: 0x0a, maxSplits: 63).enumerated() {
            let message: MCPMessage
            do throws(MCPRejection) {
                message = try MCPMessage(parsing: Array(line), limits: JSONLimits(depth: 32, bytes: 16 * 1024))
            } catch {
                try check(error.answer, answers: nil)
                continue
            }
            let before = session.openRequests
            let action = session.receive(message)
            try FuzzFailure.unless(session.openRequests.count <= 3, "no more requests are open than may be")
            switch (message, action) {
            case (.request(let request), .answer(let answer)):
                try check(answer, answers: request.id)
                try FuzzFailure.unless(session.openRequests == before, "an answered request is not open")
            case (.request(let request), .perform(_, let exchange)):
                try FuzzFailure.unless(exchange.id == request.id, "an exchange has its request's id")
                try FuzzFailure.unless(!before.contains(request.id), "one id is open once")
                try FuzzFailure.unless(session.openRequests == before.union([request.id]), "what is worked on is open")
                // Some end, some stay open, so that ids meet again.
                if number % 2 == 0 { session.finish(request.id) }
            case (.response, .deliver), (.notification, .none): break
            case (.request, .none), (.request, .cancelRequest), (.request, .deliver):
                throw FuzzFailure(message: "a request gets its answer: \(message)")
            case (.notification, .answer), (.notification, .perform), (.notification, .deliver), (.response, .answer),
                (.response, .perform),
                (.response, .cancelRequest), (.response, .none):
                throw FuzzFailure(message: "only requests are answered, and only responses delivered: \(message)")
            case (.notification, .cancelRequest(let id)):
                try FuzzFailure.unless(session.openRequests.contains(id), "what is called off is open")
            }
        }
    }

    static func check(_ answer: MCPAnswer, answers id: MCPRequestID?) throws(FuzzFailure) {
        guard let json = try? JSONValue(parsing: answer.bytes), json == answer.json, let object = json.object else {
            throw FuzzFailure(message: "an answer is JSON: \(String(decoding: answer.bytes, as: UTF8.self))")
        }
        try FuzzFailure.unless(!answer.bytes.contains(0x0a), "an answer is one line")
        try FuzzFailure.unless(object["jsonrpc"] == "2.0", "an answer is JSON-RPC 2.0: \(object)")
        if let id { try FuzzFailure.unless(object["id"] == id.json, "an answer names its request: \(object)") }
        try FuzzFailure.unless(object["id"] == .null || object["id"].flatMap(MCPRequestID.init) != nil, "an answer has an id: \(object)")
        let hasError = object["error"] != nil
        try FuzzFailure.unless(hasError != (object["result"] != nil), "an answer is a result or an error: \(object)")
        try FuzzFailure.unless((200...599).contains(answer.httpStatus), "an answer has a status")
        guard hasError else { return }
        guard case .integer = object["error"]?["code"], object["error"]?["message"]?.string?.isEmpty == false else {
            throw FuzzFailure(message: "an error has a code and a message: \(object)")
        }
    }

    /// Lines on a pipe: the same ones however they arrive, and no more held than one.
    static let lines = FuzzTarget("lines") { input throws(FuzzFailure) in
        let limit = 64
        var readings: [[LineFramer.Event]] = []
        for pieces in Pieces.all(of: input) {
            var framer = LineFramer(limit: limit)
            var events: [LineFramer.Event] = []
            for piece in pieces {
                events += piece.withUnsafeBytes { framer.append($0) }
                try FuzzFailure.unless(framer.heldBytes <= limit + 1, "no more than a line is held")
            }
            if let last = framer.finish() { events.append(last) }
            readings.append(events)
        }
        for other in readings { try FuzzFailure.unless(other == readings[0], "lines cut otherwise are the same: \(readings[0]) \(other)") }
        for case .line(let line) in readings[0] {
            try FuzzFailure.unless(!line.isEmpty && line.count <= limit && !line.contains(0x0a), "a line is one: \(line)")
        }
    }
}
