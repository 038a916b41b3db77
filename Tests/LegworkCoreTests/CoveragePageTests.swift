import FoundationEssentials
import Testing

/// The page docs/coverage.md says which test stands for what users need. A test that is renamed or moved has to be so there as well.
@Suite("The page on coverage")
struct CoveragePageTests {
    private let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    private func read(_ path: String) throws -> String { try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8) }

    /// The cells of every row of its tables.
    private func rows() throws -> [[Substring]] {
        try read("docs/coverage.md").split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| row |") }
            .map { $0.dropFirst(2).dropLast(2).split(separator: " | ", omittingEmptySubsequences: false) }
    }

    @Test("names tests that are there")
    func tests() throws {
        var sources: [String: String] = [:]
        var count = 0
        for row in try rows() {
            let tests = (row.last ?? "").split(separator: "<br>")
            #expect(row.count == 4 && !tests.isEmpty, "\(row)")
            for test in tests {
                let parts = try #require(test.wholeMatch(of: /\*(.+?)\* "(.+)" \(\[(\w+)\]\(\.\.\/(.+)\)\)/), "\(test)")
                let (suite, name, file, path) = (parts.1, parts.2, parts.3, String(parts.4))
                if sources[path] == nil { sources[path] = try read(path) }
                let source = try #require(sources[path])
                #expect(path.hasSuffix("/\(file).swift"), "\(test)")
                if path.hasPrefix("Sources/LegworkStoreConformance/Behaviours/") {
                    #expect(suite == "Every store", "\(test)")
                    #expect(source.contains("StoreBehaviour(\"\(name)\""), "no behaviour of this name in \(path): \(name)")
                } else {
                    #expect(source.contains("@Suite(\"\(suite)\""), "\(test)")
                    #expect(declares(source, name), "no test of this name in \(path): \(name)")
                }
                count += 1
            }
        }
        #expect(count > 200)
    }

    /// Whether a source has a test of a name, on the line of its attribute or on the next.
    private func declares(_ source: String, _ name: Substring) -> Bool {
        source.contains("@Test(\"\(name)\"") || source.contains("@Test(\n        \"\(name)\",")
    }

    @Test(
        "leaves out no row, and has none twice",
        arguments: [
            ("SG-", 19), ("TI-", 21), ("TI-A", 12), ("AW-", 26), ("AW-A", 14), ("DS-", 34), ("DS-A", 23), ("F-", 127), ("B-", 23),
        ]
    )
    func complete(system: String, last: Int) throws {
        let later = try read("docs/coverage.md").split(separator: "\n").filter { $0.hasPrefix("- F-") }
            .map { $0.dropFirst(2).prefix { $0 != ":" } }
        let mentions = try rows().compactMap(\.first) + later
        var numbers: [Int] = []
        for mention in mentions {
            for range in mention.matches(of: /([A-Z]+-A?)(\d+)(?: to [A-Z]+-A?(\d+))?/) where range.1 == system {
                let first = try #require(Int(range.2))
                numbers += first...(range.3.flatMap { Int($0) } ?? first)
            }
        }
        #expect(numbers.sorted() == Array(1...last))
    }
}
