import LegworkCore
import LegworkHTTP

/// `legwork logs`.
enum Logs: Command {
    static let name = "logs"
    static let summary = "Print a task's raw output"
    static let usage = "[-f] [-n LINES] TASK"
    static let details = "TASK is an id, the first four or more characters of one, or a name."
    static let options = [
        Option("follow", short: "f", "go on until the task ends"),
        Option("lines", short: "n", value: "LINES", "only the last lines, of at most the last MiB"),
    ]

    /// The most bytes that are asked for at once.
    private static let longestChunk = 1 << 20

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let reference = try invocation.onlyArgument("TASK")
        let client = try await invocation.client()
        guard let id = try await client.get("/v1/tasks/\(DaemonClient.escape(reference))")["task"]?["id"]?.string else {
            throw CLIError(.failure, "the daemon's answer has no task")
        }
        let console = invocation.console
        var offset = 0
        if let lines = try invocation.arguments.number("lines", in: 0...1_000_000) {
            var bytes: [UInt8] = []
            let headers = try await client.output(of: id, query: "tail=\(longestChunk)") { bytes += $0 }
            offset = number(headers, "Legwork-Output-Offset") + bytes.count
            console.write(Array(lastLines(of: bytes, lines)))
        }
        if invocation.arguments.has("follow") {
            try await client.output(of: id, query: "follow=1&offset=\(offset)") { console.write($0) }
        } else if invocation.arguments["lines"] == nil {
            try await printAll(id, client, console)
        }
        return ExitCode.success.rawValue
    }

    /// Prints what there is now; what a running command writes meanwhile, perhaps faster than it is read, is not waited for.
    private static func printAll(_ id: String, _ client: DaemonClient, _ console: Console) async throws {
        var (offset, end) = (0, longestChunk)
        var isFirst = true
        while offset < end {
            let start = offset
            let headers = try await client.output(of: id, query: "offset=\(start)&limit=\(min(longestChunk, end - start))") { chunk in
                offset += chunk.count
                console.write(chunk)
            }
            if isFirst { end = number(headers, "Legwork-Output-Total") }
            isFirst = false
            if offset == start { return }
        }
    }

    private static func number(_ headers: HTTPHeaders, _ name: String) -> Int { headers[name].flatMap { Int($0) } ?? 0 }

    /// The last lines of a text; a last line without its break counts.
    static func lastLines(of bytes: [UInt8], _ count: Int) -> ArraySlice<UInt8> {
        guard count > 0 else { return [] }
        var rest = bytes.last == 0x0A ? bytes.dropLast() : bytes[...]
        for _ in 0..<count {
            guard let end = rest.lastIndex(of: 0x0A) else { return bytes[...] }
            rest = rest[..<end]
        }
        return bytes[(rest.endIndex + 1)...]
    }
}
