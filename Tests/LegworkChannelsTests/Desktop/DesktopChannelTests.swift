import LegworkChannelConformance
import LegworkCore
import LegworkEventLoop
import TestPrograms
import Testing

@testable import LegworkChannels

@Suite("A notification on the desktop")
struct DesktopChannelTests {
    private let folder: TemporaryFolder
    private let loop: EventLoop

    init() throws {
        folder = try TemporaryFolder()
        loop = try EventLoop(name: "test")
    }

    /// A desktop that writes down what it is to show, a line for each argument.
    private func channel(_ script: String = "", hasSession: Bool = true) throws -> DesktopChannel {
        let path = try folder.add("notify", "#!/bin/sh\nprintf '%s\\n' \"$@\" > \(folder.path)/shown\n\(script)\n")
        return DesktopChannel(program: path, loop: loop) { hasSession }
    }

    @Test("has the first line above, and the rest below with nothing in it that means something")
    func shown() async throws {
        let piece = PieceSample.piece(PieceSample.content("--help <b>done</b>\n\n<a href=\"x\">&amp;</a>\u{7}\n--urgency=low"))
        _ = try await channel().send(piece)
        #expect(
            folder.read("shown")
                == """
                --app-name=Legwork
                --urgency=normal
                --
                --help <b>done</b>
                \n&lt;a href="x"&gt;&amp;amp;&lt;/a&gt;
                --urgency=low\n
                """
        )
    }

    @Test("has no backslash that notify-send would take for more than itself")
    func backslashes() async throws {
        _ = try await channel().send(PieceSample.piece(PieceSample.content(#"C:\new\n"# + "\n" + #"C:\new \074img\076"#)))
        #expect(
            folder.read("shown")?.hasSuffix(
                #"""
                --
                C:\new\n
                C:\\new \\074img\\076

                """#
            ) == true
        )
    }

    @Test(
        "is as urgent as what became of the task",
        arguments: [(TaskStatus.completed, "normal"), (.failed, "critical"), (.inputRequired, "critical"), (.cancelled, "low")]
    )
    func urgency(_ status: TaskStatus, _ urgency: String) async throws {
        _ = try await channel().send(PieceSample.piece(PieceSample.content(status: status)))
        #expect(folder.read("shown")?.contains("--urgency=\(urgency)\n") == true)
    }

    @Test("is not tried without a session, and waits for one")
    func noSession() async throws {
        #expect(await failure(try channel(hasSession: false))?.code == .unavailable)
        #expect(folder.read("shown") == nil)
    }

    @Test("that is not shown may be later; a program that is missing is to be installed")
    func failures() async throws {
        let error = try #require(await failure(try channel("echo no server; exit 1")))
        #expect(error.code == .unavailable && error.message.contains("no server"))
        let channel = DesktopChannel(program: "legwork-no-such-program", loop: loop) { true }
        #expect(await failure(channel)?.code == .misconfigured)
    }
}
