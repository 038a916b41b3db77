import Glibc
import LegworkCore

/// Reads lines from a descriptor on a thread of its own, no faster than they are dealt with.
///
/// What a line means is the business of a closure, which is called for one line after the other and must be quick.
package final class LineReader<Line: Sendable>: Sendable {
    /// How many bytes of lines may be in the works; a line counts a little more than it is long, so that short ones are bounded too.
    private static var budget: Int { 64 << 20 }
    private static var costOfLine: Int { 16 << 10 }
    private static var chunk: Int { 64 << 10 }

    private struct State: Sendable {
        var free: Int
        var isStopped = false
    }

    /// A line that was taken; its cost has to be given back when it has been dealt with.
    package struct Item: Sendable {
        /// What the closure made of it.
        package let line: Line
        fileprivate let cost: Int
    }

    /// The lines, in order. Ends when the descriptor does.
    package let items: AsyncStream<Item>
    private let continuation: AsyncStream<Item>.Continuation
    private let input: Int32
    private let begin: @Sendable ([UInt8]?) -> Line
    private let limit: Int
    private let state = Monitor(State(free: LineReader.budget))
    private let (wakeReader, wakeWriter): (Int32, Int32)

    /// - Parameters:
    ///   - input: the descriptor; it is not closed.
    ///   - limit: the most bytes of a line.
    ///   - begin: gets each line, and nil for one that is too long.
    package init(_ input: Int32, limit: Int, _ begin: @escaping @Sendable ([UInt8]?) -> Line) throws(MCPStdioError) {
        (items, continuation) = AsyncStream.makeStream()
        self.input = input
        self.begin = begin
        self.limit = limit
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw MCPStdioError("no pipe can be made", errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (wakeReader, wakeWriter) = (ends[0], ends[1])
    }

    deinit {
        close(wakeReader)
        close(wakeWriter)
    }

    /// Begins to read.
    package func start() throws(MCPStdioError) {
        if let code = BlockingThread.start({ self.read() }) { throw MCPStdioError("no thread can be started", code) }
    }

    /// Ends the reading, wherever it stands.
    package func stop() {
        state.update { $0.isStopped = true }
        var byte: UInt8 = 0
        _ = write(wakeWriter, &byte, 1)
    }

    /// Gives back what a line cost.
    package func release(_ item: Item) { state.update { $0.free += item.cost } }

    private func read() {
        defer { continuation.finish() }
        var framer = LineFramer(limit: limit)
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        while waitForInput() {
            let count = Glibc.read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { break }
            let events = buffer.withUnsafeBytes { framer.append(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            for event in events {
                guard take(event) else { return }
            }
        }
        if let last = framer.finish() { _ = take(last) }
    }

    /// Waits for bytes, the end, or ``stop()``.
    private func waitForInput() -> Bool {
        while true {
            var watched = [pollfd(fd: input, events: Int16(POLLIN), revents: 0), pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0)]
            let count = poll(&watched, 2, -1)
            if count < 0, errno == EINTR { continue }
            return count > 0 && watched[1].revents == 0
        }
    }

    /// Lets the connection begin with a line, once there is room for it.
    private func take(_ event: LineFramer.Event) -> Bool {
        let bytes: [UInt8]?
        switch event {
        case .line(let line): bytes = line
        case .tooLong: bytes = nil
        }
        let cost = min(Self.budget, Self.costOfLine + (bytes?.count ?? 0))
        let goesOn = state.wait { state -> Bool? in
            if state.isStopped { return false }
            guard state.free >= cost else { return nil }
            state.free -= cost
            return true
        }
        guard goesOn else { return false }
        continuation.yield(Item(line: begin(bytes), cost: cost))
        return true
    }
}
