import Glibc
import Synchronization

/// Addresses of this machine that only one test uses.
package enum LoopbackAddress {
    private static let count = Atomic(0)

    /// An address of 127.0.0.0/8 that no other test of this process is given, and hardly one of another.
    ///
    /// For servers that go away and come back: at an address of their own nobody else is given their port meanwhile, so
    /// that who connects is refused.
    package static func own() -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        return "127.\(64 + Int(getpid()) % 64).\(number / 254 % 256).\(1 + number % 254)"
    }
}
