import Glibc
import LegworkCommands
import LegworkCore
import LegworkTestKit
import TestPrograms
import Testing

extension RunningCommands {
    @Suite("What goes in and comes out")
    struct Streams {
        @Test("There is nothing to read unless something is given", arguments: [nil, ""])
        func noInput(input: String?) async throws {
            let result = try await CommandRig().run(["shell": "wc -c; readlink /proc/self/fd/0", "stdin": JSONValue(input)])
            #expect(result.lines == ["0", "/dev/null", "exit code 0"])
        }

        @Test("Input arrives in full, whatever is in it")
        func input() async throws {
            let rig = try CommandRig()
            let text = "a\u{0}b\r\n\u{1}grün 😀\n"
            _ = try await rig.run(["argv": ["cat"], "stdin": .string(text)])
            #expect(try rig.output.bytes == Array(text.utf8))
        }

        @Test("Input larger than any pipe")
        func largeInput() async throws {
            let text = String(repeating: "0123456789abcde\n", count: 10 << 16)
            let result = try await CommandRig().run(["argv": ["cksum"], "stdin": .string(text)])
            let sum = try await CommandRig().run(["shell": "yes 0123456789abcde | head -c 10485760 | cksum"])
            #expect(result.text == sum.text)
            #expect(result.lines[0].hasSuffix(" 10485760"))
        }

        @Test(
            "A command need not read its input",
            arguments: [
                ("exit 3", 3), ("head -c 10 >/dev/null", 0), ("exec 0<&-; echo closed; exit 4", 4),
                ("exec 0<&-; head -c 1000000 /dev/zero", 0),
            ]
        )
        func unreadInput(line: String, code: Int) async throws {
            let result = try await CommandRig().run(["shell": .string(line), "stdin": .string(String(repeating: "x", count: 1 << 20))])
            #expect(result.exitCode == code)
        }

        @Test("Standard output and standard error come in the order in which they were written")
        func order() async throws {
            let rig = try CommandRig()
            let line = "i=0; while [ $i -lt 2000 ]; do echo out $i; echo err $i >&2; i=$((i + 1)); done"
            _ = try await rig.run(["shell": .string(line)])
            #expect(try rig.output.text == (0..<2000).map { "out \($0)\nerr \($0)\n" }.joined())
        }

        @Test("The result shows the end of a long output, and says where the rest is")
        func longOutput() async throws {
            let rig = try CommandRig()
            let result = try await rig.run(["argv": ["seq", "100000"]])
            #expect(result["output_bytes"] == 588_895)
            #expect(result["output_truncated"] == false)
            let excerpt = try #require(result["output"]?.string)
            #expect(excerpt.hasSuffix("\n99999\n100000"))
            #expect(result.text.contains(excerpt))
            #expect(result["output_path"] == "/nowhere/output.log")
            let shown = result.lines.dropFirst().dropLast()
            let length = shown.reduce(0) { $0 + $1.utf8.count + 1 }
            #expect(result.lines[0] == "… \(588_895 - length) earlier bytes omitted; whole output: /nowhere/output.log")
            #expect((8192 - 7...8192).contains(length))
            #expect(Array(shown) == (1...100_000).suffix(shown.count).map(String.init))
            #expect(try rig.output.byteCount == 588_895)
        }

        @Test("As much of the end as the call wants", arguments: [0, 1, 5, 6, 100_000])
        func tailBytes(count: Int) async throws {
            let result = try await CommandRig().run(["shell": "echo one; echo three", "tail_bytes": JSONValue(count)])
            let expected =
                switch count {
                case 0: ["… 10 earlier bytes omitted; whole output: /nowhere/output.log", "exit code 0"]
                case 1: ["… 9 earlier bytes omitted; whole output: /nowhere/output.log", "exit code 0"]
                case 5: ["… 5 earlier bytes omitted; whole output: /nowhere/output.log", "hree", "exit code 0"]
                case 6: ["… 4 earlier bytes omitted; whole output: /nowhere/output.log", "three", "exit code 0"]
                default: ["one", "three", "exit code 0"]
                }
            #expect(result.lines == expected)
        }

        @Test("One huge line")
        func hugeLine() async throws {
            let result = try await CommandRig().run(["shell": "head -c 3000000 /dev/zero | tr '\\0' x"])
            #expect(result["output_bytes"] == 3_000_000)
            #expect(result.lines[0].hasPrefix("… 2991808 earlier bytes omitted"))
            #expect(result.lines[1] == String(repeating: "x", count: 8192))
        }

        @Test("Bytes that are no text are kept, and repaired in the result")
        func noText() async throws {
            let rig = try CommandRig()
            let result = try await rig.run(["argv": ["printf", #"a\377\000\303(b"#]])
            #expect(try rig.output.bytes == [0x61, 0xFF, 0, 0xC3, 0x28, 0x62])
            #expect(result.lines[0] == "a\u{FFFD}\u{0}\u{FFFD}(b")
        }

        @Test("A full disk does not stop the command; the result says so and shows the end")
        func fullDisk() async throws {
            let rig = try CommandRig(host: RecordingToolHost(output: RecordingToolOutput(failsAt: 200_000)))
            let result = try await rig.run(["shell": "seq 100000; exit 5"])
            #expect(result.exitCode == 5)
            #expect(result["output_bytes"] == 588_895)
            #expect(result["output_error"] == "no space left on device")
            #expect(result["output_truncated"] == true)
            #expect(
                result.lines.suffix(3) == ["100000", "(the output could not be written in full: no space left on device)", "exit code 5"]
            )
            #expect(try rig.output.byteCount <= 200_000)
        }

        @Test("An output that reached its limit still shows its real end")
        func limitedOutput() async throws {
            let rig = try CommandRig(host: RecordingToolHost(output: RecordingToolOutput(limit: 100)))
            let result = try await rig.run(["shell": "seq 100000"])
            #expect(result["output_truncated"] == true)
            #expect(result["output_error"] == nil)
            #expect(result.lines.suffix(3) == ["100000", "(the output was too long to be kept in full)", "exit code 0"])
            #expect(result.lines[0].contains("earlier bytes omitted; the output kept: /nowhere/output.log"))
        }

        @Test("Its last line is reported while it runs")
        func status() async throws {
            let rig = try CommandRig()
            let call = rig.start(["shell": "printf 'one\\n\\033[32mtwo\\033[0m\\n\\n'; sleep 300"])
            await rig.host.report { $0.message == "two" }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }

        @Test("Reports go on as long as output comes")
        func statuses() async throws {
            let folder = try TemporaryFolder()
            let pipe = try folder.addPipe("words")
            let rig = try CommandRig(RunCommandConfiguration(defaultDirectory: "/", statusInterval: .milliseconds(5)))
            let call = rig.start(["shell": .string("exec 3<>\(pipe); while read word <&3; do echo $word; done")])
            for word in ["one", "two", "three", "four"] {
                _ = try await CommandRig().run(["shell": .string("echo \(word) > \(pipe)")])
                await rig.host.report { $0.message == word }
            }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }

        @Test("However fast lines come, reports come slowly, and the last line is never missed")
        func statusRate() async throws {
            let rig = try CommandRig(RunCommandConfiguration(defaultDirectory: "/", statusInterval: .seconds(3600)))
            _ = try await rig.run(["argv": ["seq", "100000"]])
            #expect(rig.host.messages.count <= 2)
            #expect(rig.host.messages.last == "100000")
        }

        @Test("A report has at most 200 bytes")
        func statusLength() async throws {
            let rig = try CommandRig()
            _ = try await rig.run(["shell": "head -c 100000 /dev/zero | tr '\\0' x"])
            #expect(!rig.host.messages.isEmpty)
            #expect(rig.host.messages.allSatisfy { $0.utf8.count <= 200 })
        }
    }
}
