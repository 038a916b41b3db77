import Glibc

/// Finds the end of an answer, as cheaply as a generator of load has to. It believes what the server says.
struct AnswerReader {
    private enum State {
        case status, fields, fixed(Int), chunkSize, chunk(Int), chunkEnd, ended
    }

    private(set) var status = 0
    /// The bytes of the body that have come.
    private(set) var length = 0
    /// The body, where it is kept.
    var body: [UInt8] = []
    private let keepsBody: Bool
    private var state = State.status
    private var remaining = 0
    private var isChunked = false
    private var line: [UInt8] = []

    init(keepsBody: Bool = false) { self.keepsBody = keepsBody }

    /// Whether the head has come.
    var hasHead: Bool {
        switch state {
        case .status, .fields: false
        case .fixed, .chunkSize, .chunk, .chunkEnd, .ended: true
        }
    }

    /// Takes bytes.
    ///
    /// - Returns: whether the answer is complete.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            switch state {
            case .status, .fields, .chunkSize, .chunkEnd:
                guard takeLine(&rest) else { return false }
                endLine()
                line.removeAll(keepingCapacity: true)
            case .fixed(let left): state = take(left, &rest).map { .fixed($0) } ?? .ended
            case .chunk(let left): state = take(left, &rest).map { .chunk($0) } ?? .chunkEnd
            case .ended: return true
            }
        }
        if case .ended = state { return true }
        return false
    }

    /// Makes ready for the next answer.
    mutating func reset() {
        (state, length, remaining, isChunked) = (.status, 0, 0, false)
        body.removeAll(keepingCapacity: true)
    }

    private mutating func takeLine(_ rest: inout UnsafeRawBufferPointer) -> Bool {
        guard let start = rest.baseAddress, let end = memchr(start, 0x0a, rest.count) else {
            line.append(contentsOf: rest)
            return false
        }
        let count = UnsafeRawPointer(end) - start + 1
        line.append(contentsOf: rest[..<count])
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return true
    }

    /// What is missing then; nil when nothing is.
    private mutating func take(_ left: Int, _ rest: inout UnsafeRawBufferPointer) -> Int? {
        let count = min(left, rest.count)
        if keepsBody { body.append(contentsOf: rest[..<count]) }
        length += count
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return count == left ? nil : left - count
    }

    private mutating func endLine() {
        switch state {
        case .status:
            status = line.count > 12 ? Int(String(decoding: line[9..<12], as: UTF8.self)) ?? 0 : 0
            state = .fields
        case .fields:
            if line.count == 2 {
                state = isChunked ? .chunkSize : remaining == 0 ? .ended : .fixed(remaining)
            } else if has("content-length:") {
                remaining = line.reduce(0) { (0x30...0x39).contains($1) ? $0 * 10 + Int($1 - 0x30) : $0 }
            } else if has("transfer-encoding:") {
                isChunked = true
            }
        case .chunkSize:
            let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) ?? 0
            remaining = size
            state = size == 0 ? .chunkEnd : .chunk(size)
        case .chunkEnd: state = remaining == 0 ? .ended : .chunkSize
        case .fixed, .chunk, .ended: break
        }
    }

    private func has(_ name: StaticString) -> Bool {
        guard line.count > name.utf8CodeUnitCount else { return false }
        for index in 0..<name.utf8CodeUnitCount where line[index] | 0x20 != name.utf8Start[index] | 0x20 { return false }
        return true
    }
}
