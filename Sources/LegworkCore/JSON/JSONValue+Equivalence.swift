extension JSONValue {
    /// Whether two values are the same as JSON sees it: `1`, `1.0` and `10e-1` are one number, the order of members does not matter, and
    /// strings are compared scalar by scalar.
    ///
    /// `==` compares what was written instead: there `1` and `1.0` differ.
    public func isEquivalent(to other: JSONValue) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right || JSONDecimal(left) == JSONDecimal(right)
        case (.integer(let left), .number(let right)), (.number(let right), .integer(let left)): JSONDecimal(left) == JSONDecimal(right)
        case (.string(let left), .string(let right)): left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left.count == right.count && canonicalBytes() == other.canonicalBytes()
        case (.object(let left), .object(let right)): left.count == right.count && canonicalBytes() == other.canonicalBytes()
        case (.null, _), (.bool, _), (.integer, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    /// Bytes that are the same for two values exactly when the values are equivalent. The cost is linear but for sorting members, and
    /// nothing recurses.
    func canonicalBytes() -> [UInt8] {
        var writer = JSONWriter(options: .sortedKeys, normalizesNumbers: true)
        writer.write(self)
        return writer.output
    }
}
