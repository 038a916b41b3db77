import Glibc
import LegworkEventLoop

/// Where a server listens.
enum HTTPEndpoint {
    case unix(String)
    case tcp(UInt16)

    var name: String {
        switch self {
        case .unix: "Unix socket"
        case .tcp: "TCP"
        }
    }

    func connect() throws -> Descriptor {
        switch self {
        case .unix(let path): return try StreamSocket.connect(path: path)
        case .tcp(let port):
            let descriptor = try StreamSocket.connect(loopbackPort: port)
            StreamSocket.setNoDelay(descriptor.number)
            return descriptor
        }
    }

    /// One request on a connection of its own, and what came back.
    func ask(_ request: [UInt8]) throws -> (status: Int, body: [UInt8]) {
        let connection = try HTTPLoadConnection(self, keepsBody: true)
        try connection.send(request)
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while try !connection.receive(&buffer) { try connection.waitForInput() }
        return (connection.answer.status, connection.answer.body)
    }
}

/// One of a generator's connections.
final class HTTPLoadConnection {
    let descriptor: Descriptor
    var answer: AnswerReader
    /// When the request on its way was sent, in nanoseconds.
    var sentAt: UInt64 = 0

    init(_ endpoint: HTTPEndpoint, keepsBody: Bool = false) throws {
        descriptor = try endpoint.connect()
        answer = AnswerReader(keepsBody: keepsBody)
    }

    func send(_ request: [UInt8]) throws {
        answer.reset()
        sentAt = monotonicNanoseconds()
        guard request.withUnsafeBytes({ Descriptor.write(descriptor.number, from: $0, isSocket: true) }) == .bytes(request.count) else {
            throw BenchError("the server takes no request")
        }
    }

    /// Reads what is there; true when the answer is complete.
    func receive(_ buffer: inout [UInt8]) throws -> Bool {
        try buffer.withUnsafeMutableBytes { bytes in
            switch Descriptor.read(descriptor.number, into: bytes) {
            case .bytes(0), .failed: throw BenchError("the server has closed a connection (last status \(answer.status))")
            case .bytes(let count): return answer.read(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            case .wouldBlock: return false
            }
        }
    }

    func waitForInput() throws {
        var wanted = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        if poll(&wanted, 1, 10_000) == 0 { throw BenchError("the server says nothing") }
    }
}

/// Why something cannot be measured.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The clock that all processes of a machine share.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
