import Glibc
import LegworkCore
import LegworkEventLoop

/// Prints a command's output while it runs, until it ends, its window passes, or the person at the terminal leaves.
struct RunFollower: Sendable {
    enum End: Sendable {
        /// The task no longer moves.
        case ended
        /// The task goes on alone, and why.
        case left(String)
    }

    private enum Event: Sendable {
        case ended
        case failed(any Error)
        case window
        case detach
        case interrupt
    }

    let client: DaemonClient
    let console: Console
    let id: String
    let prints: Bool

    /// Follows. When it returns, nothing more is printed, and what was printed is whole lines if the task goes on alone.
    func follow(window: Duration?) async throws -> End {
        let (events, sender) = AsyncStream.makeStream(of: Event.self)
        let keys = DetachKey(loop: client.loop) { sender.yield(.detach) }
        defer { keys.restore() }
        let interrupt = try client.loop.onSignal(SIGINT) { sender.yield(.interrupt) }
        defer { interrupt.cancel() }
        let timer = try window.map { window in try client.loop.schedule(after: window) { sender.yield(.window) } }
        defer { timer?.cancel() }
        let output = Task { await printOutput(sender) }
        defer { output.cancel() }

        var isCancelling = false
        for await event in events {
            switch event {
            case .ended: return .ended
            case .failed(let error): throw error
            case .window:
                if !isCancelling { return await leave(output, "still running after \(TaskTable.short(window ?? .zero))") }
            case .detach:
                if !isCancelling { return await leave(output, "detached") }
            case .interrupt:
                if isCancelling { throw CLIError(.interrupted, "not waiting for \(id) to stop; legwork show \(id)") }
                isCancelling = true
                if prints { console.error("legwork: cancelling; Ctrl-C again does not wait for it") }
                _ = try await client.post("/v1/tasks/\(id)/cancel", [:])
            }
        }
        throw CancellationError()
    }

    /// - Returns: the last byte that was printed.
    private func printOutput(_ sender: AsyncStream<Event>.Continuation) async -> UInt8? {
        var last: UInt8?
        do {
            try await client.output(of: id, query: "follow=1") { chunk in
                // What has arrived and is not printed yet can be read in the task's output like what comes later.
                guard prints, !Task.isCancelled else { return }
                console.write(chunk)
                last = chunk.last ?? last
            }
            sender.yield(.ended)
        } catch {
            sender.yield(.failed(error))
        }
        return last
    }

    private func leave(_ output: Task<UInt8?, Never>, _ why: String) async -> End {
        output.cancel()
        if let last = await output.value, last != 0x0A { console.write([0x0A]) }
        return .left(why)
    }
}
