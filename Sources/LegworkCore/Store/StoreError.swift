/// What a store could not do.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kind of fault. New ones may appear in later versions.
    public struct Code: Sendable, Hashable {
        private enum Value { case unavailable, full, readOnly, locked, newerSchema, damaged, duplicateID, invalid, closed }
        private let value: Value

        /// The store cannot be reached or opened.
        public static let unavailable = Code(value: .unavailable)
        /// There is no room left.
        public static let full = Code(value: .full)
        /// The store may only be read.
        public static let readOnly = Code(value: .readOnly)
        /// Another process owns the store.
        public static let locked = Code(value: .locked)
        /// The store was written by a newer version.
        public static let newerSchema = Code(value: .newerSchema)
        /// What is stored cannot be read.
        public static let damaged = Code(value: .damaged)
        /// There is a task of that id already.
        public static let duplicateID = Code(value: .duplicateID)
        /// The request itself makes no sense.
        public static let invalid = Code(value: .invalid)
        /// The store was closed.
        public static let closed = Code(value: .closed)
    }

    /// The kind of fault.
    public let code: Code
    /// What happened and what to do.
    public let message: String
    /// What lies beneath.
    public let underlying: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    /// The message.
    public var description: String { message }
}
