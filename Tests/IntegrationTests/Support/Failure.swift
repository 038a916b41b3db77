import Glibc

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// A system call that failed.
    static func system(_ operation: String) -> Failure { Failure("cannot \(operation): \(String(cString: strerror(errno)))") }
}
