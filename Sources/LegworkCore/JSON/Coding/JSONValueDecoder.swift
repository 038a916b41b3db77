/// Turns a ``JSONValue`` into any `Decodable` type, with errors that name the path.
///
/// Numbers are exact: `1.0` is an integer, `1.5` and what does not fit are none. A double takes any number in its range, rounded to the
/// nearest. A member that is missing is nil where an optional is asked for, and so is `null`. ``JSONValue`` and ``JSONObject`` pass
/// unchanged. Members that the type does not ask for are ignored. Types of Foundation decode in their own default form (a `Date` as a
/// number).
public struct JSONValueDecoder: Sendable {
    /// What the value is called in errors: the first word of every path.
    public var root: String

    /// Makes a decoder.
    public init(root: String = "arguments") { self.root = root }

    /// Decodes a value; throws a ``JSONDecodingError`` whatever the type's own `init(from:)` throws.
    public func decode<Value: Decodable>(_ type: Value.Type, from value: JSONValue) throws(JSONDecodingError) -> Value {
        do {
            return try JSONValueDecoding(value, at: .root).decode(type)
        } catch {
            throw JSONDecodingError(error, root: root)
        }
    }
}
