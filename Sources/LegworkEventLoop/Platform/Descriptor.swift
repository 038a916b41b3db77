internal import CLinux
import Glibc

/// Owns a file descriptor and closes it at the end of its life.
package struct Descriptor: ~Copyable, Sendable {
    /// The number; borrowed, never to be closed by the reader.
    package let number: Int32

    /// Takes over an open descriptor.
    package init(owning number: Int32) {
        self.number = number
    }

    deinit {
        // Linux frees the number even when close is interrupted, so it must not be repeated.
        _ = close(number)
    }

    /// Gives the descriptor up: the caller closes it from now on.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    /// What a read or write on a non-blocking descriptor came to.
    package enum Transfer: Sendable, Hashable {
        /// So many bytes went over; a read of none is the end of the stream.
        case bytes(Int)
        /// Nothing can be moved now: wait for the descriptor to become ready.
        case wouldBlock
        /// The descriptor is broken; the value is the error number.
        case failed(Int32)
    }

    /// Reads once into a buffer.
    package static func read(_ number: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let count = unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
            if count >= 0 { return .bytes(count) }
            let code = errno
            if code == EINTR { continue }
            return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
        }
    }

    /// Writes once from a buffer. A broken pipe is an error, never a signal, on sockets; for pipes see `EventLoop.ignoreBrokenPipes()`.
    package static func write(_ number: Int32, from buffer: UnsafeRawBufferPointer, isSocket: Bool = false) -> Transfer {
        while true {
            let count =
                if isSocket {
                    unsafe Glibc.send(number, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
                } else {
                    unsafe Glibc.write(number, buffer.baseAddress, buffer.count)
                }
            if count >= 0 { return .bytes(count) }
            let code = errno
            if code == EINTR { continue }
            return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
        }
    }

    /// Makes reads and writes return at once instead of waiting.
    package static func setNonblocking(_ number: Int32) throws(SystemError) {
        guard clinux_set_nonblocking(number) == 0 else { throw .last("set descriptor \(number) non-blocking") }
    }

    /// A new pipe, closed on exec. The caller owns both ends; wrap them in `Descriptor(owning:)`.
    package static func pipe(nonblocking: Bool = false) throws(SystemError) -> (read: Int32, write: Int32) {
        var ends: [2 of Int32] = [-1, -1]
        let result = unsafe withUnsafeMutablePointer(to: &ends) { pointer in
            unsafe pointer.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe clinux_pipe($0, nonblocking ? 1 : 0) }
        }
        guard result == 0 else { throw .last("create a pipe") }
        return (ends[0], ends[1])
    }
}
