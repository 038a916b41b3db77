extension JSONValue {
    /// Reads a JSON text, strictly as RFC 8259 writes it.
    ///
    /// The bytes must be valid UTF-8 without a byte order mark and hold one value, with nothing but whitespace around it. There are no
    /// comments, no trailing commas, no leading zeros, no `NaN`; an escaped surrogate needs its other half; an object must not name a
    /// member twice (names are compared as Swift compares strings, by canonical equivalence). A whole number that fits 64 bits becomes
    /// ``integer(_:)``, any other one, and `-0`, keeps its text as ``number(_:)``.
    ///
    /// Throws a ``JSONError`` with the byte offset, line and column, also when the text exceeds a limit.
    public init(parsing bytes: Span<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
        var parser = JSONParser(limits: limits)
        do throws(JSONParserFailure) {
            self = try parser.document(in: bytes)
        } catch {
            throw JSONError(error, in: bytes, limits: limits)
        }
    }

    /// Reads a JSON text; see ``init(parsing:limits:)-(Span<UInt8>,_)``.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) {
        try self.init(parsing: bytes.span, limits: limits)
    }

    /// Reads a JSON text; see ``init(parsing:limits:)-(Span<UInt8>,_)``.
    public init(parsing bytes: ArraySlice<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
        try self.init(parsing: bytes.span, limits: limits)
    }

    /// Reads a JSON text; see ``init(parsing:limits:)-(Span<UInt8>,_)``.
    public init(parsing text: String, limits: JSONLimits = .default) throws(JSONError) {
        try self.init(parsing: text.utf8.span, limits: limits)
    }

    /// Reads a JSON text; see ``init(parsing:limits:)-(Span<UInt8>,_)``.
    public init(parsing text: Substring, limits: JSONLimits = .default) throws(JSONError) {
        try self.init(parsing: text.utf8.span, limits: limits)
    }

    /// Reads a JSON text from any collection of bytes, copying it first; see ``init(parsing:limits:)-(Span<UInt8>,_)``.
    public init(parsing bytes: some Collection<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
        try self.init(parsing: Array(bytes), limits: limits)
    }
}
