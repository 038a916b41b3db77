import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization

/// A file that is only appended to, by several processes if need be, and renamed when it has grown large. Its methods block.
final class AppendedFile: Sendable {
    /// How far from the end an entry is looked for that may be there already.
    private static let searchedBytes = 256 << 10
    /// How often the file is opened anew because somebody has renamed it meanwhile.
    private static let maximumTurns = 8

    /// How a line begins and ends by which an entry is known.
    struct Mark: Sendable {
        var start: String
        var end = ""
    }

    /// One at a time, for the file's own lock does not let threads of one process wait.
    private let turn = Lock(())
    private let path: String
    private let maximumBytes: Int
    private let kept: Int

    init(_ configuration: FileChannelConfiguration) {
        path = configuration.path
        maximumBytes = configuration.maximumBytes
        kept = configuration.kept
    }

    /// Appends an entry in one write and has the disk keep it.
    ///
    /// - Returns: false when a line with the mark stands near the end of the file, and nothing was written.
    func append(_ entry: [UInt8], unlessThereIs mark: Mark) throws(ChannelError) -> Bool {
        try turn.withLock { _ throws(ChannelError) in try appendInTurn(entry, mark) }
    }

    private func appendInTurn(_ entry: [UInt8], _ mark: Mark) throws(ChannelError) -> Bool {
        for _ in 0..<Self.maximumTurns {
            let file = try open()
            // Said aloud, for a program that is being started at this moment has the file too, and with it the lock.
            defer { _ = flock(file.number, LOCK_UN) }
            guard let size = try lock(file) else { continue }
            let end = try read(file, from: max(0, size - Self.searchedBytes), to: size)
            if contains(end, mark, fromStart: size <= Self.searchedBytes) { return false }
            if size > 0, size + entry.count > maximumBytes {
                try rename()
                continue
            }
            // A line that a crash cut off must not spoil the one that follows.
            let isWhole = end.isEmpty || end.last == UInt8(ascii: "\n")
            try write(isWhole ? entry : [UInt8(ascii: "\n")] + entry, to: file, size: size)
            return true
        }
        throw ChannelError(.unavailable, "the file is renamed by others again and again")
    }

    private func open() throws(ChannelError) -> Descriptor {
        let flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        while true {
            let number = Glibc.open(path, flags, 0o600)
            if number >= 0 { return Descriptor(owning: number) }
            if errno != EINTR { throw error("opened", errno) }
        }
    }

    /// Keeps other processes out, until the file is closed.
    ///
    /// - Returns: the file's size; nil when it does not have its name any more.
    private func lock(_ file: borrowing Descriptor) throws(ChannelError) -> Int? {
        var (status, named) = (stat(), stat())
        guard fstat(file.number, &status) == 0 else { throw error("looked at", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ChannelError(.misconfigured, "what has the file's name is no file") }
        while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
            let number = errno
            if number == EINTR { continue }
            guard number == EWOULDBLOCK else { throw error("locked", number) }
            throw ChannelError(.unavailable, "another process writes the file", retryAfter: .seconds(1))
        }
        guard lstat(path, &named) == 0, fstat(file.number, &status) == 0 else { return nil }
        return named.st_ino == status.st_ino && named.st_dev == status.st_dev ? Int(status.st_size) : nil
    }

    private func read(_ file: borrowing Descriptor, from start: Int, to end: Int) throws(ChannelError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: end - start)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                return pread(file.number, rest.baseAddress, rest.count, off_t(start + done))
            }
            if count == 0 { break }
            if count > 0 { done += count } else if errno != EINTR { throw error("read", errno) }
        }
        return Array(bytes.prefix(done))
    }

    /// - Parameter isStart: whether the bytes begin where the file does; else their first line is only the end of one.
    private func contains(_ bytes: [UInt8], _ mark: Mark, fromStart isStart: Bool) -> Bool {
        let (start, end) = (Array(mark.start.utf8), Array(mark.end.utf8))
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.dropFirst(isStart ? 0 : 1).contains { $0.starts(with: start) && $0.suffix(end.count).elementsEqual(end) }
    }

    private func write(_ bytes: [UInt8], to file: borrowing Descriptor, size: Int) throws(ChannelError) {
        var count = -1
        repeat { count = bytes.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) } } while count < 0 && errno == EINTR
        let number = count < 0 ? errno : ENOSPC
        guard count == bytes.count else {
            // Half an entry is worse than none.
            if count > 0 { _ = ftruncate(file.number, off_t(size)) }
            throw error("written", number)
        }
        guard fdatasync(file.number) == 0 else { throw error("written", errno) }
    }

    /// Gives the file's name free, and lets the oldest go.
    private func rename() throws(ChannelError) {
        for number in stride(from: kept - 1, through: 1, by: -1) { _ = Glibc.rename("\(path).\(number)", "\(path).\(number + 1)") }
        guard Glibc.rename(path, "\(path).1") == 0 else { throw error("renamed", errno) }
    }

    private func error(_ what: String, _ number: Int32) -> ChannelError {
        let code: ChannelError.Code =
            switch number {
            case ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN: .unavailable
            default: .misconfigured
            }
        let why = number == ELOOP ? "it is a symbolic link, which is not followed" : SystemError(operation: what, errno: number).message
        return ChannelError(code, "the file could not be \(what): \(why)")
    }
}
