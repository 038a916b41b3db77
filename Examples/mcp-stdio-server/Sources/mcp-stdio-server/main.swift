// An MCP server in one Swift program: two tools over standard input and output, tasks kept in memory.
//
//     swift build --package-path Examples/mcp-stdio-server
//     claude mcp add countdown -- Examples/mcp-stdio-server/.build/debug/mcp-stdio-server
//
// Calls that take longer than the window (3 seconds, or LEGWORK_WINDOW_MS) become tasks. The tasks of this example end with the program;
// with a store on disk they would not.

import FoundationEssentials
import Legwork
import LegworkMCP

struct WordCount: Codable, SelfDescribingArguments {
    var text: String

    static var argumentDescriptions: [String: String] { ["text": "What to count the words of."] }
}

struct Countdown: Codable, SelfDescribingArguments {
    var seconds: Double
    var failure: String?

    static var argumentDescriptions: [String: String] {
        ["seconds": "How long to count.", "failure": "If given, the countdown fails with this text when it is over."]
    }
}

/// What a tool throws becomes the text of an error result.
struct LaunchAborted: Error, CustomStringConvertible {
    let description: String
}

let wordCount = try TypedTool(
    ToolDescriptor(
        name: "word_count",
        description: "Counts the words of a text.",
        outputSchema: ["type": "object", "properties": ["words": ["type": "integer"]], "required": ["words"]]
    ),
    arguments: WordCount.self
) { arguments, _ in
    let words = arguments.text.split(whereSeparator: \.isWhitespace).count
    return .text("\(words) words", structured: ["words": JSONValue(words)])
}

let countdown = try TypedTool(
    ToolDescriptor(
        name: "countdown",
        description: "Counts down, ten steps a second, and says how far it has come. Takes as long as it is told to.",
        outputSchema: ["type": "object", "properties": ["steps": ["type": "integer"]], "required": ["steps"]]
    ),
    arguments: Countdown.self
) { arguments, context in
    let steps = max(0, Int((arguments.seconds * 10).rounded()))
    let output = try context.openOutput()
    for step in 0..<steps {
        // Throws when somebody cancels the call, which ends it at once.
        try await Task.sleep(for: .milliseconds(100))
        context.progress(Double(step + 1), of: Double(steps), "\(steps - step - 1) to go")
        try Array("T minus \(steps - step - 1)\n".utf8).withUnsafeBytes { try output.append($0) }
    }
    if let failure = arguments.failure { throw LaunchAborted(description: failure) }
    return .text("Lift-off after \(steps) steps.", structured: ["steps": JSONValue(steps)])
}

var configuration = TaskManagerConfiguration()
let process = ProcessInfo.processInfo
configuration.outputFolder = FileManager.default.temporaryDirectory.appending(path: "mcp-stdio-server-\(process.processIdentifier)").path
let manager = TaskManager(store: MemoryTaskStore(), tools: try ToolRegistry([wordCount, countdown]), configuration: configuration)
try manager.registerCompanionTools()

var options = MCPServerOptions(info: MCPServerInfo(name: "countdown", title: "Countdown", version: "0.1.0"))
if let window = process.environment["LEGWORK_WINDOW_MS"].flatMap(Int.init) { options.window = .milliseconds(window) }
let server = MCPServer(manager: manager, options: options)

// The client closes standard input when it has had enough. What is running then has to stop with this process.
try await MCPStdioServer(server, caller: Caller(owner: "local")).run()
await manager.shutdown()
