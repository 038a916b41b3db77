/// Turns any `Encodable` into a ``JSONValue``, with errors that name the path.
///
/// Members keep the order in which the type writes them; those of a dictionary with string keys are sorted, so that the same value always
/// prints alike. Optionals that are nil are left out where a type uses `encodeIfPresent`, as the compiler's own code does. A `UInt64`
/// beyond `Int64` stays exact. Infinite numbers and NaN are errors.
public struct JSONValueEncoder: Sendable {
    /// What the value is called in errors: the first word of every path.
    public var root: String

    /// Makes an encoder.
    public init(root: String = "value") { self.root = root }

    /// Encodes a value; throws a ``JSONEncodingError`` whatever the type's own `encode(to:)` throws.
    public func encode<Value: Encodable>(_ value: Value) throws(JSONEncodingError) -> JSONValue {
        do {
            return try JSONEncodingNode.content(of: value, at: .root).value
        } catch {
            throw JSONEncodingError(error, root: root)
        }
    }
}
