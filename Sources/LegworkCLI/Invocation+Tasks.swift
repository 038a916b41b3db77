import LegworkCore

// What several commands take and say of tasks.
extension Invocation {
    /// The arguments of a command that takes a task, and perhaps one JSON object.
    func taskAndJSON() throws(CLIError) -> (task: String, json: JSONValue?) {
        let given = arguments.positionals + (arguments.rest ?? [])
        guard (1...2).contains(given.count) else { throw CLIError(.usage, "give a task and perhaps one JSON object") }
        // No conditional expression, whose nil would be the JSON value null.
        guard given.count == 2 else { return (given[0], nil) }
        return (given[0], try Self.json(given[1]))
    }

    /// Reads arguments that are given as JSON.
    static func json(_ text: String) throws(CLIError) -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw CLIError(.usage, "the arguments are not JSON: \(error)")
        }
    }

    /// Says what became of the task that an answer of the daemon shows.
    func tell(_ answer: JSONValue, _ said: String) {
        let id = answer["task"]?["id"]?.string ?? ""
        switch style {
        case .json: console.print(answer.json())
        case .quiet: console.print(id)
        case .table: console.print("\(id)  \(said)")
        }
    }
}
