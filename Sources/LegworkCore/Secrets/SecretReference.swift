import FoundationEssentials

/// Where a secret is. The secret itself stands in no record, timeline or log.
public enum SecretReference: Sendable, Hashable {
    /// The variable of this process's environment that has it.
    case environment(String)
    /// The file that has it, without the blanks and line ends around it; an absolute path.
    case file(String)

    /// The largest file, in bytes.
    private static let limit = 64 << 10

    /// The place, in words.
    public var place: String {
        switch self {
        case .environment(let name): "the environment variable \(name)"
        case .file(let path): "the file \(path)"
        }
    }

    /// Reads the secret, as it is now.
    ///
    /// - Throws: ``SecretError``, naming the place and never what is there.
    public func resolve() throws(SecretError) -> String {
        let text =
            switch self {
            case .environment(let name): ProcessInfo.processInfo.environment[name]
            case .file(let path):
                FileManager.default.contents(atPath: path)
                    .flatMap { $0.count <= Self.limit ? String(decoding: $0, as: UTF8.self) : nil }
            }
        let secret = text.map(Self.trimmed) ?? ""
        guard !secret.isEmpty, secret.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw SecretError("there is no secret in \(place), where the configuration says that it is; put it there, in one line")
        }
        return secret
    }

    private static func trimmed(_ text: String) -> String {
        let isBlank = { (byte: UInt8) in byte <= 0x20 }
        let bytes = text.utf8.drop(while: isBlank)
        guard let end = bytes.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(bytes[...end]) ?? ""
    }
}
