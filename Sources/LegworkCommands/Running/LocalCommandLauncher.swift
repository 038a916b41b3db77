import Glibc
package import LegworkEventLoop

/// Starts commands as children of this process.
package struct LocalCommandLauncher: CommandLauncher {
    private let loop: EventLoop
    private let configuration: RunCommandConfiguration

    /// Makes a launcher.
    ///
    /// - Parameter loop: moves input and output; the output is written down on its thread.
    package init(loop: EventLoop, configuration: RunCommandConfiguration) {
        self.loop = loop
        self.configuration = configuration
    }

    package func launch(_ launch: CommandLaunch) async throws(CommandError) -> any RunningCommand {
        do throws(SystemError) {
            let family = try ProcessFamily.current()
            let (loop, configuration) = (loop, configuration)
            let started = await family.run {
                Result { () throws(SystemError) in
                    try LocalCommand(launch, configuration: configuration, loop: loop, family: family)
                }
            }
            let command = try started.get()
            try await Self.begin(command, on: loop)
            return command
        } catch {
            throw CommandError(starting: launch.request, error)
        }
    }

    private static func begin(_ command: LocalCommand, on loop: EventLoop) async throws(SystemError) {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, SystemError>, Never>) in
            let isHeard = loop.execute {
                continuation.resume(returning: Result { () throws(SystemError) in try command.begin() })
            }
            if !isHeard {
                command.abandon()
                let error = SystemError(operation: "watch a command", errno: ESHUTDOWN, message: "the event loop has stopped")
                continuation.resume(returning: .failure(error))
            }
        }
        try result.get()
    }
}

extension CommandError {
    /// Says why a checked command could not be started all the same.
    fileprivate init(starting request: CommandRequest, _ error: SystemError) {
        let program = "'\(request.executable)'"
        switch error.errno {
        case E2BIG:
            self = ArgumentSpace.tooLarge()
        case ENOEXEC:
            self.init(
                .notExecutable,
                "\(program) is no program this system can run (a script without a '#!' line, or made for another machine); "
                    + "give it to its interpreter, such as [\"sh\", \"\(request.executable)\"]",
                underlying: error
            )
        case ENOENT where unsafe access(request.executable, F_OK) == 0 && access(request.directory, F_OK) == 0:
            self.init(
                .notExecutable,
                "\(program) cannot be run: the interpreter or loader that it names does not exist (see its '#!' line)",
                underlying: error
            )
        case EMFILE, ENFILE, EAGAIN, ENOMEM:
            self.init(
                .cannotStart,
                "\(program) could not be started, for the system has run out of descriptors, processes or memory (\(error.message)); "
                    + "try again when other commands have ended",
                underlying: error
            )
        default:
            self.init(.cannotStart, "\(program) could not be started: \(error.message)", underlying: error)
        }
    }
}
