extension JSONValue {
    /// This value as JSON in UTF-8, compact unless the options say otherwise.
    ///
    /// Printing never fails and does not recurse, whatever the depth of the value. Only quotes, backslashes and control characters are
    /// escaped. What was parsed prints again with the same number lexemes and the same order of members.
    public func jsonBytes(_ options: JSONPrintingOptions = []) -> [UInt8] {
        var writer = JSONWriter(options: options)
        writer.write(self)
        return writer.output
    }

    /// This value as JSON text, compact unless the options say otherwise; see ``jsonBytes(_:)``.
    public func json(_ options: JSONPrintingOptions = []) -> String {
        String(decoding: jsonBytes(options), as: UTF8.self)
    }

    /// This value as JSON text for people: one member or element a line, indented by two spaces a level up to a hundred levels.
    public func prettyJSON(sortedKeys: Bool = false) -> String {
        json(sortedKeys ? [.pretty, .sortedKeys] : .pretty)
    }
}

extension JSONValue: CustomStringConvertible {
    /// The compact JSON text.
    public var description: String { json() }
}
