import Glibc
import LegworkCommands
import LegworkCore
import LegworkTestKit
import TestPrograms
import Testing

extension RunningCommands {
    @Suite("What a command is given")
    struct Given {
        @Test("Arguments arrive as they are, whatever is in them")
        func arguments() async throws {
            let words = ["", " two  words ", "'", "\"", "$HOME", "`x`", "*", "\\", "a\nb", "grün 😀", "-n", "%s"]
            let result = try await CommandRig().run(["argv": .array(["printf", "[%s]"] + words.map(JSONValue.string))])
            #expect(result.text == words.map { "[\($0)]" }.joined() + "\nexit code 0")
        }

        @Test("A shell line is a shell's")
        func shell() async throws {
            let result = try await CommandRig().run(["shell": "x=1; echo $((x + 1)) | tr 2 b; false || echo $0"])
            #expect(result.lines == ["b", "/bin/sh", "exit code 0"])
        }

        @Test("As many arguments as are allowed")
        func manyArguments() async throws {
            let result = try await CommandRig().run(["argv": .array(Array(repeating: "echo", count: 4096))])
            #expect(result["output_bytes"]?.int == 4095 * 5)
        }

        @Test("It starts in cwd, or in the default directory, or at home")
        func directory() async throws {
            let folder = try TemporaryFolder()
            let path = JSONValue.string(folder.path)
            let result = try await CommandRig().run(["argv": ["/bin/pwd"], "cwd": path])
            #expect(result.lines[0] == folder.path)
            let other = try await CommandRig(RunCommandConfiguration(defaultDirectory: folder.path)).run(["argv": ["/bin/pwd"]])
            #expect(other.lines[0] == folder.path)
            let home = try await CommandRig(RunCommandConfiguration()).run(["shell": "[ \"$(pwd -P)\" = \"$(cd ~ && pwd -P)\" ]"])
            #expect(home.exitCode == 0)
        }

        @Test("env is the whole environment, but for the mark; extra_env adds to it and replaces")
        func environment() async throws {
            let configuration = RunCommandConfiguration(defaultDirectory: "/", environment: ["A": "0", "B": "0", "PATH": "/usr/bin:/bin"])
            func variables(_ arguments: JSONValue) async throws -> [String] {
                let result = try await CommandRig(configuration).run(arguments)
                return result.lines.dropLast().filter { !$0.hasPrefix("LEGWORK_COMMAND=") }
            }
            #expect(try await variables(["argv": ["env"]]) == ["A=0", "B=0", "PATH=/usr/bin:/bin"])
            #expect(
                try await variables(["argv": ["env"], "extra_env": ["B": "", "C": "x=y\nz"]])
                    == ["A=0", "B=", "C=x=y", "z", "PATH=/usr/bin:/bin"]
            )
            #expect(try await variables(["argv": ["/usr/bin/env"], "env": ["ONLY": "grün"]]) == ["ONLY=grün"])
            #expect(try await variables(["argv": ["/usr/bin/env"], "env": ["A": "1"], "extra_env": ["B": "2"]]) == ["A=1", "B=2"])
        }

        @Test("By default it gets this process's environment")
        func ownEnvironment() async throws {
            let path = try #require(getenv("PATH").map { String(cString: $0) })
            let result = try await CommandRig().run(["shell": "echo $PATH"])
            #expect(result.lines[0] == path)
        }

        @Test("Its mark names the task, and no two commands have the same")
        func mark() async throws {
            let rig = try CommandRig()
            let first = try await rig.run(["shell": "echo $LEGWORK_COMMAND"]).lines[0]
            let second = try await rig.run(["shell": "echo $LEGWORK_COMMAND"]).lines[0]
            #expect(first.hasPrefix("\(rig.host.taskID).1."))
            #expect(first != second)
            let other = try await rig.run(["argv": ["env"], "env": ["LEGWORK_COMMAND": "outer", "PATH": "/usr/bin:/bin"]])
            #expect(other.lines.count == 3)
            #expect(other.lines[1].hasPrefix("LEGWORK_COMMAND=\(rig.host.taskID).1."))
        }

        @Test("The program is looked up in the PATH of its own environment, from its own directory")
        func lookup() async throws {
            let folder = try TemporaryFolder()
            try folder.addFolder("one")
            try folder.addFolder("two")
            try folder.add("one/tool", "#!/bin/sh\necho one", mode: 0o644)
            try folder.add("two/tool", "#!/bin/sh\necho two $0")
            try folder.add("here", "#!/bin/sh\necho here")
            try folder.addFolder("one/here")
            let base = JSONValue.string(folder.path)
            func output(_ name: JSONValue, path: String) async throws -> String {
                try await CommandRig().run(["argv": [name], "cwd": base, "env": ["PATH": .string(path)]]).lines[0]
            }
            // The first that can be run: a file without permission and a directory are passed over.
            #expect(try await output("tool", path: "/nope:\(folder.path)/one:\(folder.path)/two") == "two \(folder.path)/two/tool")
            #expect(try await output("here", path: "one:.") == "here")
            #expect(try await output("here", path: "one:") == "here")
            #expect(try await output("./here", path: "/nope") == "here")
            #expect(try await output("two/tool", path: "/nope").hasPrefix("two "))
        }

        @Test("It has no descriptors but its own three, no blocked and no ignored signals")
        func cleanStart() async throws {
            let descriptors = try await CommandRig().run(["argv": ["ls", "/proc/self/fd"]])
            // The fourth is the folder that is being listed.
            #expect(descriptors.lines == ["0", "1", "2", "3", "exit code 0"])
            let signals = try await CommandRig().run(["argv": ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]])
            let masks = signals.lines.dropLast().compactMap { UInt64($0.drop { $0 != "\t" }.dropFirst(), radix: 16) }
            // Signals 32 and 33 are glibc's own; its posix_spawn sees to them.
            #expect(masks.map { $0 & ~(0b11 << 31) } == [0, 0])
        }

        @Test("It leads its own session and group")
        func session() async throws {
            let result = try await CommandRig().run(["shell": "cut -d' ' -f1,5,6 /proc/$$/stat"])
            let numbers = Set(result.lines[0].split(separator: " "))
            #expect(numbers.count == 1)
        }
    }
}
