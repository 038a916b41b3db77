import Glibc
import Legwork
import LegworkTestKit
import Testing

@testable import Legwork

@Suite("The output of a task")
struct TaskOutputToolTests {
    /// A tool that writes what it is told to and then waits.
    private func writer(_ bytes: [UInt8], mayEnd: TestSignal, wrote: TestSignal) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: "writer", description: "", background: .always)) { _, context in
            let output = try context.openOutput()
            try bytes.withUnsafeBytes { try output.append($0) }
            wrote.fire()
            await mayEnd.wait()
            return .text("done")
        }
    }

    private func withOutput(
        _ bytes: [UInt8],
        isRunning: Bool = false,
        _ body: (_ ask: (JSONObject) async throws -> ToolResult) async throws -> Void
    ) async throws {
        var template = Array("/tmp/legwork-output-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        let (mayEnd, wrote) = (TestSignal(), TestSignal())
        let bench = try MCPBench(writer(bytes, mayEnd: mayEnd, wrote: wrote), managing: { $0.outputFolder = folder })
        let id = try #require(try await bench.manager.call("writer", as: bench.alice).task).id
        await wrote.wait()
        if !isRunning {
            mayEnd.fire()
            _ = try await bench.manager.wait(for: id, atMost: .seconds(60), in: .operator)
        }
        try await body { arguments in
            var arguments = arguments
            arguments["task_id"] = .string(id.description)
            return try #require(try await bench.manager.call("task_output", .object(arguments), as: bench.alice).result)
        }
        mayEnd.fire()
        _ = try await bench.manager.wait(for: id, atMost: .seconds(60), in: .operator)
        unlink("\(folder)/\(id).log")
        rmdir(folder)
    }

    @Test("is read from its end, or in order from any place")
    func ranges() async throws {
        try await withOutput(Array((0..<10_000).map { "\($0)\n" }.joined().utf8)) { ask in
            let total = 48_890
            let tail = try #require(try await ask([:]).structuredContent)
            #expect(tail["total_bytes"]?.int == total)
            #expect(tail["output"]?.string?.utf8.count == 8192)
            #expect(tail["output"]?.string?.hasSuffix("9999\n") == true)
            #expect(tail["offset"]?.int == total - 8192)
            #expect(tail["next_offset"]?.int == total)
            #expect(tail["more"] == false)
            #expect(tail["may_grow"] == false)
            #expect(try await ask(["tail_bytes": 5]).structuredContent?["output"] == "9999\n")

            var text = ""
            var next = 0
            while true {
                let part = try #require(try await ask(["offset": JSONValue(next), "limit": 10_000]).structuredContent)
                text += part["output"]?.string ?? ""
                next = part["next_offset"]?.int ?? 0
                if part["more"] == false { break }
            }
            #expect(text.utf8.count == total)
            let beyond = try await ask(["offset": 1_000_000])
            #expect(beyond.structuredContent?["output"] == "")
            #expect(beyond.structuredContent?["more"] == false)
            #expect(!beyond.isError)
        }
    }

    @Test("of a running task says that more may come")
    func running() async throws {
        try await withOutput(Array("so far\n".utf8), isRunning: true) { ask in
            let result = try await ask([:])
            #expect(result.structuredContent?["may_grow"] == true)
            #expect(result.structuredContent?["status"] == "running")
            #expect(result.content.count == 2)
            #expect(result.content[1] == .text("so far\n"))
            #expect(result.content[0].text?.contains("Bytes 0 to 7 of 7") == true)
        }
    }

    @Test("that is empty, or not there, is no error")
    func none() async throws {
        try await withOutput([]) { ask in
            let result = try await ask([:])
            #expect(!result.isError)
            #expect(result.structuredContent?["total_bytes"] == 0)
            #expect(result.text.contains("has written no output"))
        }
    }

    @Test("is text whatever the bytes are, and no character is torn between two parts", arguments: [1, 2, 3, 4, 5, 7])
    func text(limit: Int) async throws {
        let written = "aé€😀" + "\u{0}z"
        try await withOutput(Array(written.utf8)) { ask in
            var text = ""
            var next = 0
            for _ in 0..<100 {
                // A part smaller than a character is given as it is, repaired, so that reading always gets on.
                let part = try #require(try await ask(["offset": JSONValue(next), "limit": JSONValue(limit)]).structuredContent)
                text += part["output"]?.string ?? ""
                let end = part["next_offset"]?.int ?? 0
                #expect(end > next)
                next = end
                if part["more"] == false { break }
            }
            #expect(next == written.utf8.count)
            if limit >= 4 { #expect(text == written) }
        }
    }

    struct Cut: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let offset: Int
        let total: Int
        let mayGrow: Bool
        let startsAnywhere: Bool
        let text: String
        let range: Range<Int>
        var testDescription: String { "\(bytes) of \(total) from \(offset)" }
    }

    @Test(
        "is cut between characters",
        arguments: [
            // The end of é, then more: a tail begins after it.
            Cut(bytes: [0xA9, 0x61], offset: 5, total: 7, mayGrow: false, startsAnywhere: true, text: "a", range: 6..<7),
            Cut(bytes: [0xA9, 0x61], offset: 5, total: 7, mayGrow: false, startsAnywhere: false, text: "\u{FFFD}a", range: 5..<7),
            // The beginning of €, and the rest is there or may come.
            Cut(bytes: [0x61, 0xE2, 0x82], offset: 0, total: 4, mayGrow: false, startsAnywhere: false, text: "a", range: 0..<1),
            Cut(bytes: [0x61, 0xE2, 0x82], offset: 0, total: 3, mayGrow: true, startsAnywhere: true, text: "a", range: 0..<1),
            Cut(bytes: [0x61, 0xE2, 0x82], offset: 0, total: 3, mayGrow: false, startsAnywhere: true, text: "a\u{FFFD}", range: 0..<3),
            // Bytes that are no UTF-8 at all are shown as such and do not stop anybody.
            Cut(bytes: [0xFF, 0xFE], offset: 0, total: 5, mayGrow: true, startsAnywhere: false, text: "\u{FFFD}\u{FFFD}", range: 0..<2),
            Cut(bytes: [0xE2], offset: 0, total: 3, mayGrow: false, startsAnywhere: false, text: "\u{FFFD}", range: 0..<1),
            Cut(
                bytes: [0x80, 0x80, 0x80, 0x80, 0x61],
                offset: 3,
                total: 8,
                mayGrow: false,
                startsAnywhere: true,
                text: "\u{FFFD}a",
                range: 6..<8
            ),
            Cut(bytes: [], offset: 3, total: 3, mayGrow: true, startsAnywhere: true, text: "", range: 3..<3),
        ]
    )
    func cuts(_ cut: Cut) {
        let chunk = OutputChunk(bytes: cut.bytes, offset: cut.offset, total: cut.total, mayGrow: cut.mayGrow)
        let text = OutputText(chunk, startsAnywhere: cut.startsAnywhere)
        #expect(text.text == cut.text)
        #expect(text.offset..<text.end == cut.range)
    }
}
