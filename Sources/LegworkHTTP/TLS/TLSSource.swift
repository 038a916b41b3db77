import Glibc
import LegworkCore
import Synchronization

/// Gives each new connection the certificate as it is in its files now: who renews it need not restart the server.
final class TLSSource: Sendable {
    /// What shows that a file has become another.
    private struct Stamp: Sendable, Hashable {
        var inode: UInt64 = 0
        var size: Int64 = 0
        var seconds: Int = 0
        var nanoseconds: Int = 0

        init(_ path: String) {
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return }
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    private struct State {
        var context: TLSContext
        /// The files as they were when they were last read, also in vain.
        var stamps: [Stamp]
    }

    private let files: TLSFiles
    private let onProblem: @Sendable (String) -> Void
    private let state: Lock<State>

    /// - Throws: `HTTPError` with the code `tlsFailed`.
    init(_ files: TLSFiles, onProblem: @escaping @Sendable (String) -> Void) throws(HTTPError) {
        self.files = files
        self.onProblem = onProblem
        let stamps = Self.stamps(files)
        state = Lock(State(context: try TLSContext(files), stamps: stamps))
    }

    /// The newest certificate that could be read.
    func current() -> TLSContext {
        let stamps = Self.stamps(files)
        let (context, isChanged) = state.withLock { state in
            defer { state.stamps = stamps }
            return (state.context, state.stamps != stamps)
        }
        guard isChanged else { return context }
        do throws(HTTPError) {
            let renewed = try TLSContext(files)
            state.withLock { $0.context = renewed }
            return renewed
        } catch {
            // Half of a change, perhaps: the other half changes the files again, and they are read again.
            onProblem("the certificate that was in use stays in use: \(error.message)")
            return context
        }
    }

    private static func stamps(_ files: TLSFiles) -> [Stamp] { [Stamp(files.certificate), Stamp(files.key)] }
}
