import LegworkHTTP

/// The range of bytes that a `Range` field asks for (RFC 9110 §14.1.2). Pure.
///
/// Of several ranges, of other units and of what is malformed nothing is made: a server may answer those with the whole.
struct ByteRange: Sendable, Hashable {
    private enum Form: Sendable, Hashable {
        case from(Int, through: Int?)
        case last(Int)
    }

    private let form: Form

    /// Reads `bytes=0-499`, `bytes=500-` or `bytes=-500`.
    init?(_ field: String) {
        guard field.lowercased().hasPrefix("bytes=") else { return nil }
        let parts = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count <= 18 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        switch (Int(parts[0]), Int(parts[1])) {
        case (let first?, nil) where parts[1].isEmpty: form = .from(first, through: nil)
        case (let first?, let last?) where first <= last: form = .from(first, through: last)
        case (nil, let count?) where parts[0].isEmpty: form = .last(count)
        default: return nil
        }
    }

    /// The bytes of so many that are meant; nil when there are none.
    func bytes(of total: Int) -> Range<Int>? {
        let range =
            switch form {
            case .from(let first, let last): min(first, total)..<min(last.map { $0 + 1 } ?? total, total)
            case .last(let count): max(0, total - count)..<total
            }
        return range.isEmpty ? nil : range
    }
}

extension API.Request {
    /// The range that is asked for, when nothing in the query says which part is meant. `If-Range` asks for the whole, since no state of
    /// these bytes has a tag.
    var byteRange: ByteRange? {
        let others = ["offset", "limit", "tail", "follow"]
        guard http.method == "GET", !http.headers.contains("If-Range"), http.query.allSatisfy({ !others.contains($0.name) }) else {
            return nil
        }
        return http.headers["Range"].flatMap(ByteRange.init)
    }

    /// Answers with a range, however long, piece by piece.
    func reply(
        _ range: ByteRange,
        of total: Int,
        _ fields: HTTPHeaders,
        reading read: (_ offset: Int, _ limit: Int) async throws -> [UInt8]
    ) async throws {
        guard let bytes = range.bytes(of: total) else {
            var fault = APIFault(status: 416, code: "range_not_satisfiable", message: "there are \(total) bytes, and none in that range")
            fault.headers = ["Content-Range": "bytes */\(total)"]
            throw fault
        }
        var fields = fields
        fields["Content-Range"] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(total)"
        fields["Content-Length"] = "\(bytes.count)"
        await writer.start(status: 206, headers: fields)
        var next = bytes.lowerBound
        while next < bytes.upperBound {
            let piece = try await read(next, bytes.upperBound - next)
            // What is missing breaks the answer off, so that the client notices.
            guard !piece.isEmpty else { break }
            try await writer.write(piece)
            next += piece.count
        }
        await writer.finish()
    }
}
