/// Something that has to stand any bytes: it neither crashes on them nor breaks what it promises.
///
/// A target is a function without memory, so that an input that once broke it is a test for ever: `Fuzz/Corpus/<name>` holds those, and seeds.
public struct FuzzTarget: Sendable {
    /// A short name, which is also that of its folder.
    public let name: String
    private let body: @Sendable ([UInt8]) throws(FuzzFailure) -> Void

    init(_ name: String, _ body: @escaping @Sendable ([UInt8]) throws(FuzzFailure) -> Void) {
        self.name = name
        self.body = body
    }

    /// Tries one input.
    ///
    /// - Throws: ``FuzzFailure`` when a promise is broken.
    public func attempt(_ input: [UInt8]) throws(FuzzFailure) { try body(input) }

    /// Every target.
    public static let all = [http, headers, sse, jsonrpc, posts, lines, json, schemas, schedules, messages]
}

/// A promise that an input broke.
public struct FuzzFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was promised.
    public let message: String

    /// The message.
    public var description: String { message }

    /// Throws unless the promise was kept.
    static func unless(_ isKept: Bool, _ promise: @autoclosure () -> String) throws(FuzzFailure) {
        if !isKept { throw FuzzFailure(message: promise()) }
    }
}
