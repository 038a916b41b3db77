internal import CLinux
import Glibc

extension ProcessControl {
    /// Starts a child: default signal actions, no blocked signals, no descriptors but those named.
    ///
    /// - Throws: `SystemError` with the code `notFound` or `permissionDenied` when the program or folder cannot be used.
    package static func spawn(_ request: SpawnRequest) throws(SystemError) -> SpawnedProcess {
        let operation = "start \(request.executable)"
        let texts = [request.executable, request.workingDirectory ?? ""] + request.arguments + (request.environment ?? [])
        guard !request.arguments.isEmpty, !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw SystemError(operation: operation, errno: EINVAL, message: "arguments must not be empty or contain a zero byte")
        }
        guard request.descriptors.keys.allSatisfy({ (0..<64).contains($0) }) else {
            throw SystemError(operation: operation, errno: EINVAL, message: "the child's descriptors must be 0 to 63")
        }

        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let borrowed = try unsafe place(request.descriptors, in: &actions, operation)
        defer { for number in borrowed { close(number) } }
        if let folder = request.workingDirectory {
            try check(unsafe folder.withCString { unsafe clinux_add_chdir(&actions, $0) }, operation)
        }

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        try check(unsafe posix_spawnattr_setsigmask(&attributes, &signals), operation)
        unsafe sigfillset(&signals)
        try check(unsafe posix_spawnattr_setsigdefault(&attributes, &signals), operation)
        try check(unsafe posix_spawnattr_setflags(&attributes, clinux_spawn_flags(request.newSession ? 1 : 0)), operation)

        var pid: pid_t = 0
        let code = unsafe withCStrings(request.arguments) { arguments in
            unsafe withCStrings(request.environment ?? environment()) { environment in
                unsafe posix_spawnp(&pid, request.executable, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw startFailure(request, code) }
        do throws(SystemError) {
            return SpawnedProcess(pid: pid, pidfd: try pidfd(of: pid))
        } catch {
            // Without a pidfd nobody would ever learn of its end: better not to have started it.
            _ = Glibc.kill(request.newSession ? -pid : pid, SIGKILL)
            _ = waitpid(pid, nil, 0)
            throw error
        }
    }

    /// Maps the descriptors into the child and closes all others there. Answers the temporary duplicates, to be closed after the spawn.
    private static func place(
        _ descriptors: [Int32: Int32],
        in actions: inout posix_spawn_file_actions_t,
        _ operation: String
    ) throws(SystemError) -> [Int32] {
        let lowest = (descriptors.keys.max() ?? -1) + 1
        var duplicates: [Int32] = []
        do throws(SystemError) {
            for (child, source) in descriptors.sorted(by: { $0.key < $1.key }) {
                var from = source
                // A source within the child's range could be overwritten by an earlier mapping.
                if source < lowest {
                    from = clinux_duplicate_above(source, lowest)
                    guard from >= 0 else { throw .last(operation) }
                    duplicates.append(from)
                }
                try check(unsafe posix_spawn_file_actions_adddup2(&actions, from, child), operation)
            }
            for unused in 0..<lowest where descriptors[unused] == nil {
                try check(unsafe posix_spawn_file_actions_addclose(&actions, unused), operation)
            }
            try check(unsafe clinux_add_closefrom(&actions, lowest), operation)
        } catch {
            for number in duplicates { close(number) }
            throw error
        }
        return duplicates
    }

    private static func check(_ code: Int32, _ operation: String) throws(SystemError) {
        guard code == 0 else { throw SystemError(operation: operation, errno: code) }
    }

    /// The kernel's answer is the same for a missing folder and a missing program: tell them apart.
    private static func startFailure(_ request: SpawnRequest, _ code: Int32) -> SystemError {
        if let folder = request.workingDirectory, unsafe access(folder, X_OK) != 0 {
            return SystemError(operation: "start \(request.executable) in \(folder)", errno: errno)
        }
        return SystemError(operation: "start \(request.executable)", errno: code)
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { unsafe pointers[index] = strdup(string) }
        unsafe pointers[strings.count] = nil
        defer {
            for index in strings.indices { unsafe free(pointers[index]) }
            unsafe pointers.deallocate()
        }
        return unsafe body(pointers)
    }
}
