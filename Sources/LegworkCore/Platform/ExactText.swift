/// Text that is compared byte for byte, as a store on disk compares it. Swift's own `==` takes "é" of one scalar and "é" of two for the
/// same, and what is the same in one store must not be two things in another.
package struct ExactText: Sendable, Hashable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (left: ExactText, right: ExactText) -> Bool { left.text.isExactly(right.text) }

    package func hash(into hasher: inout Hasher) { text.hashExactly(into: &hasher) }
}

extension String {
    /// Whether another text has the same UTF-8 bytes.
    package func isExactly(_ other: String) -> Bool {
        // What differs to Swift differs in its bytes too, and finding that out is fast.
        self == other && utf8.elementsEqual(other.utf8)
    }

    /// Hashes the UTF-8 bytes.
    package func hashExactly(into hasher: inout Hasher) {
        let isHashed: Void? = utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        if isHashed == nil { for byte in utf8 { hasher.combine(byte) } }
        hasher.combine(0xff as UInt8)
    }
}

extension String? {
    /// Whether another text has the same UTF-8 bytes, or both are missing.
    package func isExactly(_ other: String?) -> Bool {
        switch (self, other) {
        case (nil, nil): true
        case (let mine?, let other?): mine.isExactly(other)
        case (nil, _), (_, nil): false
        }
    }
}
