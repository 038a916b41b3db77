import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization

/// A child process that leads its own session and group, from its start until its status is taken.
package final class LaunchedProcess: Sendable {
    /// Which process it is. The pid is also the number of its group and session.
    package let identity: ProcessIdentity
    /// A descriptor that becomes readable when it ends; valid until it is reaped.
    let pidfd: Int32
    /// Nil when it has been reaped.
    private let handle: Lock<Descriptor?>

    init(_ process: consuming SpawnedProcess) {
        let pid = process.pid
        let descriptor = Descriptor(owning: process.releaseDescriptor())
        pidfd = descriptor.number
        handle = Lock(descriptor)
        // Even if it has ended already: it stays in the table until it is reaped.
        identity = ProcessIdentity(pid: pid, startTime: ProcessTable.startTime(of: pid) ?? 0)
    }

    /// Signals the whole group; false when it is over, or nobody in it may be signalled.
    @discardableResult
    func signalGroup(_ number: Int32) -> Bool {
        handle.withLock { handle in
            // Once the leader is reaped, the number may be given to somebody else.
            guard handle != nil else { return false }
            return (try? ProcessControl.killGroup(identity.pid, signal: number)) ?? false
        }
    }

    /// Takes the status; nil while the process runs, and after the first time.
    func reap() -> ProcessExit? {
        handle.withLock { handle in
            guard handle != nil else { return nil }
            do throws(SystemError) {
                guard let exit = try ProcessControl.reap(pidfd: pidfd) else { return nil }
                handle = nil
                return exit
            } catch {
                // Somebody else has taken it, or this process ignores SIGCHLD, which throws every status away.
                handle = nil
                return nil
            }
        }
    }

    /// Whether its status has been taken, by this object or somebody else, so that its pid may be another's by now.
    var isReaped: Bool { handle.withLock { $0 == nil } }

    /// Whether anybody, even a zombie, is in the group after the leader was reaped.
    var hasLeftOthers: Bool {
        // Signal 0 asks and does nothing, so that it would do no harm if the number were somebody else's by now.
        (try? ProcessControl.killGroup(identity.pid, signal: 0)) ?? true
    }

    /// Kills it and waits for its end, which comes at once. Only for a process that has just been started.
    func killAndWait() {
        signalGroup(SIGKILL)
        var descriptor = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&descriptor, 1, 1000)
    }
}

extension ProcessIdentity {
    /// Sends a signal to exactly this process; false when it is gone or may not be signalled.
    @discardableResult
    func signal(_ number: Int32) -> Bool {
        // The descriptor holds on to whoever has the pid now; then there is time to see whether that is the one who is meant.
        guard let pidfd = try? ProcessControl.pidfd(of: pid), ProcessTable.startTime(of: pid) == startTime else { return false }
        return (try? ProcessControl.kill(pidfd: pidfd.number, signal: number)) ?? false
    }
}
