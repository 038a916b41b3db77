import FoundationEssentials
import LegworkCore

/// `legwork import`.
enum Import: Command {
    static let name = "import"
    static let summary = "Take over the tasks of a queue of prompts that kept them in files"
    static let usage = "[--enqueue] [--tool NAME] FOLDER"
    static let details = """
        FOLDER holds tasks/ID.json, queue.json and artifacts/ID/, such as ~/.deepseek/tasks or ~/.codewhale/tasks. Nothing in it is changed.
        Each task gets its old id as its name. What had ended is pinned, so that it stays; what ran is stopped, and so is what waited,
        unless --enqueue is given; the tool resume_task lets it go on. Files that are damaged are told of and left out. To import again what was
        imported before changes nothing.
        """
    static let options = [
        Option("enqueue", "let the tasks that waited wait here, in their order, for a worker"),
        Option("tool", value: "NAME", "the agent's tool that they become tasks of (default: the daemon's)"),
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let given = try invocation.onlyArgument("FOLDER")
        let folder = given.hasPrefix("/") ? given : FileManager.default.currentDirectoryPath + "/" + given
        var body: JSONObject = ["folder": .string(folder), "enqueue": .bool(invocation.arguments.has("enqueue"))]
        body["tool"] = invocation.arguments["tool"].map(JSONValue.string)
        let answer = try await invocation.client().post("/v1/import", .object(body))
        let (imported, damaged) = (answer["imported"]?.array ?? [], answer["damaged"]?.array ?? [])
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for item in imported { invocation.console.print(item["id"]?.string ?? "") }
        case .table:
            for item in imported {
                invocation.console.print(
                    "\(item["source"]?.string ?? "")  \(item["id"]?.string ?? "")  \(item["status"]?.string ?? "")"
                )
            }
            invocation.console.print("\(imported.count) imported, \(answer["known"]?.int ?? 0) known already, \(damaged.count) damaged")
        }
        for fault in damaged {
            let text = "legwork: \(fault["file"]?.string ?? ""): \(fault["problem"]?.string ?? "")"
            invocation.console.error(TaskTable.clean(text))
        }
        return ExitCode.success.rawValue
    }
}
