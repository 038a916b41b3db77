import LegworkCore
import Testing

@Suite("legwork call")
struct CallingTools {
    @Test("prints a result's text; an error's with 1")
    func inline() async throws {
        try await Site.use { site in
            let good = try await site.legwork("call", "run_command", #"{"argv": ["echo", "hello"]}"#)
            #expect(good.code == 0)
            #expect(good.output == "hello\nexit code 0\n")
            let bad = try await site.legwork("call", "run_command", #"{"shell": "exit 7"}"#)
            #expect(bad.code == 1, "\(bad)")
            let json = try await site.json("call", "run_command", #"{"argv": ["echo", "hello"]}"#)
            #expect(json["status"] == "finished")
            #expect(json["result"]?["structuredContent"]?["exit_code"]?.int == 0)
            #expect(try await site.legwork("call", "list_tasks").code == 0)
        }
    }

    @Test("prints the id of what goes on as a task, with 75, or with 0 when that was wanted")
    func task() async throws {
        try await Site.use { site in
            let slow = #"{"argv": ["sleep", "3600"]}"#
            let late = try await site.legwork("call", "--window", "100ms", "run_command", slow)
            #expect(late.code == 75)
            #expect(try await site.status(late.output.trimmed) == "running")
            for options in [["--background"], ["--queue", "default"]] {
                let view = try await site.start(["call"] + options + ["run_command", slow]).end()
                #expect(view.code == 0)
                let status = try await site.status(view.output.trimmed)
                #expect(["running", "queued"].contains(status))
            }
        }
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let words: [String]
        let says: [String]
        var testDescription: String { words.joined(separator: " ") }
    }

    @Test(
        "says what is wrong, and where, with 2",
        arguments: [
            Mistake(words: ["run_command", "{"], says: ["JSON"]),
            Mistake(words: ["run_command", "[1]"], says: ["arguments", "object"]),
            Mistake(words: ["run_command", "null"], says: ["arguments", "object"]),
            Mistake(words: ["run_command", #"{"argv": 5}"#], says: ["argv", "array"]),
            Mistake(words: ["run_command", #"{"argv": ["a", 5]}"#], says: ["argv[1]", "string"]),
            Mistake(words: ["run_command", #"{"argv": ["a"], "colour": 1}"#], says: ["colour"]),
            Mistake(words: ["run_command", "{}"], says: ["argv"]),
            Mistake(words: ["run_command", #"{"argv": ["true"], "timeout": -1}"#], says: ["timeout"]),
            Mistake(words: ["run_comand", "{}"], says: ["run_comand", "run_command"]),
            Mistake(words: ["--window", "-1", "run_command", #"{"argv": ["true"]}"#], says: ["--window"]),
            Mistake(words: ["--windw", "1", "run_command"], says: ["--windw", "--window"]),
            Mistake(words: [], says: ["tool"]),
            Mistake(words: ["run_command", "{}", "{}"], says: ["tool"]),
            Mistake(words: ["run_command", String(repeating: "[", count: 100_000)], says: ["JSON"]),
        ]
    )
    func mistakes(_ mistake: Mistake) async throws {
        try await Site.use { site in
            let view = try await site.start(["call"] + mistake.words).end()
            #expect(view.code == 2, "\(view)")
            #expect(view.output == "")
            for text in mistake.says { #expect(view.error.contains(text), "'\(text)' is missing in \(view)") }
        }
    }
}
