import LegworkCore
import Synchronization

/// Keeps nothing: a command's own report has the end of its output.
package final class DiscardedOutput: ToolOutput {
    private let count = Atomic(0)

    package let location = ""
    package var byteCount: Int { count.load(ordering: .relaxed) }
    package let isTruncated = false

    /// An output that nobody reads.
    package init() {}

    package func append(_ bytes: UnsafeRawBufferPointer) {
        count.wrappingAdd(bytes.count, ordering: .relaxed)
    }

    package func tail(_ count: Int) -> [UInt8] { [] }
}
