/// The last bytes of a stream of any length.
package struct TailBuffer: Sendable {
    /// How many bytes are kept.
    package let capacity: Int
    /// How many bytes came by in all.
    package private(set) var total = 0
    private var storage: [UInt8] = []

    /// Makes an empty buffer.
    package init(capacity: Int) {
        self.capacity = max(capacity, 0)
    }

    /// The last bytes, at most `capacity`.
    package var bytes: ArraySlice<UInt8> { storage.suffix(capacity) }

    /// Takes the next bytes of the stream.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        total += bytes.count
        if bytes.count >= capacity {
            storage.removeAll(keepingCapacity: true)
            storage.append(contentsOf: bytes.suffix(capacity))
            return
        }
        // Room for twice the capacity, so that bytes are moved once in a while and not at every append.
        if storage.count + bytes.count > 2 * capacity {
            storage.removeFirst(storage.count - (capacity - bytes.count))
        }
        storage.append(contentsOf: bytes)
    }
}
