import Glibc
import LegworkCore
import Synchronization

/// What the daemon has to say: lines with the time, on standard error.
///
/// A daemon that was started by another command has its standard error in the state folder's `daemon.log`.
public final class DaemonLog: Sendable {
    private let lock = Lock(())

    /// Makes a log.
    public init() {}

    /// Writes a line. Control characters are made visible, so that one entry is one line.
    public func write(_ text: String) {
        var line = "\(Timestamp.now) "
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar.value == 0x7F {
                line += scalar.escaped(asASCII: true)
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        line += "\n"
        let bytes = Array(line.utf8)
        lock.withLock { _ in
            var offset = 0
            while offset < bytes.count {
                let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress?.advanced(by: offset), bytes.count - offset) }
                if count <= 0 { return }
                offset += count
            }
        }
    }
}
