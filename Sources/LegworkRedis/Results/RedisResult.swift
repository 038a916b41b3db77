public import LegworkCore

/// What Redis has of one task, whichever system wrote it.
public struct RedisResult: Sendable, Hashable {
    /// Where the task stands, in the first system's words. A cancelled task has `failed`.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// It has not ended.
        case running
        /// It ended with a result.
        case completed
        /// It ended with an error.
        case failed
    }

    /// The task's id: `task_…` of ours, 12 hexadecimal digits of the first system.
    public var id: String
    /// Where it stands.
    public var status: Status
    /// Whose it is, where that is said.
    public var owner: Owner?
    /// The tool that was called, where that is said.
    public var tool: String?
    /// The result of a completed task.
    public var text: String?
    /// Why it failed.
    public var error: String?
    /// The size of the whole result or error in bytes, when only its beginning is here. The whole is in the task store.
    public var totalBytes: Int?
    /// When it was recorded, where that is said.
    public var createdAt: Timestamp?
    /// When it ended, where that is said.
    public var finishedAt: Timestamp?

    /// Whether only the beginning of the result or error is here.
    public var isTruncated: Bool { totalBytes != nil }
}

extension RedisResult {
    /// Reads the JSON text of a result.
    ///
    /// - Throws: ``RedisError/Code/malformed`` when it is none.
    init(id: String, json bytes: [UInt8]) throws(RedisError) {
        func broken(_ problem: String) -> RedisError {
            RedisError(.malformed, "what Redis holds as the result of task '\(id)' cannot be used: \(problem); remove the key")
        }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes, limits: JSONLimits(depth: 32, bytes: max(bytes.count, 1), values: 10_000))
        } catch {
            throw broken("it is no JSON (\(error.message))")
        }
        guard case .object(let object) = json else { throw broken("it is a JSON \(json.typeName) and no object") }
        func text(_ key: String) throws(RedisError) -> String? {
            switch object[key] {
            case nil, .null: nil
            case .string(let text): text
            case .some(let value): throw broken("its \(key) is of type \(value.typeName)")
            }
        }
        if let stated = try text("task_id"), stated != id { throw broken("it is of another task") }
        guard let word = try text("status"), let status = Status(rawValue: word) else {
            throw broken("its status is none of running, completed and failed")
        }
        // Chat platforms number their users.
        let user: String? = if case .integer(let number) = object["user_id"] { String(number) } else { try text("user_id") }
        let isCut = object["truncated"]?.bool == true
        self.init(
            id: id,
            status: status,
            owner: user.map { Owner($0) },
            text: try text("result"),
            error: try text("error"),
            totalBytes: isCut ? object["total_bytes"]?.int ?? 0 : nil
        )
    }
}
