public import LegworkCore

/// A part of a task's raw output.
public struct OutputChunk: Sendable, Hashable {
    /// The bytes.
    public var bytes: [UInt8]
    /// Where they begin.
    public var offset: Int
    /// How many bytes there are in all, so far.
    public var total: Int
    /// Whether the task may still write more.
    public var mayGrow: Bool

    /// Where the next part begins.
    public var end: Int { offset + bytes.count }
}

extension TaskManager {
    /// Which part of the raw output to read.
    public enum OutputRange: Sendable, Hashable {
        /// The last bytes, at most so many.
        case tail(Int)
        /// From an offset on, at most so many bytes.
        case from(Int, limit: Int)
    }

    /// The most bytes that are read at once.
    public static let maximumOutputChunk = 1 << 20

    /// Reads a part of a task's raw output. A task that has none gives no bytes.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``; ``TaskManagerError/Code/invalidArgument`` for a negative offset or limit.
    public func output(of id: TaskID, _ range: OutputRange, in scope: Scope) async throws -> OutputChunk {
        let mayGrow = try await task(id, in: scope).status.isSettled == false
        let total = engine.output?.size(of: id) ?? 0
        let (offset, limit) =
            switch range {
            case .tail(let count): (max(0, total - min(count, Self.maximumOutputChunk)), min(count, Self.maximumOutputChunk))
            case .from(let offset, let limit): (offset, min(limit, Self.maximumOutputChunk))
            }
        guard offset >= 0, limit >= 0 else {
            throw TaskManagerError(.invalidArgument, "offset and limit of output must be 0 or more")
        }
        let bytes = try engine.output?.read(id, from: offset, limit: min(limit, max(0, total - offset))) ?? []
        return OutputChunk(bytes: bytes, offset: offset, total: max(total, offset + bytes.count), mayGrow: mayGrow)
    }

    /// Follows a task's raw output from an offset until the task no longer moves. Every part is given once, in order.
    ///
    /// - Parameters:
    ///   - id: the task.
    ///   - offset: the first byte wanted.
    ///   - scope: who reads.
    ///   - body: gets each part; it may throw to end following.
    /// - Throws: ``TaskManagerError/Code/notFound``, `CancellationError`, and what the body throws.
    public func followOutput(of id: TaskID, from offset: Int, in scope: Scope, _ body: (OutputChunk) async throws -> Void) async throws {
        let watch = engine.watchers.watch([id], for: [.settled, .output])
        defer { watch.end() }
        var next = offset
        var signals = watch.signals.makeAsyncIterator()
        while true {
            // Whether it still moves is asked before the bytes are read, so that what was written last is not missed.
            let chunk = try await output(of: id, .from(next, limit: 256 << 10), in: scope)
            next = chunk.end
            if !chunk.bytes.isEmpty {
                try await body(chunk)
                continue
            }
            if !chunk.mayGrow { return }
            guard await signals.next() != nil else { throw CancellationError() }
        }
    }
}
