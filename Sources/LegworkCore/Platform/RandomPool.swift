import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif
/// The system's randomness, fetched in blocks: every new task needs two or three numbers, and a system call for each of them costs a
/// noticeable part of making one.
struct RandomPool: RandomNumberGenerator {
    private static let pool = Lock<[UInt64]>([])

    /// A number that nobody can guess.
    func next() -> UInt64 {
        Self.pool.withLock { numbers in
            if let number = numbers.popLast() { return number }
            Self.fill(&numbers)
            return numbers.popLast() ?? .random(in: .min ... .max)
        }
    }

    private static func fill(_ numbers: inout [UInt64]) {
        // As much as the call gives at once; see getentropy(3).
        let bytes = 256
        numbers = [UInt64](unsafeUninitializedCapacity: bytes / MemoryLayout<UInt64>.stride) { buffer, count in
            guard let start = buffer.baseAddress, unsafe getentropy(start, bytes) == 0 else { return }
            count = buffer.count
        }
    }
}
