import FoundationEssentials
import Glibc
import LegworkCore
import LegworkEventLoop
import LegworkHTTP

/// Round trips to a real daemon over its socket.
enum DaemonBench {
    static func run(isQuick: Bool, report: Report) async throws {
        let legwork = FileManager.default.currentDirectoryPath + "/.build/release/legwork"
        guard FileManager.default.isExecutableFile(atPath: legwork) else {
            Bench.note("no \(legwork): run 'make build' to measure the daemon")
            return
        }
        let folder = try TemporaryFolder()
        setenv("LEGWORK_STATE", folder.path, 1)
        defer {
            _ = system("'\(legwork)' stop > /dev/null")
            folder.remove()
        }
        guard system("'\(legwork)' stats > /dev/null") == 0 else { return }
        let loop = try EventLoop(name: "bench")
        let client = try HTTPClient(loop: loop)
        let count = isQuick ? 200 : 5000

        func trip(_ method: String, _ target: String, _ body: JSONValue? = nil) async throws -> JSONValue {
            let request = HTTPClientRequest(
                method: method,
                destination: .unixSocket(path: folder.path + "/daemon.sock", target: target),
                headers: ["Content-Type": "application/json"],
                body: body?.jsonBytes()
            )
            return try JSONValue(parsing: try await client.send(request).body.collect(upTo: 1 << 20))
        }
        func measure(_ name: String, _ count: Int, _ body: () async throws -> Void) async throws {
            var times: [Double] = []
            for _ in 0..<count { times.append(try await Measure.seconds(body)) }
            report.add("\(name), median", Measure.percentile(0.5, of: times) * 1e3, "ms")
            report.add("\(name), 99th percentile", Measure.percentile(0.99, of: times) * 1e3, "ms")
        }
        let command: JSONValue = ["tool": "run_command", "arguments": ["argv": ["/bin/true"]]]
        let task = try await trip("POST", "/v1/call", ["tool": "run_command", "arguments": ["argv": ["/bin/true"]], "background": true])
        let id = task["task"]?["id"]?.string ?? ""
        try await measure("daemon round trip (health)", count) { _ = try await trip("GET", "/health") }
        try await measure("daemon round trip (get a task)", count) { _ = try await trip("GET", "/v1/tasks/\(id)") }
        try await measure("daemon runs /bin/true, recorded before and after", count / 10) {
            _ = try await trip("POST", "/v1/call", command)
        }
        let shell = await Measure.median(rounds: 5, 20) { count in for _ in 0..<count { _ = system("'\(legwork)' run -- /bin/true") } }
        report.add("legwork run -- /bin/true, whole command", shell * 1e3, "ms")
        loop.stop()
    }
}
