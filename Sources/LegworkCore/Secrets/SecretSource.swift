/// Puts secrets into texts of a configuration: `${env:NAME}` becomes what the environment variable has, `${file:/absolute/path}` what the file
/// has, anywhere in a text and any number of times. What is put in is not looked at again.
public struct SecretSource: Sendable {
    private let read: @Sendable (SecretReference) throws(SecretError) -> String

    /// Secrets of this process's environment and of its machine's files, as they are at that moment.
    public static let standard = SecretSource { reference throws(SecretError) in try reference.resolve() }

    /// Secrets from elsewhere.
    public init(_ read: @escaping @Sendable (SecretReference) throws(SecretError) -> String) { self.read = read }

    /// The text with its secrets in it.
    ///
    /// - Throws: ``SecretError`` when a secret is missing or a `${` begins something else; it repeats nothing of the text but the place.
    public func resolve(_ text: String) throws(SecretError) -> String {
        var resolved = ""
        var rest = text[...]
        while let opening = rest.firstRange(of: "${") {
            resolved += rest[..<opening.lowerBound]
            rest = rest[opening.upperBound...]
            guard let end = rest.firstIndex(of: "}"), let reference = Self.reference(rest[..<end]) else {
                throw SecretError(
                    "after '${' comes env:NAME} or file:/absolute/path}; a secret that contains '${' itself must be in a file"
                )
            }
            resolved += try read(reference)
            rest = rest[rest.index(after: end)...]
        }
        return resolved + rest
    }

    private static func reference(_ text: Substring) -> SecretReference? {
        guard !text.utf8.contains(0), let colon = text.firstIndex(of: ":") else { return nil }
        let place = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "env" where !place.isEmpty && !place.contains("="): return .environment(place)
        case "file" where place.hasPrefix("/"): return .file(place)
        default: return nil
        }
    }
}
