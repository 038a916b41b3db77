extension JSONValue {
    /// Reads a JSON text: strictly RFC 8259, in UTF-8, no key twice in an object.
    ///
    /// - Throws: ``JSONError``, saying where and what.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        let result = bytes.withUnsafeBufferPointer { Self.parse($0, limits) }
        self = try result.get()
    }

    /// Reads a JSON text.
    ///
    /// - Throws: ``JSONError``, saying where and what.
    public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
        var text = text
        let result = text.withUTF8 { Self.parse($0, limits) }
        self = try result.get()
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits) -> Result<JSONValue, JSONError> {
        var parser = JSONParser(bytes, limits: limits)
        do {
            return .success(try parser.parse())
        } catch {
            let before = bytes.prefix(error.offset)
            let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
            let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            let offset = min(error.offset, bytes.count)
            return .failure(JSONError(offset: offset, line: line, column: offset - lineStart + 1, problem: error.problem))
        }
    }
}
