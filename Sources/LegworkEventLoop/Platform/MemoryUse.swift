internal import CLinux

/// How much memory this process uses.
package enum MemoryUse {
    /// The bytes that the allocator has given out and not taken back.
    package static var allocatedBytes: Int { Int(clinux_allocated_bytes()) }
}
