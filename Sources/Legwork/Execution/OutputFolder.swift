import Glibc
import LegworkCore
import Synchronization

/// The folder that holds one file of raw output per task.
struct OutputFolder: Sendable {
    let path: String
    let limit: Int

    func file(of id: TaskID) -> String { "\(path)/\(id).log" }

    func open(_ id: TaskID, onGrowth: @escaping @Sendable () -> Void) throws -> OutputFile {
        _ = mkdir(path, 0o700)
        return try OutputFile(path: file(of: id), limit: limit, onGrowth: onGrowth)
    }

    /// Removes a task's file; that there is none is no mistake.
    ///
    /// - Returns: what is wrong with one that cannot be removed.
    @discardableResult
    func remove(_ id: TaskID) -> OutputError? {
        unlink(file(of: id)) == 0 || errno == ENOENT ? nil : OutputError("cannot remove", file(of: id), errno)
    }

    /// The number of bytes there are; nil when there is no file.
    func size(of id: TaskID) -> Int? {
        var status = stat()
        return stat(file(of: id), &status) == 0 ? Int(status.st_size) : nil
    }

    /// Reads a part of the output.
    ///
    /// - Returns: the bytes from an offset, at most so many; nil when there is no file.
    func read(_ id: TaskID, from offset: Int, limit: Int) throws -> [UInt8]? {
        let descriptor = Glibc.open(file(of: id), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw OutputError("cannot open", file(of: id), errno)
        }
        defer { Glibc.close(descriptor) }
        return try OutputFile.read(descriptor, path: file(of: id), from: offset, limit: limit)
    }
}

/// A fault of the file system at the raw output of a task.
struct OutputError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ what: String, _ path: String, _ number: Int32) {
        let hint =
            switch number {
            case ENOSPC, EDQUOT: "; free some space"
            case EACCES, EPERM, EROFS: "; make the folder writable, or choose another state folder"
            default: ""
            }
        description = "\(what) the output file \(path): \(String(cString: strerror(number)))\(hint)"
    }
}

/// One task's raw output, as it is written.
final class OutputFile: ToolOutput {
    private struct State {
        var count: Int
        var kept: Int
    }

    let location: String
    private let descriptor: Int32
    private let limit: Int
    private let state: Lock<State>
    private let onGrowth: @Sendable () -> Void

    /// Opens the file for appending; a later attempt goes on where an earlier one ended.
    init(path: String, limit: Int, onGrowth: @escaping @Sendable () -> Void) throws {
        location = path
        self.limit = limit
        self.onGrowth = onGrowth
        descriptor = try Self.open(path)
        let size = Int(lseek(descriptor, 0, SEEK_END))
        state = Lock(State(count: size, kept: size))
    }

    /// Opens the file and says, to every process that may look for leftovers, that it is in use: by a lock, which ends with whoever has it.
    private static func open(_ path: String) throws -> Int32 {
        while true {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw OutputError("cannot make", path, errno) }
            while flock(descriptor, LOCK_SH) != 0, errno == EINTR {}
            // Between the two it may have been taken for a leftover.
            var status = stat()
            if fstat(descriptor, &status) != 0 || status.st_nlink > 0 { return descriptor }
            Glibc.close(descriptor)
        }
    }

    deinit { close(descriptor) }

    var byteCount: Int { state.withLock { $0.count } }

    /// How many bytes the file holds.
    var keptBytes: Int { state.withLock { $0.kept } }

    var isTruncated: Bool { state.withLock { $0.count > $0.kept } }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { return }
        let room = state.withLock { state in
            state.count += bytes.count
            return limit - state.kept
        }
        var written = 0
        let kept = min(bytes.count, max(0, room))
        while written < kept {
            let count = write(descriptor, bytes.baseAddress?.advanced(by: written), kept - written)
            if count < 0 {
                if errno == EINTR { continue }
                throw OutputError("cannot write to", location, errno)
            }
            written += count
            state.withLock { $0.kept += count }
        }
        onGrowth()
    }

    func tail(_ count: Int) throws -> [UInt8] {
        let kept = state.withLock { $0.kept }
        return try Self.read(descriptor, path: location, from: max(0, kept - count), limit: count)
    }

    static func read(_ descriptor: Int32, path: String, from offset: Int, limit: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let got = pread(descriptor, buffer.baseAddress?.advanced(by: count), limit - count, off_t(offset + count))
                if got < 0 {
                    if errno == EINTR { continue }
                    throw OutputError("cannot read", path, errno)
                }
                if got == 0 { break }
                count += got
            }
        }
    }
}
