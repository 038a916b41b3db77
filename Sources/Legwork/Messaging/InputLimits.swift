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

    /// Looks at questions by themselves.
    static func check(_ questions: [ToolQuestion]) throws(TaskManagerError) {
        guard (1...open).contains(questions.count) else {
            throw TaskManagerError(.invalidArgument, "1 to \(open) questions can be asked at once, not \(questions.count)")
        }
        guard Set(questions.compactMap(\.key)).count == questions.count(where: { $0.key != nil }) else {
            throw TaskManagerError(.invalidArgument, "two of the questions have one key; give each a key of its own")
        }
        for question in questions { try check(question) }
    }

    private static func check(_ question: ToolQuestion) throws(TaskManagerError) {
        guard (1...messageBytes).contains(question.message.utf8.count) else {
            throw TaskManagerError(
                .invalidArgument,
                "a question must have 1 to \(messageBytes) bytes, not \(question.message.utf8.count)"
            )
        }
        if let key = question.key { try CallLimits.check(inputKey: key) }
        if let excess = question.request?.json.excess(bytes: answerBytes) {
            throw TaskManagerError(.invalidArgument, "the request for the client cannot be used: \(excess)")
        }
        guard let schema = question.schema else { return }
        if let excess = schema.excess(bytes: schemaBytes) {
            throw TaskManagerError(.invalidArgument, "the schema of a question cannot be used: \(excess)")
        }
        _ = try checker(schema)
    }

    /// Looks at a question beside those that were asked before.
    static func refusal(of question: ToolQuestion, in record: TaskRecord) -> TaskManagerError? {
        let inputs = record.inputs
        if inputs.count(where: { $0.state == .awaited }) >= open {
            return TaskManagerError(.invalidArgument, "\(open) questions of this task are open, and no more can be; wait for answers first")
        }
        let bytes =
            question.message.utf8.count + (question.schema?.approximateBytes ?? 0) + (question.request?.json.approximateBytes ?? 0)
        let total = inputs.reduce(bytes) { $0 + $1.bytes }
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
        key.utf8.count + message.utf8.count + (schema?.approximateBytes ?? 0) + (request?.json.approximateBytes ?? 0)
            + (answer?.approximateBytes ?? 0)
    }
}
