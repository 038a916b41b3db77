/// What kind of ending a verification came to, judged by how its command ended and by whole words and lines of what it wrote.
public enum GateClassification: String, Sendable, Hashable, CaseIterable {
    case passed
    case timeout
    case cancelled
    /// A port that it needs is in use.
    case portBinding = "environment_port_binding"
    /// A linter or formatter has something to say.
    case lint = "lint_failure"
    /// A test failed.
    case test = "test_failure"
    /// It does not compile.
    case compile = "compile_error"
    /// Something else: a tool that is missing, a disk that is full.
    case environment = "environment_or_tooling_failure"

    /// Judges a run.
    ///
    /// - Parameters:
    ///   - gate: what was verified.
    ///   - status: how it ended.
    ///   - exitCode: its exit code.
    ///   - output: what it wrote, or the end of that.
    public init(gate: String, status: Gate.Status, exitCode: Int?, output: String) {
        switch status {
        case .passed: self = .passed
        case .timeout: self = .timeout
        case .cancelled: self = .cancelled
        case .failed: self = Self.failure(of: gate.lowercased(), exitCode: exitCode, output.lowercased())
        }
    }

    private static func failure(of gate: String, exitCode: Int?, _ output: String) -> GateClassification {
        // What a shell says of a command that cannot be found or run.
        if exitCode == 126 || exitCode == 127 { return .environment }
        var (portIsTaken, failsToCompile, failsTest, warns) = (false, false, false, false)
        // Bytes, for there may be megabytes of them, and what is looked for is ASCII.
        for line in Array(output.utf8).split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            if line.holds("address already in use") || line.holds("eaddrinuse") && words(line).contains("eaddrinuse") {
                portIsTaken = true
            }
            if line.holds("error: could not compile") || line.holds("compilation failed") || line.holds("error:") && isDiagnosis(line) {
                failsToCompile = true
            }
            let start = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if start.starts(with: "test result: failed".utf8) { failsTest = true }
            if start.starts(with: "warning:".utf8) { warns = true }
        }
        if portIsTaken { return .portBinding }
        if ["clippy", "fmt", "lint", "format"].contains(gate) { return .lint }
        if failsToCompile { return .compile }
        if gate == "test" || failsTest { return .test }
        return warns ? .lint : .environment
    }

    /// Whether a line is a compiler's: `file:line:column: error: …`.
    private static func isDiagnosis(_ line: ArraySlice<UInt8>) -> Bool {
        // What such a line says of its place is short.
        String(decoding: line.prefix(8192), as: UTF8.self).firstMatch(of: #/^\S[^:]*:\d+(:\d+)?: (fatal )?error:/#) != nil
    }

    private static func words(_ line: ArraySlice<UInt8>) -> [Substring] {
        String(decoding: line, as: UTF8.self).split { !$0.isLetter && !$0.isNumber }
    }
}

extension ArraySlice<UInt8> {
    /// Whether a text stands somewhere in the line.
    fileprivate func holds(_ text: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard count >= wanted.count else { return false }
        for start in startIndex...endIndex - wanted.count where self[start] == wanted[0] && self[start...].starts(with: wanted) {
            return true
        }
        return false
    }
}
