import LegworkCore

/// How much a task may ask, and be answered. All of it lies in its record.
enum InputLimits {
    /// The most questions that are open at once.
    static let open = 64
    /// The most questions in the life of a task.
    static let all = 1000
    /// The most bytes of a question.
    static let messageBytes = 16 << 10
    /// The most bytes of a schema, as JSON.
    static let schemaBytes = 64 << 10
    /// The most bytes of a key.
    static let keyBytes = 128
    /// The most bytes of an answer, as JSON.
    static let answerBytes = 1 << 20
    /// The most bytes of all questions and answers of a task, as JSON, when another is asked.
    static let totalBytes = 8 << 20

    /// Looks at a question by itself.
    static func check(_ message: String, schema: JSONValue?, key: String?) throws(TaskManagerError) {
        guard (1...messageBytes).contains(message.utf8.count) else {
            throw TaskManagerError(.invalidArgument, "a question must have 1 to \(messageBytes) bytes, not \(message.utf8.count)")
        }
        if let key { try CallLimits.check(inputKey: key) }
        guard let schema else { return }
        if let excess = schema.excess(bytes: schemaBytes) {
            throw TaskManagerError(.invalidArgument, "the schema of a question cannot be used: \(excess)")
        }
        _ = try checker(schema)
    }

    /// Looks at a question beside those that were asked before.
    static func refusal(of message: String, schema: JSONValue?, in record: TaskRecord) -> TaskManagerError? {
        let inputs = record.inputs
        if inputs.count(where: { $0.state == .awaited }) >= open {
            return TaskManagerError(.invalidArgument, "\(open) questions of this task are open, and no more can be; wait for answers first")
        }
        let total = inputs.reduce(message.utf8.count + (schema?.approximateBytes ?? 0)) { $0 + $1.bytes }
        if inputs.count >= all || total > totalBytes {
            return TaskManagerError(
                .invalidArgument,
                "this task has asked so much that its record holds no more: \(inputs.count) questions of at most \(all), \(total) bytes of at most \(totalBytes)"
            )
        }
        return nil
    }

    /// Looks at an answer.
    static func check(_ answer: JSONValue, to request: InputRequest) throws(TaskManagerError) {
        if let excess = answer.excess(bytes: answerBytes) {
            throw TaskManagerError(.invalidArgument, "the answer to '\(request.key)' cannot be taken: \(excess); give a reference instead")
        }
        guard let schema = request.schema else { return }
        let violations = try checker(schema).check(answer, root: request.key)
        guard violations.isEmpty else {
            let list = violations.map(\.description).joined(separator: "; ")
            throw TaskManagerError(.invalidArgument, "the answer does not fit: \(list)")
        }
    }

    private static func checker(_ schema: JSONValue) throws(TaskManagerError) -> JSONSchemaChecker {
        do {
            return try JSONSchemaChecker(JSONSchema(schema))
        } catch {
            throw TaskManagerError(.invalidArgument, "the schema of a question cannot be used: \(error)")
        }
    }
}

extension InputRequest {
    fileprivate var bytes: Int {
        key.utf8.count + message.utf8.count + (schema?.approximateBytes ?? 0) + (answer?.approximateBytes ?? 0)
    }
}
