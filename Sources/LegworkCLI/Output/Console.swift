import Glibc
import LegworkCore

/// Where a command writes. Whole lines; broken pipes end the process quietly, as with other commands.
final class Console: Sendable {
    /// Whether standard output is a terminal that shows colours.
    let showsColours: Bool
    /// The width of the terminal; nil when standard output is none.
    let width: Int?

    init(environment: [String: String]) {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        showsColours = isTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
        var size = winsize()
        width = isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : nil
    }

    /// Writes a text and a line break to standard output.
    func print(_ text: String) { write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: STDOUT_FILENO) }

    /// Writes a text and a line break to standard error.
    func error(_ text: String) { write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: STDERR_FILENO) }

    /// Writes bytes to standard output as they are.
    func write(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    private func write(_ bytes: [UInt8], to descriptor: Int32) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), bytes.count - offset) }
            if count > 0 {
                offset += count
            } else if errno == EPIPE {
                // The reader has left: nothing more to say, which is no fault.
                exit(128 + SIGPIPE)
            } else if errno != EINTR, errno != EAGAIN {
                return
            }
        }
    }
}
