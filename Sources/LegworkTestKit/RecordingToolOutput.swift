public import LegworkCore

/// Output that stays in memory, can be waited for, and can be made to fail.
public final class RecordingToolOutput: ToolOutput {
    /// What a failing output throws.
    public struct Failure: Error, CustomStringConvertible {
        /// What is wrong.
        public let description: String

        /// Makes an error.
        public init(description: String) { self.description = description }
    }

    private struct State {
        var bytes: [UInt8] = []
        var count = 0
    }

    /// A path that does not exist.
    public let location: String
    private let limit: Int
    private let failsAt: Int
    private let onAppend: (@Sendable (UnsafeRawBufferPointer, Int) -> Void)?
    private let state = ObservedState(State())

    /// Makes an empty output.
    ///
    /// - Parameters:
    ///   - location: what it says of its place.
    ///   - limit: how many bytes are kept; further ones are counted and dropped.
    ///   - failsAt: the number of bytes from which on appending fails, as on a full disk.
    ///   - onAppend: sees all bytes as they come, and their offset.
    public init(
        location: String = "/nowhere/output.log",
        limit: Int = .max,
        failsAt: Int = .max,
        onAppend: (@Sendable (UnsafeRawBufferPointer, Int) -> Void)? = nil
    ) {
        self.location = location
        self.limit = limit
        self.failsAt = failsAt
        self.onAppend = onAppend
    }

    /// What was kept.
    public var bytes: [UInt8] { state.value.bytes }
    /// What was kept, as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
    /// How many bytes came, those beyond the limit included.
    public var byteCount: Int { state.value.count }
    /// Whether bytes were dropped.
    public var isTruncated: Bool { byteCount > limit }

    /// Returns when the output contains a text.
    public func contains(_ text: String) async {
        await state.wait { String(decoding: $0.bytes, as: UTF8.self).contains(text) }
    }

    /// Returns when a condition holds of what was kept.
    public func matches(_ condition: @escaping @Sendable ([UInt8]) -> Bool) async {
        await state.wait { condition($0.bytes) }
    }

    /// Keeps bytes.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
        let offset = byteCount
        if offset + bytes.count > failsAt { throw Failure(description: "no space left on device") }
        onAppend?(bytes, offset)
        state.change { state in
            state.bytes.append(contentsOf: bytes.prefix(max(0, limit - state.bytes.count)))
            state.count += bytes.count
        }
    }

    /// The last bytes kept.
    public func tail(_ count: Int) throws -> [UInt8] { bytes.suffix(count) }
}
