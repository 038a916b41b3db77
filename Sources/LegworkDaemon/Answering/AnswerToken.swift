import FoundationEssentials
import LegworkCore
import LegworkHTTP

/// What one link lets whoever has it do, once: give one answer to one question, write an answer, or cancel the task.
struct AnswerToken: Sendable, Hashable {
    /// What it is good for.
    enum Act: Sendable, Hashable {
        /// The answer of this number among those that the question has.
        case answer(key: String, choice: Int)
        /// Any answer that fits.
        case write(key: String)
        /// The task's end.
        case cancel
    }

    /// How long after the question a link is good for.
    static let lifetime = Duration.seconds(24 * 3600)

    let task: TaskID
    let act: Act
    let expiresAt: Timestamp
}

/// Makes links that nobody else can make, and knows them again.
struct AnswerSeal: Sendable {
    /// The longest token that is looked at.
    static let maximumBytes = 1024

    private let key: [UInt8]

    /// - Parameter stateKey: the daemon's secret. A secret of its own follows from it, so that no other seal of the daemon is one of these.
    init(stateKey: [UInt8]) { key = SecretBytes.code(of: Array("legwork answer links".utf8), key: stateKey) }

    /// The token as a segment of a path. It is the same whenever it is made.
    func seal(_ token: AnswerToken) -> String {
        let payload = token.json.jsonBytes()
        return "\(Self.text(of: payload)).\(Self.text(of: SecretBytes.code(of: payload, key: key)))"
    }

    /// Reads a token; nil for what was not made here.
    func open(_ text: String) -> AnswerToken? {
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let payload = Self.bytes(of: parts[0]), let code = Self.bytes(of: parts[1]),
            SecretBytes.areEqual(code, SecretBytes.code(of: payload, key: key)), let json = try? JSONValue(parsing: payload)
        else { return nil }
        return AnswerToken(json: json)
    }

    /// Base64 for URLs, without padding (RFC 4648, section 5).
    private static func text(of bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func bytes(of text: Substring) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding).map { Array($0) }
    }
}

extension AnswerToken {
    fileprivate var json: JSONValue {
        let time = JSONValue.integer(expiresAt.milliseconds)
        switch act {
        case .answer(let key, let choice): return ["answer", .string(task.description), time, .string(key), JSONValue(choice)]
        case .write(let key): return ["write", .string(task.description), time, .string(key)]
        case .cancel: return ["cancel", .string(task.description), time]
        }
    }

    fileprivate init?(json: JSONValue) {
        guard let task = json[1]?.string.flatMap({ TaskID($0) }), let time = json[2]?.int else { return nil }
        self.task = task
        expiresAt = Timestamp(milliseconds: Int64(time))
        switch (json[0]?.string, json[3]?.string, json[4]?.int) {
        case ("answer", let key?, let choice?): act = .answer(key: key, choice: choice)
        case ("write", let key?, nil): act = .write(key: key)
        case ("cancel", nil, nil): act = .cancel
        default: return nil
        }
    }
}
