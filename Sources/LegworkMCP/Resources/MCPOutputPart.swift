import Legwork
import LegworkCore

/// A part of a task's raw output as a resource: text where it is text, and how to get what is missing. Pure.
struct MCPOutputPart: Sendable {
    private let id: TaskID
    private let body: MCPResourceContents.Body
    private let range: Range<Int>
    private let total: Int
    private let mayGrow: Bool

    /// - Parameters:
    ///   - chunk: the bytes.
    ///   - id: whose they are.
    ///   - startsAnywhere: whether the beginning was not chosen by the reader, so that half a character may be left out there.
    init(_ chunk: OutputChunk, of id: TaskID, startsAnywhere: Bool) {
        self.id = id
        total = chunk.total
        mayGrow = chunk.mayGrow
        let text = OutputText(chunk, startsAnywhere: startsAnywhere)
        let bytes = chunk.bytes[(text.offset - chunk.offset)..<(text.end - chunk.offset)]
        if let exact = String(validating: bytes, as: UTF8.self) {
            body = .text(exact)
            range = text.offset..<text.end
        } else {
            body = .bytes(chunk.bytes)
            range = chunk.offset..<chunk.end
        }
    }

    /// The part; and where it is not all there is, a line before it that says how to get the rest.
    var contents: [MCPResourceContents] {
        let isText = if case .text = body { true } else { false }
        let part = MCPResourceContents(
            body,
            mimeType: isText ? "text/plain" : "application/octet-stream",
            meta: [
                "offset": JSONValue(range.lowerBound), "nextOffset": JSONValue(range.upperBound), "totalBytes": JSONValue(total),
                "mayGrow": .bool(mayGrow),
            ]
        )
        guard range.count < total else { return [part] }
        var hint = "[bytes \(range.lowerBound) to \(range.upperBound) of \(total)."
        if range.lowerBound > 0 { hint += " From the beginning: \(uri(0))." }
        if range.upperBound < total { hint += " What follows: \(uri(range.upperBound))." }
        return [.text(hint + "]"), part]
    }

    private func uri(_ offset: Int) -> String { MCPTaskResource.output(id, offset: offset).uri }
}
