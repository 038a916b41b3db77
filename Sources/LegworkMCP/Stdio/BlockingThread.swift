import Glibc

/// Threads that may block, which those of Swift's pool must not.
package enum BlockingThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread.
    ///
    /// - Throws: ``MCPStdioError`` when the system has none left.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(MCPStdioError) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(body))
        let code = pthread_create(&thread, nil, runBoxedBody, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw MCPStdioError("no thread can be started", code)
        }
        pthread_detach(thread)
    }

    fileprivate static func run(_ box: UnsafeMutableRawPointer) {
        // A write to a pipe that nobody reads is an error to be told of, not the end of the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        Unmanaged<Body>.fromOpaque(box).takeRetainedValue().run()
    }
}

private func runBoxedBody(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let box { BlockingThread.run(box) }
    return nil
}
