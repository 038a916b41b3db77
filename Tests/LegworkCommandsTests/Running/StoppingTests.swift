import Glibc
import LegworkCommands
import LegworkCore
import LegworkEventLoop
import LegworkTestKit
import Testing

extension RunningCommands {
    @Suite("Stopping a command")
    struct Stopping {
        private static let shortGrace = RunCommandConfiguration(defaultDirectory: "/", cancelGrace: .milliseconds(50))
        private static let noForce = RunCommandConfiguration(defaultDirectory: "/", cancelGrace: .seconds(3600))

        /// Says that it is ready when the child is a program of its own: a shell's child that a signal meets earlier may lose it.
        private static let waitForChild = "sh -c 'echo ready; exec sleep 300' & wait"

        /// Everybody ignores SIGTERM, and has left the command's group, its session, its parents or its environment.
        private static let stubborn = """
            trap '' TERM
            setsid -f sh -c 'echo pid $$; setsid -f sh -c "echo pid \\$\\$; exec sleep 300"; sleep 300; true'
            env -i setsid sleep 300 & echo pid $!
            (sleep 300; true) & echo pid $!
            echo pid $$
            sleep 300; true
            """

        /// The processes whose ids the command has printed, once there are so many.
        private func processes(of rig: CommandRig, count: Int) async throws -> [Int32] {
            let output = try rig.output
            await output.matches { String(decoding: $0, as: UTF8.self).split(separator: "\n").count >= count }
            return output.text.split(separator: "\n").compactMap { Int32($0.drop { !$0.isNumber }) }
        }

        @Test("Cancelling asks it to end, and it may tidy up")
        func asks() async throws {
            let rig = try CommandRig(Self.noForce)
            let call = rig.start(["shell": .string("trap 'sleep 0.1; echo tidy; exit 0' TERM; \(Self.waitForChild)")])
            try await rig.output.contains("ready")
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(try rig.output.text == "ready\ntidy\n")
        }

        @Test("Cancelling reaches all that is in its group")
        func group() async throws {
            let rig = try CommandRig(Self.noForce)
            let call = rig.start(["shell": "sleep 300 & echo pid $!; (sleep 300 & echo pid $!; wait) & sleep 300 | sleep 300"])
            let pids = try await processes(of: rig, count: 2)
            #expect(pids.count == 2)
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            for pid in pids { #expect(!ProcessFacts.isAlive(pid)) }
        }

        @Test("Cancelling reaches those who left the group, the session and their parents, and do not want to die")
        func escaped() async throws {
            let before = ProcessFacts.children()
            let rig = try CommandRig(Self.shortGrace)
            #expect(rig.tool.limitations == [])
            let call = rig.start(["shell": .string(Self.stubborn)])
            let pids = try await processes(of: rig, count: 5)
            #expect(pids.count == 5)
            for pid in pids { #expect(ProcessFacts.isAlive(pid)) }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            for pid in pids { #expect(!ProcessFacts.isAlive(pid)) }
            #expect(ProcessFacts.children() == before)
        }

        @Test("Running out of time reaches them as well")
        func timeLimit() async throws {
            let rig = try CommandRig(Self.shortGrace)
            // How far it comes in its time is not what is tested.
            let result = try await rig.run(["shell": .string(Self.stubborn), "timeout": 0.5])
            let pids = try await processes(of: rig, count: 0)
            #expect(result["timed_out"] == true)
            #expect(result["drained"] == true)
            for pid in pids { #expect(!ProcessFacts.isAlive(pid)) }
        }

        @Test("Processes of other commands are left alone")
        func others() async throws {
            let (one, two) = (try CommandRig(Self.noForce), try CommandRig(Self.noForce))
            let line: JSONValue = ["shell": "setsid -f sh -c 'echo pid $$; exec sleep 300'; sleep 300"]
            let (first, second) = (one.start(line), two.start(line))
            let mine = try await processes(of: one, count: 1)
            let others = try await processes(of: two, count: 1)
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            for pid in mine { #expect(!ProcessFacts.isAlive(pid)) }
            for pid in others { #expect(ProcessFacts.isAlive(pid)) }
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
        }

        @Test("A stopped process ends too")
        func suspended() async throws {
            let rig = try CommandRig(Self.noForce)
            let call = rig.start(["shell": "echo pid $$; kill -STOP $$"])
            _ = try await processes(of: rig, count: 1)
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }

        @Test("Cancelling twice is cancelling once")
        func twice() async throws {
            let rig = try CommandRig(Self.noForce)
            let call = rig.start(["shell": .string("trap 'echo asked; exit 1' TERM; \(Self.waitForChild)")])
            try await rig.output.contains("ready")
            call.cancel()
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(try rig.output.text == "ready\nasked\n")
        }

        @Test("Cancelling before it starts, or at any moment of its start, leaves nothing behind", arguments: 0..<20)
        func early(delay: Int) async throws {
            let before = ProcessFacts.children()
            let rig = try CommandRig(Self.noForce)
            let call = rig.start(["argv": ["sleep", "300"]])
            for _ in 0..<delay { await Task.yield() }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(ProcessFacts.children() == before)
        }

        @Test("Cancelling one that has ended while its output is held open ends the holder")
        func draining() async throws {
            let rig = try CommandRig(RunCommandConfiguration(defaultDirectory: "/", drainGrace: .seconds(3600)))
            let call = rig.start(["shell": "sleep 300 & echo pid $!; exit 0"])
            let pids = try await processes(of: rig, count: 1)
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            for pid in pids { #expect(!ProcessFacts.isAlive(pid)) }
        }

        @Test("Who stops again with less grace is heard; more grace is not given")
        func hurry() async throws {
            let rig = try CommandRig()
            let request = try CommandRequest(["shell": "trap '' TERM; echo ready; sleep 300; true"], Self.noForce)
            let launch = CommandLaunch(request, marker: "hurry-\(UInt64.random(in: 0 ... .max))", output: try rig.output)
            let command = try await CommandRig.launcher(Self.noForce).launch(launch)
            #expect(ProcessFacts.isAlive(command.processID))
            #expect(command.startTime > 0)
            try await rig.output.contains("ready")
            command.stop(.cancelled, grace: .seconds(3600))
            command.stop(.cancelled, grace: .milliseconds(10))
            command.stop(.cancelled, grace: .seconds(3600))
            let exit = await command.waitForExit()
            #expect(exit.status == .signalled(SIGKILL, coreDumped: false))
            #expect(exit.stopReason == .cancelled)
            #expect(exit.survivors == [])
            #expect(await command.waitForExit() == exit)
            // After the end both do nothing.
            command.signal(SIGKILL)
            command.stop(.cancelled, grace: .zero)
        }

        @Test("A signal can be sent without stopping it")
        func signal() async throws {
            let rig = try CommandRig()
            let line = "trap 'echo got it; exit 7' USR1; \(Self.waitForChild)"
            let request = try CommandRequest(["shell": .string(line)], Self.noForce)
            let launch = CommandLaunch(request, marker: "signal-\(UInt64.random(in: 0 ... .max))", output: try rig.output)
            let command = try await CommandRig.launcher(Self.noForce).launch(launch)
            try await rig.output.contains("ready")
            command.signal(SIGUSR1)
            let exit = await command.waitForExit()
            #expect(exit.status == .exited(7))
            #expect(exit.stopReason == nil)
            #expect(try rig.output.text == "ready\ngot it\n")
        }

        @Test("Many are stopped at once")
        func many() async throws {
            let rigs = try (0..<50).map { _ in try CommandRig(Self.shortGrace) }
            let line = "trap '' TERM; setsid -f sh -c 'echo pid $$; exec sleep 300'; echo pid $$; sleep 300; true"
            let calls = rigs.map { $0.start(["shell": .string(line)]) }
            var pids: [Int32] = []
            for rig in rigs { pids += try await processes(of: rig, count: 2) }
            #expect(pids.count == 100)
            for call in calls { call.cancel() }
            for call in calls { await #expect(throws: CancellationError.self) { try await call.value } }
            for pid in pids { #expect(!ProcessFacts.isAlive(pid)) }
        }
    }
}
