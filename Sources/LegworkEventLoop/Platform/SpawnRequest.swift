/// Everything that starting a child process needs.
package struct SpawnRequest: Sendable {
    /// The program: a path, or a bare name that is looked up in this process's `PATH`.
    package var executable: String
    /// The arguments, the program's own name first.
    package var arguments: [String]
    /// The whole environment as `NAME=value`; nil hands on this process's.
    package var environment: [String]?
    /// Where the child starts; nil is where this process is.
    package var workingDirectory: String?
    /// The child's descriptors by number, with the open descriptor here that each is made from. What is not named is closed in the child.
    package var descriptors: [Int32: Int32]
    /// Whether the child leads a session and process group of its own, so that `killGroup` reaches its children too.
    package var newSession: Bool

    /// Describes a child. Standard input, output and error are borrowed and stay open here.
    package init(
        executable: String,
        arguments: [String],
        environment: [String]? = nil,
        workingDirectory: String? = nil,
        standardInput: Int32,
        standardOutput: Int32,
        standardError: Int32,
        newSession: Bool = true
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.descriptors = [0: standardInput, 1: standardOutput, 2: standardError]
        self.newSession = newSession
    }
}

/// A child that runs, and the descriptor that tells when it has ended.
package struct SpawnedProcess: ~Copyable, Sendable {
    /// The process id; with a new session also its group and session id.
    package let pid: Int32
    /// Becomes readable when the process ends, and cannot be confused with a later process of the same id.
    package let pidfd: Descriptor

    package init(pid: Int32, pidfd: consuming Descriptor) {
        self.pid = pid
        self.pidfd = pidfd
    }

    /// Gives up the ownership of the pidfd: the caller closes it.
    package consuming func releaseDescriptor() -> Int32 {
        pidfd.release()
    }
}
