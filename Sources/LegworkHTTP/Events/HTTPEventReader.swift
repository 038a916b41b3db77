/// Reads server-sent events out of bytes that come in pieces of any size. Pure: feed it, take the events.
///
/// The source is the HTML standard, section 9.2.6: lines end in LF, CR or CRLF; comments and unknown fields are overlooked; an event
/// without data is none; an event that the end of the stream cuts off is dropped.
public struct HTTPEventReader: Sendable {
    /// The id that the last whole event carried or inherited; send it as `Last-Event-ID` when connecting again. That of an event which was
    /// cut off does not count: it has to be sent again.
    public private(set) var lastEventID: String?
    /// How long the server asks clients to wait before they connect again.
    public private(set) var retry: Duration?

    private let maximumEventSize: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var event: String?
    /// The id that the event being read will have.
    private var id: String?
    private var afterReturn = false
    /// How much of a byte order mark has been seen; nil when it can no longer come.
    private var markBytes: Int? = 0

    /// Makes a reader.
    ///
    /// - Parameter maximumEventSize: the most bytes that one event, or one line, may have (1 MiB).
    public init(maximumEventSize: Int = 1024 * 1024) {
        self.maximumEventSize = maximumEventSize
    }

    /// Takes the next bytes and answers the events that they complete.
    ///
    /// - Throws: `HTTPError` with the code `tooLarge`; the reader is then useless.
    public mutating func read(_ bytes: some Sequence<UInt8>) throws(HTTPError) -> [HTTPServerSentEvent] {
        var events: [HTTPServerSentEvent] = []
        // Bytes that lie side by side, as nearly all do, are read as such; a sequence of another module is slow to ask for each.
        let isTooLarge = bytes.withContiguousStorageIfAvailable { unsafe !take($0, into: &events) } ?? !take(bytes, into: &events)
        if isTooLarge { throw HTTPError(.tooLarge, "An event is larger than \(maximumEventSize) bytes.") }
        return events
    }

    /// False when there is too much.
    private mutating func take(_ bytes: some Sequence<UInt8>, into events: inout [HTTPServerSentEvent]) -> Bool {
        for byte in bytes {
            if skipsMark(byte) { continue }
            let completesReturn = afterReturn && byte == 0x0a
            afterReturn = byte == 0x0d
            if completesReturn { continue }
            if byte == 0x0a || byte == 0x0d {
                if let event = endLine() { events.append(event) }
            } else {
                guard line.count + data.count < maximumEventSize else { return false }
                line.append(byte)
            }
        }
        return true
    }

    /// One byte order mark at the very beginning is no part of the stream.
    private mutating func skipsMark(_ byte: UInt8) -> Bool {
        guard let count = markBytes else { return false }
        let mark: [3 of UInt8] = [0xef, 0xbb, 0xbf]
        if byte == mark[count] {
            markBytes = count == 2 ? nil : count + 1
            return true
        }
        for index in 0..<count { line.append(mark[index]) }
        markBytes = nil
        return false
    }

    private mutating func endLine() -> HTTPServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if line.isEmpty { return endEvent() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == 0x20 { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if hasData { data.append(0x0a) }
            data.append(contentsOf: value)
            hasData = true
        case "event":
            event = String(decoding: value, as: UTF8.self)
        case "id":
            if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
        case "retry":
            if !value.isEmpty, value.count <= 12, value.allSatisfy({ HTTPSyntax.digit($0) != nil }),
                let milliseconds = Int(String(decoding: value, as: UTF8.self))
            {
                retry = .milliseconds(milliseconds)
            }
        default:
            break
        }
        return nil
    }

    private mutating func endEvent() -> HTTPServerSentEvent? {
        defer {
            data.removeAll(keepingCapacity: true)
            hasData = false
            event = nil
        }
        lastEventID = id
        guard hasData else { return nil }
        let name = event.flatMap { $0.isEmpty ? nil : $0 }
        return HTTPServerSentEvent(event: name, id: id, data: String(decoding: data, as: UTF8.self))
    }
}
