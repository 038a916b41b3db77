import FoundationEssentials
import LegworkCore

/// The figures of one run.
final class Report {
    private struct Row {
        var name: String
        var value: Double
        var unit: String
        var peer: String?
        var peerValue: Double?

        /// Ours by the peer's.
        var ratio: Double? {
            guard let peerValue, peerValue != 0 else { return nil }
            return value / peerValue
        }
    }

    private var rows: [Row] = []

    /// Adds a figure, perhaps with what a peer reached in the same run.
    func add(_ name: String, _ value: Double, _ unit: String, peer: String? = nil, _ peerValue: Double? = nil) {
        rows.append(Row(name: name, value: value, unit: unit, peer: peer, peerValue: peerValue))
    }

    func printTable() {
        let cells = rows.map { row in
            [
                row.name, Self.text(row.value) + " " + row.unit, row.peer ?? "",
                row.peerValue.map { Self.text($0) + " " + row.unit } ?? "", row.ratio.map { Self.text($0) } ?? "",
            ]
        }
        let table = [["what", "legwork", "beside", "its figure", "ratio"]] + cells
        let widths = (0..<5).map { column in table.map { $0[column].count }.max() ?? 0 }
        for row in table {
            print(zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  "))
        }
    }

    func write(to path: String) throws {
        let values = rows.map { row -> JSONValue in
            [
                "name": .string(row.name), "value": JSONValue(row.value), "unit": .string(row.unit), "peer": JSONValue(row.peer),
                "peerValue": row.peerValue.map { JSONValue($0) } ?? nil, "ratio": row.ratio.map { JSONValue($0) } ?? nil,
            ]
        }
        try JSONValue.array(values).prettyJSON().write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static func text(_ value: Double) -> String {
        switch abs(value) {
        case 1000...: "\(Int(value.rounded()))"
        case 10...: "\((value * 10).rounded() / 10)"
        default: "\((value * 1000).rounded() / 1000)"
        }
    }
}

/// How long something takes, by the continuous clock.
enum Measure {
    /// The median over several rounds of the time per repetition, in seconds.
    static func median(rounds: Int = 5, _ count: Int, _ body: (Int) async throws -> Void) async rethrows -> Double {
        var times: [Double] = []
        for _ in 0..<rounds {
            let start = ContinuousClock.now
            try await body(count)
            times.append((ContinuousClock.now - start).seconds / Double(count))
        }
        return times.sorted()[rounds / 2]
    }

    /// The medians of times and of sizes.
    static func medians(_ rounds: [(seconds: Double, bytes: Double)]) -> (seconds: Double, bytes: Double) {
        (percentile(0.5, of: rounds.map(\.seconds)), percentile(0.5, of: rounds.map(\.bytes)))
    }

    static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start).seconds
    }

    /// A percentile of some times.
    static func percentile(_ part: Double, of times: [Double]) -> Double {
        let sorted = times.sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }
}
