import Glibc
import LegworkCommands
import LegworkCore
import LegworkTestKit
import TestPrograms
import Testing

extension RunningCommands {
    @Suite("How a command ends")
    struct Ending {
        @Test("By itself, with a code", arguments: [0, 1, 2, 42, 126, 127, 128, 255])
        func exitCodes(code: Int) async throws {
            let result = try await CommandRig().run(["argv": ["sh", "-c", .string("exit \(code)")]])
            #expect(result.exitCode == code)
            #expect(result["signal"] == .null)
            #expect(result["timed_out"] == false)
            #expect(result["left_running"] == nil)
            #expect(result["drained"] == true)
            #expect(result.isError == (code != 0))
            #expect(result.text == "exit code \(code)")
        }

        @Test("By a signal", arguments: ["TERM", "KILL", "INT", "HUP", "USR1", "PIPE", "ABRT"])
        func signals(name: String) async throws {
            let result = try await CommandRig().run(["shell": .string("ulimit -c 0; kill -s \(name) $$")])
            #expect(result["exit_code"] == .null)
            #expect(result.signal == "SIG\(name)")
            #expect(result.isError)
            #expect(result.text == "killed by SIG\(name)")
        }

        @Test("By the time limit")
        func timeLimit() async throws {
            let result = try await CommandRig().run(["shell": "echo begun; sleep 300", "timeout": 0.5])
            #expect(result["timed_out"] == true)
            #expect(result.signal == "SIGTERM")
            #expect(result.isError)
            #expect(result.lines == ["begun", "timed out after 0.5 s"])
        }

        @Test("By the time limit, even if it then says that all is well")
        func timeLimitHandled() async throws {
            let rig = try CommandRig()
            let result = try await rig.run(["shell": "trap 'echo bye; exit 0' TERM; sh -c 'exec sleep 300' & wait", "timeout": 1])
            #expect(result["timed_out"] == true)
            #expect(result.exitCode == 0)
            #expect(result.isError)
            #expect(result.lines == ["bye", "timed out after 1 s"])
        }

        @Test("In time: a limit that is not reached changes nothing")
        func withinTime() async throws {
            let result = try await CommandRig().run(["shell": "echo done", "timeout": 300])
            #expect(result["timed_out"] == false)
            #expect(result.text == "done\nexit code 0")
        }

        @Test("It is told which process it is")
        func started() async throws {
            let rig = try CommandRig()
            let result = try await rig.run(["shell": "echo $$"])
            let pid = try #require(Int(result.lines[0]))
            let event = try #require(rig.host.events.first)
            #expect(event.text == "process \(pid) started")
            #expect(event.data?["pid"]?.int == pid)
            #expect((event.data?["start_time"]?.int ?? 0) > 0)
        }

        @Test("A process left behind goes on, and is counted")
        func leftBehind() async throws {
            let result = try await CommandRig().run(["shell": "sleep 300 >/dev/null 2>&1 & echo $!"])
            let pid = try #require(Int32(result.lines[0]))
            defer { kill(pid, SIGKILL) }
            #expect(ProcessFacts.isAlive(pid))
            #expect(result.exitCode == 0)
            #expect(!result.isError)
            #expect(result["left_running"] == 1)
            #expect(result["drained"] == true)
            #expect(result.lines.dropFirst() == ["(1 process of this command is still running)", "exit code 0"])
        }

        @Test("A process left behind that holds the output open is not waited for")
        func holdsOutput() async throws {
            let rig = try CommandRig(RunCommandConfiguration(defaultDirectory: "/", drainGrace: .milliseconds(50)))
            let result = try await rig.run(["shell": "sleep 300 & echo $!"])
            let pid = try #require(Int32(result.lines[0]))
            defer { kill(pid, SIGKILL) }
            #expect(ProcessFacts.isAlive(pid))
            #expect(result.exitCode == 0)
            #expect(result["drained"] == false)
            #expect(result["left_running"] == 1)
        }

        @Test("A process left behind neither dies nor hangs because nobody reads its output any more")
        func leftoverTalks() async throws {
            let folder = try TemporaryFolder()
            let (go, done) = (try folder.addPipe("go"), try folder.addPipe("done"))
            let configuration = RunCommandConfiguration(defaultDirectory: folder.path, drainGrace: .milliseconds(10))
            let line = "(read word < \(go); head -c 400000 /dev/zero && echo written > \(done)) & echo first"
            let first = try await CommandRig(configuration).run(["shell": .string(line)])
            #expect(first["drained"] == false)
            let second = try await CommandRig(configuration).run(["shell": .string("echo go > \(go); cat \(done)")])
            #expect(second.text == "written\nexit code 0")
            #expect(first["output_bytes"] == 6)
        }
    }
}
