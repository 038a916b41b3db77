import Glibc

/// A call to the operating system that failed.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is. More codes may come; compare with `==`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case operationFailed, notFound, permissionDenied, resourceExhausted, busy, invalidArgument, closed
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// Any failure that has no code of its own; see `errno`.
        public static let operationFailed = Self(.operationFailed)
        /// The file, program or process does not exist (`ENOENT`, `ESRCH`, `ECHILD`).
        public static let notFound = Self(.notFound)
        /// The user may not do this (`EACCES`, `EPERM`).
        public static let permissionDenied = Self(.permissionDenied)
        /// Descriptors, memory or processes have run out (`EMFILE`, `ENFILE`, `ENOMEM`, `EAGAIN` of a spawn).
        public static let resourceExhausted = Self(.resourceExhausted)
        /// Somebody else holds the thing (`EBUSY`, `EADDRINUSE`).
        public static let busy = Self(.busy)
        /// The caller gave a value that cannot be used (`EINVAL`, `ENAMETOOLONG`, `EBADF`).
        public static let invalidArgument = Self(.invalidArgument)
        /// The event loop has been stopped.
        public static let closed = Self(.closed)

        /// The name of the code.
        public var description: String { kind.rawValue }

        fileprivate static func of(_ number: Int32) -> Self {
            switch number {
            case ENOENT, ESRCH, ECHILD: .notFound
            case EACCES, EPERM: .permissionDenied
            case EMFILE, ENFILE, ENOMEM, EAGAIN, ENOSPC: .resourceExhausted
            case EBUSY, EADDRINUSE: .busy
            case EINVAL, ENAMETOOLONG, EBADF: .invalidArgument
            case ESHUTDOWN: .closed
            default: .operationFailed
            }
        }
    }

    /// The kind of failure.
    public let code: Code
    /// The system's error number.
    public let errno: Int32
    /// What was attempted, such as `spawn /bin/ls`.
    public let operation: String
    /// What went wrong, in words.
    public let message: String

    /// Describes a failure by its error number; without a message the system's own text is used.
    public init(operation: String, errno number: Int32, message: String? = nil) {
        self.code = .of(number)
        self.errno = number
        self.operation = operation
        self.message = message ?? Self.text(number)
    }

    /// One line: what was attempted and why it failed.
    public var description: String { "\(operation): \(message)" }

    /// Takes the error number that the calling thread's last system call left behind.
    package static func last(_ operation: String) -> SystemError {
        SystemError(operation: operation, errno: Glibc.errno)
    }

    /// What an error number means, in the system's words.
    package static func text(_ number: Int32) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            // The XSI form of strerror_r, which Glibc imports, always ends the text with a zero when it succeeds.
            guard let start = buffer.baseAddress, unsafe strerror_r(number, start, buffer.count) == 0 else { return "error \(number)" }
            return unsafe String(cString: start)
        }
    }
}
