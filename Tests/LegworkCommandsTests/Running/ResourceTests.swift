import Glibc
import LegworkCommands
import LegworkCore
import LegworkTestKit
import Synchronization
import TestPrograms
import Testing

extension RunningCommands {
    @Suite("What running costs")
    struct Resources {
        @Test("200 commands at once, with 5 MB each way, lose no byte")
        func throughput() async throws {
            let inputs = (0..<4).map { number in
                String(repeating: "line of input number \(number), which comes out as it went in\n", count: 90_000 + number)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    let input = inputs[index % inputs.count]
                    group.addTask {
                        let differs = Atomic<Bool>(false)
                        let output = RecordingToolOutput(limit: 0) { bytes, offset in
                            let isEqual = input.utf8.withContiguousStorageIfAvailable { expected in
                                guard let start = expected.baseAddress, let got = bytes.baseAddress else { return bytes.isEmpty }
                                return offset + bytes.count <= expected.count && memcmp(start + offset, got, bytes.count) == 0
                            }
                            if isEqual != true { differs.store(true, ordering: .relaxed) }
                        }
                        let rig = try CommandRig(host: RecordingToolHost(output: output))
                        let result = try await rig.run(["shell": "cat; exit \(index % 7)", "stdin": .string(input), "tail_bytes": 10])
                        #expect(result.exitCode == index % 7)
                        #expect(output.byteCount == input.utf8.count)
                        let hasDiffered = differs.load(ordering: .relaxed)
                        #expect(!hasDiffered)
                    }
                }
                try await group.waitForAll()
            }
        }

        @Test("After 200 commands of every kind no descriptor and no child is left")
        func leaks() async throws {
            let folder = try TemporaryFolder()
            let broken = try folder.add("broken", "\u{1}\u{2}")
            let kinds: [JSONValue] = [
                ["argv": ["true"]],
                ["shell": "exit 3"],
                ["argv": ["cat"], "stdin": .string(String(repeating: "x", count: 100_000))],
                ["argv": ["true"], "stdin": .string(String(repeating: "x", count: 100_000))],
                ["shell": "kill -KILL $$"],
                ["argv": ["sleep", "300"], "timeout": 0.01],
                ["argv": [.string(broken)]],
                ["shell": "true | true | false"],
            ]
            @Sendable func runAll(_ count: Int) async {
                await withDiscardingTaskGroup { group in
                    for index in 0..<count {
                        group.addTask { _ = try? await CommandRig().run(kinds[index % kinds.count]) }
                    }
                }
            }
            await runAll(kinds.count)
            let (descriptors, children) = (ProcessFacts.descriptorCount(), ProcessFacts.children())
            await runAll(200)
            #expect(ProcessFacts.descriptorCount() == descriptors)
            #expect(ProcessFacts.children() == children)
        }

        @Test("Orphans of a command that runs on are reaped")
        func orphans() async throws {
            let line = "pid=$(true & echo $!); while [ -d /proc/$pid ]; do sleep 0.05; done; echo gone"
            let result = try await CommandRig().run(["shell": .string(line)])
            #expect(result.text == "gone\nexit code 0")
        }

        @Test("A talkative command does not starve others")
        func fairness() async throws {
            let talker = try CommandRig(host: RecordingToolHost(output: RecordingToolOutput(limit: 10)))
            let call = talker.start(["argv": ["yes"]])
            try await talker.output.contains("y")
            for _ in 0..<20 {
                let result = try await CommandRig().run(["argv": ["echo", "hello"]])
                #expect(result.text == "hello\nexit code 0")
            }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }
    }
}
