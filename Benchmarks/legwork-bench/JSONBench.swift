import FoundationEssentials
import LegworkCore

/// Reading and writing a message of half a kilobyte.
enum JSONBench {
    static func run(isQuick: Bool, report: Report) async throws {
        let message: JSONValue = [
            "jsonrpc": "2.0", "id": 42, "method": "tools/call",
            "params": [
                "name": "run_command",
                "arguments": ["argv": ["make", "-j", "2", "test"], "cwd": "/home/someone/project", "timeout": 600.5],
                "_meta": [
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28", "progressToken": "a-token-17",
                    "io.modelcontextprotocol/clientInfo": ["name": "agent", "version": "1.0"],
                    "io.modelcontextprotocol/clientCapabilities": [
                        "elicitation": ["form": [:]], "extensions": ["io.modelcontextprotocol/tasks": [:]],
                    ],
                ],
            ],
        ]
        let bytes = message.jsonBytes()
        let data = Data(bytes)
        let count = isQuick ? 2000 : 50_000
        let parse = try await Measure.median(count) { count in for _ in 0..<count { _ = try JSONValue(parsing: bytes) } }
        let print = await Measure.median(count) { count in for _ in 0..<count { _ = message.jsonBytes() } }
        let foundation = try await Measure.median(count / 10) { count in
            for _ in 0..<count { _ = try JSONDecoder().decode(Message.self, from: data) }
        }
        report.add(
            "JSON, reading a message of \(bytes.count) bytes",
            parse * 1e6,
            "us",
            peer: "Foundation's JSONDecoder into a struct",
            foundation * 1e6
        )
        report.add("JSON, writing it", print * 1e6, "us")
    }

    private struct Message: Decodable {
        struct Parameters: Decodable {
            struct Arguments: Decodable {
                var argv: [String]
                var cwd: String
                var timeout: Double
            }

            var name: String
            var arguments: Arguments
        }

        var jsonrpc: String
        var id: Int
        var method: String
        var params: Parameters
    }
}
