internal import CLinux
import Glibc

/// The system calls about processes, and nothing of policy.
package enum ProcessControl {
    /// Opens a descriptor for a process, which becomes readable when it ends.
    package static func pidfd(of pid: Int32) throws(SystemError) -> Descriptor {
        let number = clinux_pidfd_open(pid)
        guard number >= 0 else { throw .last("open a descriptor for process \(pid)") }
        return Descriptor(owning: number)
    }

    /// Takes the status of a child that has ended; nil while it runs. A status can be taken once: later calls throw `notFound`.
    package static func reap(pidfd: Int32) throws(SystemError) -> ProcessExit? {
        try reap(isPidfd: true, id: id_t(bitPattern: pidfd))
    }

    /// Takes the status of a child by its id, for adopted orphans that have no pidfd. Never waits for "any child": that would steal statuses.
    package static func reap(pid: Int32) throws(SystemError) -> ProcessExit? {
        try reap(isPidfd: false, id: id_t(bitPattern: pid))
    }

    private static func reap(isPidfd: Bool, id: id_t) throws(SystemError) -> ProcessExit? {
        var finished: Int32 = 0
        var code: Int32 = 0
        var status: Int32 = 0
        guard unsafe clinux_wait(isPidfd ? 1 : 0, id, &finished, &code, &status) == 0 else { throw .last("take the status of a child") }
        guard finished != 0 else { return nil }
        switch code {
        // CLD_EXITED, CLD_KILLED and CLD_DUMPED.
        case 1: return .exited(status)
        case 3: return .signalled(status, coreDumped: true)
        default: return .signalled(status, coreDumped: false)
        }
    }

    /// Sends a signal to a process group; false when nobody is left in it.
    ///
    /// Only valid while the leader has not been reaped: afterwards the number may belong to somebody else.
    @discardableResult
    package static func killGroup(_ group: Int32, signal number: Int32) throws(SystemError) -> Bool {
        // 0, 1 and negative numbers mean "my own group", "everybody" and worse.
        guard group > 1 else { throw SystemError(operation: "signal process group \(group)", errno: EINVAL) }
        return try result(of: kill(-group, number), "signal process group \(group)")
    }

    /// Sends a signal to one process; false when it is gone.
    @discardableResult
    package static func kill(pid: Int32, signal number: Int32) throws(SystemError) -> Bool {
        guard pid > 1 else { throw SystemError(operation: "signal process \(pid)", errno: EINVAL) }
        return try result(of: Glibc.kill(pid, number), "signal process \(pid)")
    }

    /// Sends a signal to exactly the process behind a pidfd; false when it is gone.
    @discardableResult
    package static func kill(pidfd: Int32, signal number: Int32) throws(SystemError) -> Bool {
        try result(of: clinux_pidfd_send_signal(pidfd, number), "signal the process of descriptor \(pidfd)")
    }

    private static func kill(_ target: Int32, _ number: Int32) -> Int32 {
        Glibc.kill(target, number)
    }

    private static func result(of code: Int32, _ operation: String) throws(SystemError) -> Bool {
        if code == 0 { return true }
        let error = SystemError.last(operation)
        if error.errno == ESRCH { return false }
        throw error
    }

    /// Makes orphaned grandchildren come to this process instead of to process 1, so that they can be found and ended.
    package static func becomeSubreaper() throws(SystemError) {
        guard clinux_become_subreaper() == 0 else { throw .last("become a subreaper") }
    }

    /// Names this process's main thread as `ps` shows it, up to 15 bytes.
    package static func setProcessName(_ name: String) {
        _ = unsafe name.withCString { unsafe clinux_name_process($0) }
    }

    /// This process's environment as `NAME=value`.
    package static func environment() -> [String] {
        var entries: [String] = []
        guard var cursor = unsafe clinux_environment() else { return [] }
        while let entry = unsafe cursor.pointee {
            unsafe entries.append(String(cString: entry))
            unsafe cursor += 1
        }
        return entries
    }
}
