import Glibc
import LegworkCore

/// Measures Legwork beside what one would write without it, in one run, and writes the figures to `.build/bench.json`.
///
/// Options: `--quick` (small sizes), and words that choose benchmarks by name.
@main
enum Bench {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        if let place = arguments.firstIndex(of: "--http-daemon"), place + 1 < arguments.endIndex {
            return try await HTTPDaemon.run(folder: arguments[place + 1])
        }
        let isQuick = arguments.contains("--quick")
        let chosen = arguments.filter { !$0.hasPrefix("-") }
        let report = Report()
        let groups: [(String, (Bool, Report) async throws -> Void)] = [
            ("inline", InlineBench.run), ("background", BackgroundBench.run), ("json", JSONBench.run), ("durable", DurableBench.run),
            ("daemon", DaemonBench.run), ("million", MillionBench.run), ("messages", MessageBench.run),
            ("family", FamilyBench.run), ("queue", QueueBench.run), ("growth", QueueBench.runGrowth),
            ("http", HTTPBench.run), ("streams", StreamBench.run), ("deliveries", DeliveryBench.run),
        ]
        for (name, run) in groups where chosen.isEmpty || chosen.contains(name) {
            note("measuring: \(name)")
            try await run(isQuick, report)
        }
        report.printTable()
        try report.write(to: ".build/bench.json")
        note("written to .build/bench.json")
    }

    /// Says what is going on, on standard error.
    static func note(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
