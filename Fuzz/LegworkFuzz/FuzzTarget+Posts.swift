import LegworkCore
import LegworkMCP

extension FuzzTarget {
    /// What is posted to the MCP endpoint, header fields first, an empty line, and the body: it is sorted by what it says of itself, whatever the
    /// case of its fields' names, and where header and body disagree it is refused.
    static let posts = FuzzTarget("posts") { input throws(FuzzFailure) in
        var fields: [(name: String, value: String)] = []
        var rest = input[...]
        while let end = rest.firstIndex(of: 0x0a), end > rest.startIndex, fields.count < 16 {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            let value = String(decoding: line[colon...].dropFirst(), as: UTF8.self)
            fields.append((String(decoding: line[..<colon], as: UTF8.self), String(value.drop { $0 == " " })))
        }
        let body = Array(rest.first == 0x0a ? rest.dropFirst() : rest)
        let headers = MCPHTTPHeaders(fields)
        let post = Result { () throws(MCPRejection) in try MCPPost(headers: headers, body: body) }
        switch post {
        case .failure(let rejection):
            try check(rejection.answer, answers: nil)
            try FuzzFailure.unless((400...499).contains(rejection.answer.httpStatus), "a refusal is the client's: \(rejection)")
        case .success(.modern(.request(let request))):
            let version = request.params["_meta"]?["io.modelcontextprotocol/protocolVersion"]?.string
            try FuzzFailure.unless(headers.values("mcp-method") == [request.method], "the header names the method: \(request)")
            if let version {
                try FuzzFailure.unless(headers.values("mcp-protocol-version") == [version], "the header names the version: \(request)")
            }
        case .success(.modern(.response)): throw FuzzFailure(message: "the modern era knows no responses of clients")
        case .success(.modern(.notification)): break
        case .success(.opening(let request)): try FuzzFailure.unless(request.method == "initialize", "only 'initialize' opens: \(request)")
        case .success(.session(let id, _)): try FuzzFailure.unless(headers.values("MCP-SESSION-ID") == [id], "the session is the one named")
        }
        // Names of ASCII alone have two cases that are one name to everybody.
        let shouted = MCPHTTPHeaders(fields.map { ($0.name.utf8.allSatisfy { $0 < 0x80 } ? $0.name.uppercased() : $0.name, $0.value) })
        let again = Result { () throws(MCPRejection) in try MCPPost(headers: shouted, body: body) }
        try FuzzFailure.unless(again == post, "the case of a field's name does not matter")
        for field in fields {
            guard let id = MCPEventID(field.value) else { continue }
            try FuzzFailure.unless(MCPEventID(id.description) == id, "an event's id is read as it was written: \(field.value)")
        }
    }
}
