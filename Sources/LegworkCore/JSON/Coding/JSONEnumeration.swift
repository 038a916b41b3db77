/// What an enumeration may be, found out at run time.
enum JSONEnumeration {
    /// The raw values of a type that lists its cases and has strings or integers behind them; nil for any other type, and for more than
    /// a thousand cases.
    static func rawValues(of type: Any.Type) -> [JSONValue]? {
        guard let type = type as? any (CaseIterable & RawRepresentable).Type else { return nil }
        return listed(type)
    }

    /// The first case of such a type.
    static func firstCase<Value>(of type: Value.Type) -> Value? {
        guard let listing = type as? any (CaseIterable & RawRepresentable).Type else { return nil }
        return first(listing) as? Value
    }

    private static func first<Listing: CaseIterable>(_ type: Listing.Type) -> Listing? { type.allCases.first }

    private static func listed<Listing: CaseIterable & RawRepresentable>(_ type: Listing.Type) -> [JSONValue]? {
        var values: [JSONValue] = []
        for listed in type.allCases.prefix(1_001) {
            switch listed.rawValue {
            case let string as String: values.append(.string(string))
            case let integer as any FixedWidthInteger:
                guard let value = Int64(exactly: integer) else { return nil }
                values.append(.integer(value))
            default: return nil
            }
        }
        return values.count > 1_000 ? nil : values
    }
}
