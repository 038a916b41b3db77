import LegworkCommands
import LegworkCore
import LegworkEventLoop
import Testing

extension RunningCommands {
    @Suite("that wake an owner")
    struct WakingTests {
        private func hook(_ line: String) throws -> CommandWakeUpHook {
            let loop = try EventLoop(name: "waking-test")
            return try CommandWakeUpHook(["sh", "-c", line], loop: loop, configuration: .init(defaultDirectory: "/"))
        }

        @Test("are given owner, session and notices")
        func input() async throws {
            let text = #"{"owner":"alice","session":"monday","notices":[]}"#
            try await hook("test \"$(cat)\" = '\(text)' && test $LEGWORK_OWNER,$LEGWORK_SESSION = alice,monday")
                .wake("alice", session: "monday", notices: [])
        }

        @Test("and fail tell why")
        func failure() async throws {
            let error = await #expect(throws: CommandError.self) {
                try await hook("echo the agent is asleep; exit 3").wake("alice", session: nil, notices: [])
            }
            #expect(error?.code == .failed)
            #expect(error?.message.contains("the agent is asleep") == true)
        }

        @Test("are ended when their time is over")
        func cancelled() async throws {
            let hook = try hook("exec sleep 1000")
            let call = Task { try await hook.wake("alice", session: nil, notices: []) }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }

        @Test("and do not exist are refused at once")
        func missing() throws {
            let loop = try EventLoop(name: "waking-test")
            #expect(throws: CommandError.self) { try CommandWakeUpHook(["/nowhere/at-all"], loop: loop) }
            loop.stop()
        }
    }
}
