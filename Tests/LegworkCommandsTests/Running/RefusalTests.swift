import Glibc
import LegworkCommands
import LegworkCore
import LegworkTestKit
import TestPrograms
import Testing

extension RunningCommands {
    @Suite("A bad command is refused before anything starts")
    struct Refusing {
        private func refusal(_ arguments: JSONValue, _ configuration: RunCommandConfiguration = .init()) throws -> CommandError {
            let tool = try CommandRig(configuration).tool
            return try #require(#expect(throws: CommandError.self) { try tool.prepare(arguments) })
        }

        @Test(
            "Arguments of the wrong form",
            arguments: [
                ([:], "give the command: argv (a list such as [\"git\", \"status\"]) or shell (one line for the shell)"),
                (["argv": ["ls"], "shell": "ls"], "give either argv or shell, not both"),
                (["argv": []], "argv must have 1 to 4096 entries; it has 0"),
                (["argv": "ls"], "argv must be an array of strings, not string"),
                (["argv": ["ls", 1]], "argv[1] must be a string, not integer"),
                (["argv": [""]], "argv[0] must not be empty: it names the program"),
                (["argv": ["ls", "a\u{0}b"]], "argv[1] contains a zero byte, which no program can be given"),
                (["shell": " \n"], "shell must not be empty"),
                (["shell": ["ls"]], "shell must be a string, not array"),
                (["shell": "ls", "env": ["A=B": "c"]], "env has a variable named A=B; a name has at least one character and no '='"),
                (
                    ["shell": "ls", "extra_env": ["": "c"]],
                    "extra_env has a variable named ''; a name has at least one character and no '='"
                ),
                (["shell": "ls", "env": ["A": 1]], "env.A must be a string, not integer"),
                (["shell": "ls", "env": ["A": "\u{0}"]], "env.A contains a zero byte, which no program can be given"),
                (["shell": "ls", "env": ["A"]], "env must be an object of strings, not array"),
                (["shell": "ls", "stdin": 1], "stdin must be a string, not integer"),
                (["shell": "ls", "timeout": 0], "timeout must be more than 0 and at most 604800 seconds; it is 0.0"),
                (["shell": "ls", "timeout": -1.5], "timeout must be more than 0 and at most 604800 seconds; it is -1.5"),
                (["shell": "ls", "timeout": 604_801], "timeout must be more than 0 and at most 604800 seconds; it is 604801.0"),
                (["shell": "ls", "timeout": "1"], "timeout must be a number of seconds, not string"),
                (["shell": "ls", "tail_bytes": -1], "tail_bytes must be a whole number from 0 to 1048576"),
                (["shell": "ls", "tail_bytes": 1.5], "tail_bytes must be a whole number from 0 to 1048576"),
            ] as [(JSONValue, String)]
        )
        func form(arguments: JSONValue, message: String) throws {
            let error = try refusal(arguments)
            #expect(error.message == message)
            #expect(error.code == .invalidArguments)
        }

        @Test("More than 4096 arguments")
        func tooMany() throws {
            let list = JSONValue.array(Array(repeating: "x", count: 4097))
            #expect(try refusal(["argv": list]).message == "argv must have 1 to 4096 entries; it has 4097")
        }

        @Test("A shell line where none is allowed")
        func noShell() throws {
            let configuration = RunCommandConfiguration(allowsShell: false)
            #expect(try refusal(["shell": "ls"], configuration).code == .shellNotAllowed)
            #expect(try refusal([:], configuration).message == "give the command: argv, a list such as [\"git\", \"status\"]")
            let schema = try CommandRig(configuration).tool.descriptor.inputSchema
            #expect(schema["properties"]?["shell"] == nil)
            #expect(schema["required"] == ["argv"])
        }

        @Test("A directory that cannot be used")
        func directory() throws {
            let folder = try TemporaryFolder()
            let file = try folder.add("file", "")
            for (cwd, reason) in [
                ("/nope/nope", "cwd '/nope/nope' does not exist"),
                (file, "cwd '\(file)' is not a directory"),
                ("relative", "cwd 'relative' is not an absolute path; it must begin with '/'"),
                ("~/x", "cwd '~/x' is not an absolute path; it must begin with '/'"),
                ("", "cwd '' is not an absolute path; it must begin with '/'"),
            ] {
                let error = try refusal(["argv": ["ls"], "cwd": .string(cwd)])
                #expect(error.message == reason)
                #expect(error.code == .unusableDirectory)
            }
        }

        @Test("A program that does not exist or cannot be run")
        func program() throws {
            let folder = try TemporaryFolder()
            let plain = try folder.add("plain", "text", mode: 0o644)
            let path = folder.path
            for (arguments, code, message) in [
                (
                    ["argv": ["nope-nope"], "env": ["PATH": "/usr/bin:/bin"]], .notFound,
                    "command 'nope-nope' was not found in PATH (/usr/bin:/bin); give an absolute path or fix env.PATH"
                ),
                (
                    ["argv": ["nope-nope"], "env": [:]], .notFound,
                    "command 'nope-nope' was not found in the standard PATH (/bin:/usr/bin), for env has none; "
                        + "give an absolute path or fix env.PATH"
                ),
                (
                    ["argv": ["/nope/nope"]], .notFound,
                    "command '/nope/nope' does not exist; check the path (relative ones start at cwd)"
                ),
                (["argv": [.string(path)]], .notExecutable, "'\(path)' is a directory, not a program"),
                (["argv": ["/dev/null"]], .notExecutable, "'/dev/null' is not a regular file, so it cannot be run"),
                (
                    ["argv": [.string(plain)]], .notExecutable,
                    "'\(plain)' is not executable; make it so (chmod +x), or give it to its interpreter, such as [\"sh\", \"\(plain)\"]"
                ),
                (
                    ["argv": ["plain"], "env": ["PATH": .string(path)]], .notExecutable,
                    "'\(plain)' is not executable; make it so (chmod +x), or give it to its interpreter, such as [\"sh\", \"\(plain)\"]"
                ),
            ] as [(JSONValue, CommandError.Code, String)] {
                let error = try refusal(arguments)
                #expect(error.message == message)
                #expect(error.code == code)
            }
        }

        @Test("More than the system can hand over")
        func size() throws {
            let long = JSONValue.string(String(repeating: "x", count: 131_072))
            #expect(try refusal(["argv": ["echo", long]]).message.hasPrefix("argument 1 is 131072 bytes; the system takes at most 131071"))
            #expect(
                try refusal(["argv": ["echo"], "env": ["BIG": long]]).message.hasPrefix("the environment variable BIG has 131076 bytes")
            )
            let many = JSONValue.array(["echo"] + Array(repeating: .string(String(repeating: "x", count: 100_000)), count: 100))
            #expect(try refusal(["argv": many]).message.hasPrefix("arguments and environment together are too large (100"))
            #expect(try refusal(["argv": many]).code == .tooLarge)
            let input = JSONValue.string(String(repeating: "x", count: 10 << 20 + 1))
            #expect(try refusal(["argv": ["cat"], "stdin": input]).code == .tooLarge)
        }

        @Test("What cannot be seen before it is tried is said as clearly")
        func start() async throws {
            let folder = try TemporaryFolder()
            let noInterpreter = try folder.add("lost", "#!/nope/interpreter\n")
            let noProgram = try folder.add("data", "\u{1}\u{2}\u{3}")
            for (file, reason) in [
                (noInterpreter, "the interpreter or loader that it names does not exist"),
                (noProgram, "is no program this system can run"),
            ] {
                let rig = try CommandRig()
                let error = try await #require(throws: CommandError.self) { try await rig.run(["argv": [.string(file)]]) }
                #expect(error.code == .notExecutable)
                #expect(error.message.contains(reason))
            }
        }

        @Test("A call without a place for its output starts nothing")
        func noOutput() async throws {
            let folder = try TemporaryFolder()
            let rig = try CommandRig(host: RecordingToolHost(output: nil))
            await #expect(throws: RecordingToolOutput.Failure.self) {
                try await rig.run(["argv": ["touch", .string("\(folder.path)/started")]])
            }
            #expect(access("\(folder.path)/started", F_OK) != 0)
        }

        @Test("The schema names every argument and hides what may be secret")
        func descriptor() throws {
            let descriptor = try CommandRig().tool.descriptor
            #expect(descriptor.name == "run_command")
            #expect(
                descriptor.inputSchema["properties"]?.object?.keys
                    == ["argv", "shell", "cwd", "env", "extra_env", "stdin", "timeout", "tail_bytes"]
            )
            #expect(descriptor.inputSchema["additionalProperties"] == false)
            #expect(descriptor.sensitiveArguments == ["env", "extra_env", "stdin"])
            #expect(descriptor.durability == .eager)
            #expect(descriptor.recovery == .stop)
            #expect(descriptor.background == .automatic(after: nil))
            #expect(descriptor.annotations?["destructiveHint"] == true)
        }
    }
}
