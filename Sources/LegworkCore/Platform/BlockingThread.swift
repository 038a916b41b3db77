#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Threads of our own, for calls that block: the cooperative pool has only as many threads as the machine has cores.
package enum BlockingThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread that runs a body and ends.
    ///
    /// - Returns: nil when it runs; the system's error number when there is no further thread, and the body is dropped.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Int32? {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(body))
        let code = pthread_create(&thread, nil, runBoxedBody, box.toOpaque())
        guard code == 0 else {
            box.release()
            return code
        }
        pthread_detach(thread)
        return nil
    }

    /// Runs a body that may block on a thread of its own, and waits for it without blocking the caller's.
    ///
    /// - Parameters:
    ///   - body: what is to be run.
    ///   - refusal: makes the error to throw of the system's error number when there is no further thread.
    package static func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value,
        orThrow refusal: (Int32) -> Failure
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            let code = start {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if let code { continuation.resume(returning: .failure(refusal(code))) }
        }
        return try result.get()
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
