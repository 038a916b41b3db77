import FoundationEssentials
import LegworkEventLoop

/// Where a key is. The key itself stands in no configuration, record, timeline or log.
public enum SecretReference: Sendable, Hashable {
    /// The variable of this process's environment that has it.
    case environment(String)
    /// The file that has it, without the blanks and line ends around it; an absolute path.
    case file(String)

    /// The largest file, in bytes.
    private static let limit = 64 << 10

    /// Reads the key, as it is now.
    ///
    /// - Throws: ``AgentError/Code/noSecret``, naming the place and never what is there.
    public func resolve() throws(AgentError) -> String {
        let text: String?
        let place: String
        switch self {
        case .environment(let name):
            place = "the environment variable \(name)"
            text = ProcessControl.environment().first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
        case .file(let path):
            place = "the file \(path)"
            text = FileManager.default.contents(atPath: path)
                .flatMap { $0.count <= Self.limit ? String(decoding: $0, as: UTF8.self) : nil }
        }
        let key = text.map(Self.trimmed) ?? ""
        guard !key.isEmpty, key.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw AgentError(.noSecret, "the agent's key is not in \(place), where its configuration says that it is; put it there")
        }
        return key
    }

    private static func trimmed(_ text: String) -> String {
        let isBlank = { (byte: UInt8) in byte <= 0x20 }
        let bytes = text.utf8.drop(while: isBlank)
        guard let end = bytes.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(bytes[...end]) ?? ""
    }
}
