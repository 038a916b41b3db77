import LegworkCore

/// `legwork tree`.
enum Tree: Command {
    static let name = "tree"
    static let summary = "Show a task and all that it made: its children, and theirs"
    static let usage = "[--cancel] TASK"
    static let details = "TASK is an id, the first four or more characters of one, or a name."
    static let options = [Option("cancel", "ask all of them to stop")]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let target = "/v1/tasks/\(DaemonClient.escape(try invocation.onlyArgument("TASK")))"
        let client = try await invocation.client()
        if invocation.arguments.has("cancel") {
            let answer = try await client.post("\(target)/cancel_tree", [:])
            let ids = answer["cancelled"]?.array?.compactMap { $0["id"]?.string } ?? []
            switch invocation.style {
            case .json: invocation.console.print(answer.json())
            case .quiet: ids.forEach { invocation.console.print($0) }
            case .table: invocation.console.print("\(ids.count) task\(ids.count == 1 ? "" : "s") asked to stop")
            }
            return ExitCode.success.rawValue
        }
        let answer = try await client.get("\(target)/tree")
        let tasks = [answer["task"] ?? .null] + (answer["descendants"]?.array ?? [])
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: tasks.forEach { invocation.console.print($0["id"]?.string ?? "") }
        case .table: render(tasks).forEach { invocation.console.print($0) }
        }
        return ExitCode.success.rawValue
    }

    /// One line a task, each under what made it, the eldest first.
    ///
    /// - Parameter tasks: the ancestor, then its descendants in any order.
    static func render(_ tasks: [JSONValue]) -> [String] {
        var children: [String: [JSONValue]] = [:]
        for task in tasks.dropFirst() { children[task["parent"]?.string ?? "", default: []].append(task) }
        var lines: [String] = []
        // No recursion, for a family may be as deep as it is large.
        var open: [(task: JSONValue, depth: Int)] = tasks.first.map { [($0, 0)] } ?? []
        while let (task, depth) = open.popLast() {
            let id = task["id"]?.string ?? ""
            let name = task["name"]?.string.map { " [\($0)]" } ?? ""
            let text = "\(id.prefix(TaskTable.shownIDLength))  \(TaskTable.statusText(task))  \(task["tool"]?.string ?? "")\(name)"
            lines.append(String(repeating: "  ", count: min(depth, 40)) + TaskTable.clean("\(text)  \(task["title"]?.string ?? "")"))
            // An id tells the time it was made, so the greatest is the youngest, and the last to be taken from the end is it.
            let young = (children.removeValue(forKey: id) ?? []).sorted { ($0["id"]?.string ?? "") > ($1["id"]?.string ?? "") }
            open += young.map { ($0, depth + 1) }
        }
        return lines
    }
}
